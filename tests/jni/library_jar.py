#!/usr/bin/env python3
"""Makes a jar of java.base as a release of Java has it, of the JDK's ct.sym, for tools that read no newer class files.

    library_jar.py CT_SYM LETTER VERSION JAR    LETTER: the release in ct.sym (8, 9, A, B…); VERSION: of its class files
"""
import struct
import sys
import zipfile


def main(arguments):
    symbols_path, letter, version, jar_path = arguments
    count = 0
    with zipfile.ZipFile(symbols_path) as symbols, zipfile.ZipFile(jar_path, "w") as jar:
        for name in symbols.namelist():
            # LETTERS/MODULE/CLASS.sig, with the letters of all releases that have the class so.
            letters, _, rest = name.partition("/")
            module, _, path = rest.partition("/")
            if letter in letters and module == "java.base" and path.endswith(".sig"):
                data = symbols.read(name)
                jar.writestr(path[:-len(".sig")] + ".class", data[:4] + struct.pack(">HH", 0, int(version)) + data[8:])
                count += 1
    return 0 if count else f"{symbols_path} has no classes of {letter}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
