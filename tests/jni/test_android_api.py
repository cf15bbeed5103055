#!/usr/bin/env python3
"""Plants uses of what Android 7.0 lacks and expects each to be found, by javac or by android_api.py."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from android_api import LATER, findings  # noqa: E402

# (what a method does, whether javac --release 8 refuses it)
FAULTS = [
    ("java.lang.ref.Cleaner.create();", True),
    ("java.util.List.of(1);", True),
    ("java.util.Optional.empty().isEmpty();", True),
    ('" ".isBlank();', True),
    ("java.lang.ref.Reference.reachabilityFence(this);", True),
    ("java.time.Instant.now();", False),
    ('java.nio.file.Paths.get("a");', False),
    ("java.util.Base64.getEncoder();", False),
    ('String.join(",", "a", "b");', False),
    ('new java.io.File("a").toPath();', False),
    ("ThreadLocal.withInitial(() -> 1);", False),
    ("java.util.concurrent.atomic.LongAdder[] a = {};", False),
    ("Integer.toUnsignedString(1);", False),
]

# (what a method does, the member of an allowed class that came later)
MEMBERS = [
    ('String.join(",", "a", "b");', "java/lang/String.join"),
    ("Integer.parseUnsignedInt(args[0]);", "java/lang/Integer.parseUnsignedInt"),
    ("Integer.toUnsignedString(1);", "java/lang/Integer.toUnsignedString"),
    ("Integer.toUnsignedLong(1);", "java/lang/Integer.toUnsignedLong"),
    ("Integer.compareUnsigned(1, 2);", "java/lang/Integer.compareUnsigned"),
    ("Integer.divideUnsigned(1, 2);", "java/lang/Integer.divideUnsigned"),
    ("Integer.remainderUnsigned(1, 2);", "java/lang/Integer.remainderUnsigned"),
    ("Long.parseUnsignedLong(args[0]);", "java/lang/Long.parseUnsignedLong"),
    ("Long.toUnsignedString(1);", "java/lang/Long.toUnsignedString"),
    ("Long.compareUnsigned(1, 2);", "java/lang/Long.compareUnsigned"),
    ("Long.divideUnsigned(1, 2);", "java/lang/Long.divideUnsigned"),
    ("Long.remainderUnsigned(1, 2);", "java/lang/Long.remainderUnsigned"),
    ("java.math.BigInteger.TEN.longValueExact();", "java/math/BigInteger.longValueExact"),
    ("java.math.BigInteger.TEN.intValueExact();", "java/math/BigInteger.intValueExact"),
    ("java.math.BigInteger.TEN.shortValueExact();", "java/math/BigInteger.shortValueExact"),
    ("java.math.BigInteger.TEN.byteValueExact();", "java/math/BigInteger.byteValueExact"),
    ("java.security.SecureRandom.getInstanceStrong();", "java/security/SecureRandom.getInstanceStrong"),
    ("java.util.Locale.filter(null, null);", "java/util/Locale.filter"),
    ("java.util.Locale.filterTags(null, null);", "java/util/Locale.filterTags"),
    ("java.util.Locale.lookup(null, null);", "java/util/Locale.lookup"),
    ("java.util.Locale.lookupTag(null, null);", "java/util/Locale.lookupTag"),
    ("java.util.Locale.ROOT.hasExtensions();", "java/util/Locale.hasExtensions"),
    ("java.util.Locale.ROOT.stripExtensions();", "java/util/Locale.stripExtensions"),
    ("java.util.Collections.checkedNavigableMap(null, null, null);", "java/util/Collections.checkedNavigableMap"),
    ("java.util.Collections.checkedNavigableSet(null, null);", "java/util/Collections.checkedNavigableSet"),
    ("java.util.Collections.checkedQueue(null, null);", "java/util/Collections.checkedQueue"),
    ("java.util.Collections.emptyNavigableMap();", "java/util/Collections.emptyNavigableMap"),
    ("java.util.Collections.emptyNavigableSet();", "java/util/Collections.emptyNavigableSet"),
    ("java.util.Collections.emptySortedMap();", "java/util/Collections.emptySortedMap"),
    ("java.util.Collections.emptySortedSet();", "java/util/Collections.emptySortedSet"),
    ("java.util.Collections.synchronizedNavigableMap(null);", "java/util/Collections.synchronizedNavigableMap"),
    ("java.util.Collections.synchronizedNavigableSet(null);", "java/util/Collections.synchronizedNavigableSet"),
    ("java.util.Collections.unmodifiableNavigableMap(null);", "java/util/Collections.unmodifiableNavigableMap"),
    ("java.util.Collections.unmodifiableNavigableSet(null);", "java/util/Collections.unmodifiableNavigableSet"),
    ("ThreadLocal.withInitial(() -> 1);", "java/lang/ThreadLocal.withInitial"),
    ('new java.io.File("a").toPath();', "java/io/File.toPath"),
    ("String.class.getTypeName();", "java/lang/Class.getTypeName"),
    ("String.class.toGenericString();", "java/lang/Class.toGenericString"),
    ("String.class.getAnnotatedSuperclass();", "java/lang/Class.getAnnotatedSuperclass"),
    ("super.finalize();", "java/lang/Object.finalize"),
    ('args[0].chars();', "java/lang/String.chars"),
    ('args[0].codePoints();', "java/lang/String.codePoints"),
    ("((CharSequence) args[0]).chars();", "java/lang/CharSequence.chars"),
    ("((CharSequence) args[0]).codePoints();", "java/lang/CharSequence.codePoints"),
]


def compile_all(bodies, folder):
    """A class Planted0, Planted1, … for each body; the numbers of those that javac refuses: none is made then."""
    sources = []
    for number, body in enumerate(bodies):
        source = Path(folder) / f"Planted{number}.java"
        source.write_text(f"final class Planted{number} {{ void run(String[] args) throws Throwable {{ {body} }} }}\n",
                          encoding="utf-8")
        sources.append(str(source))
    done = subprocess.run(["javac", "--release", "8", "-Xlint:-options", "-d", folder, *sources], check=False,
                          capture_output=True)
    return {int(number) for number in re.findall(r"Planted(\d+)\.java:\d+: error", done.stderr.decode())}


class AndroidApiTest(unittest.TestCase):
    def test_javac_refuses_what_is_newer_than_java_8(self):
        bodies = [body for body, by_javac in FAULTS if by_javac]
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(compile_all(bodies, folder), set(range(len(bodies))))

    def test_each_planted_use_is_found(self):
        bodies = [body for body, by_javac in FAULTS if not by_javac]
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(compile_all(bodies, folder), set())
            found = {line.split(".")[0] for line in findings([folder], ("Planted",))}
            self.assertEqual(found, {f"Planted{number}" for number in range(len(bodies))})

    def test_each_member_that_came_later_is_found(self):
        self.assertEqual({f"{owner}.{name}" for owner, name in LATER}, {member for _, member in MEMBERS})
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(compile_all([body for body, _ in MEMBERS], folder), set())
            found = {line for line in findings([folder], ("Planted",)) if "came after" in line}
            self.assertEqual(found, {f"Planted{number}.class: uses {member}, which came after API 24"
                                     for number, (_, member) in enumerate(MEMBERS)})

    def test_what_is_allowed_is_not_found(self):
        body = ('Runnable r = () -> System.out.println("x".length()); r.run();'
                'new java.util.ArrayList<String[]>().size();')
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(compile_all([body], folder), set())
            self.assertEqual(list(findings([folder], ("Planted",))), [])


if __name__ == "__main__":
    unittest.main()
