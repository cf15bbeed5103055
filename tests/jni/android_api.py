#!/usr/bin/env python3
"""Checks that compiled classes use nothing of Java that Android 7.0 (API 24) lacks.

    android_api.py ROOT CLASSES_FOLDER…     prints what is wrong; exit status 1 if there is anything

`javac --release 8` already refuses what came after Java 8. This looks at every class, method and field that the class
files name: of the platform, only classes of ALLOWED may be named, each of which API 24 has, and none of the members
that those got later. Lambdas and default methods are fine: they are in API 24 or are rewritten by the build.
"""
import re
import struct
import sys
from pathlib import Path

# Classes of the platform, with the API level that brought them.
ALLOWED = {
    "java/io/File": 1, "java/io/FileInputStream": 1, "java/io/FileOutputStream": 1, "java/io/IOException": 1,
    "java/io/FileDescriptor": 1, "java/io/OutputStream": 1, "java/io/PrintStream": 1, "java/io/Serializable": 1,
    "java/lang/AutoCloseable": 19, "java/lang/Boolean": 1, "java/lang/CharSequence": 1, "java/lang/Character": 1,
    "java/lang/Class": 1, "java/lang/Double": 1, "java/lang/Enum": 1, "java/lang/Exception": 1,
    "java/lang/IllegalArgumentException": 1, "java/lang/IllegalStateException": 1, "java/lang/Integer": 1,
    "java/lang/Iterable": 1, "java/lang/Long": 1, "java/lang/Math": 1, "java/lang/NullPointerException": 1,
    "java/lang/Number": 1, "java/lang/NumberFormatException": 1, "java/lang/Object": 1, "java/lang/Override": 1,
    "java/lang/Runnable": 1, "java/lang/String": 1, "java/lang/StringBuilder": 1, "java/lang/System": 1,
    "java/lang/Thread": 1, "java/lang/Thread$UncaughtExceptionHandler": 1, "java/lang/Throwable": 1,
    "java/lang/ThreadLocal": 1,
    "java/lang/ref/PhantomReference": 1, "java/lang/ref/Reference": 1, "java/lang/ref/ReferenceQueue": 1,
    "java/math/BigDecimal": 1, "java/math/BigInteger": 1, "java/nio/charset/StandardCharsets": 19,
    "java/nio/charset/Charset": 1,
    "java/util/ArrayList": 1, "java/util/Arrays": 1, "java/util/Collection": 1, "java/util/Collections": 1,
    "java/util/HashMap": 1, "java/util/HashSet": 1, "java/util/Iterator": 1, "java/util/LinkedHashMap": 1,
    "java/util/List": 1,
    "java/util/Locale": 1, "java/util/Map": 1, "java/util/Map$Entry": 1, "java/util/Set": 1,
    "java/io/DataInputStream": 1, "java/io/DataOutputStream": 1, "java/io/InputStream": 1,
    "java/security/GeneralSecurityException": 1, "java/security/Key": 1, "java/security/KeyStore": 1,
    "java/security/KeyStore$LoadStoreParameter": 1, "java/security/SecureRandom": 1,
    "java/security/spec/AlgorithmParameterSpec": 1, "javax/crypto/Cipher": 1, "javax/crypto/KeyGenerator": 1,
    "javax/crypto/SecretKey": 1, "javax/crypto/spec/GCMParameterSpec": 19,
    "java/util/concurrent/Executor": 1, "java/util/concurrent/RejectedExecutionException": 1,
    "java/util/concurrent/TimeUnit": 1,
}
# Of these only what lambdas are made with; the Android build takes them out again.
LAMBDAS = {f"java/lang/invoke/{name}" for name in
           ("CallSite", "LambdaMetafactory", "MethodHandle", "MethodHandles", "MethodHandles$Lookup", "MethodType")}
# Members of classes above that are in Java 8, but came to Android after API 24.
LATER = {
    ("java/lang/String", "join"), ("java/lang/String", "chars"), ("java/lang/String", "codePoints"),
    ("java/lang/CharSequence", "chars"), ("java/lang/CharSequence", "codePoints"),
    ("java/lang/Integer", "parseUnsignedInt"), ("java/lang/Integer", "toUnsignedString"),
    ("java/lang/Integer", "toUnsignedLong"), ("java/lang/Integer", "compareUnsigned"),
    ("java/lang/Integer", "divideUnsigned"), ("java/lang/Integer", "remainderUnsigned"),
    ("java/lang/Long", "parseUnsignedLong"), ("java/lang/Long", "toUnsignedString"),
    ("java/lang/Long", "compareUnsigned"), ("java/lang/Long", "divideUnsigned"),
    ("java/lang/Long", "remainderUnsigned"),
    ("java/math/BigInteger", "longValueExact"), ("java/math/BigInteger", "intValueExact"),
    ("java/math/BigInteger", "shortValueExact"), ("java/math/BigInteger", "byteValueExact"),
    ("java/security/SecureRandom", "getInstanceStrong"),
    ("java/util/Locale", "filter"), ("java/util/Locale", "filterTags"), ("java/util/Locale", "lookup"),
    ("java/util/Locale", "lookupTag"), ("java/util/Locale", "hasExtensions"), ("java/util/Locale", "stripExtensions"),
    ("java/util/Collections", "checkedNavigableMap"), ("java/util/Collections", "checkedNavigableSet"),
    ("java/util/Collections", "checkedQueue"), ("java/util/Collections", "emptyNavigableMap"),
    ("java/util/Collections", "emptyNavigableSet"), ("java/util/Collections", "emptySortedMap"),
    ("java/util/Collections", "emptySortedSet"), ("java/util/Collections", "synchronizedNavigableMap"),
    ("java/util/Collections", "synchronizedNavigableSet"), ("java/util/Collections", "unmodifiableNavigableMap"),
    ("java/util/Collections", "unmodifiableNavigableSet"),
    ("java/lang/ThreadLocal", "withInitial"),
    ("java/io/File", "toPath"), ("java/lang/Class", "getTypeName"), ("java/lang/Class", "toGenericString"),
    ("java/lang/Class", "getAnnotatedSuperclass"), ("java/lang/Object", "finalize"),
}


def constants(data):
    """(classes, members) that a class file names: {"a/B"}, {("a/B", "name")}."""
    if data[:4] != b"\xca\xfe\xba\xbe":
        raise ValueError("no class file")
    count = struct.unpack_from(">H", data, 8)[0]
    pool, at, index = [None] * count, 10, 1
    while index < count:
        tag = data[at]
        at += 1
        if tag == 1:
            size = struct.unpack_from(">H", data, at)[0]
            pool[index] = (tag, data[at + 2:at + 2 + size].decode("utf-8", "replace"))
            at += 2 + size
        elif tag in (7, 8, 16, 19, 20):
            pool[index] = (tag, struct.unpack_from(">H", data, at)[0])
            at += 2
        elif tag in (9, 10, 11, 12, 17, 18):
            pool[index] = (tag, *struct.unpack_from(">HH", data, at))
            at += 4
        elif tag == 15:
            at += 3
        elif tag in (3, 4):
            at += 4
        elif tag in (5, 6):
            at += 8
            index += 1
        else:
            raise ValueError(f"constant of tag {tag}")
        index += 1

    def text(entry):
        return pool[entry][1]

    classes, members = set(), set()
    for entry in pool:
        if entry is not None and entry[0] == 7:
            classes.add(text(entry[1]))
        elif entry is not None and entry[0] == 12:
            classes |= named_in(text(entry[2]))
        elif entry is not None and entry[0] in (9, 10, 11):
            members.add((text(pool[entry[1]][1]), text(pool[entry[2]][1])))
    plain = set()
    for name in classes:
        plain |= named_in(name) if name.startswith("[") else {name}
    return plain, members


def named_in(descriptor):
    """The classes of a descriptor such as (Ljava/lang/String;I)V."""
    return set(re.findall(r"L([\w/$]+);", descriptor))


def findings(folders, own):
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.class")):
            classes, members = constants(path.read_bytes())
            for name in sorted(classes):
                if not name.startswith(own) and name not in ALLOWED and name not in LAMBDAS:
                    yield f"{path.name}: uses {name}"
            for owner, name in sorted(members):
                if (owner, name) in LATER:
                    yield f"{path.name}: uses {owner}.{name}, which came after API 24"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    own = tuple(sys.argv[1].split(","))
    found = list(findings(sys.argv[2:], own))
    for line in found:
        print(line)
    files = sum(1 for folder in sys.argv[2:] for _ in Path(folder).rglob("*.class"))
    print(f"{files} classes, {len(found)} findings")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
