#!/usr/bin/env python3
"""Writes what linkers read of exports.txt, the one list of exported names.

    make_exports.py FOLDER           writes cotmoc.map (GNU), cotmoc.def (Windows) and cotmoc.exp (macOS) there, and
                                     exported.inc, for tests that go through all of them
    make_exports.py --check HEADERS  exit status 1 if the headers of that folder do not declare just these names
"""
import re
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parent / "exports.txt"
DECLARED = re.compile(r"COTMOC_API\s+[^;(]*?\b(cotmoc_\w+)\s*\(")


def names():
    lines = (line.split("#")[0].strip() for line in LIST.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def write_if_new(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    exported = names()
    write_if_new(folder / "cotmoc.map",
                 "COTMOC_1 {\n    global:\n" + "".join(f"        {name};\n" for name in exported)
                 + "    local:\n        *;\n};\n")
    # Without the DLL's name, which programs would look for whatever the file is called.
    write_if_new(folder / "cotmoc.def", "EXPORTS\n" + "".join(f"    {name}\n" for name in exported))
    write_if_new(folder / "cotmoc.exp", "".join(f"_{name}\n" for name in exported))
    write_if_new(folder / "exported.inc", "".join(f"COTMOC_EXPORTED({name})\n" for name in exported))


def check(headers):
    declared = set()
    for header in sorted(headers.glob("*.h")):
        declared |= set(DECLARED.findall(header.read_text(encoding="utf-8")))
    listed = names()
    wrong = [f"{name} is listed twice" for name in sorted({name for name in listed if listed.count(name) > 1})]
    wrong += [f"{name} is declared and not in exports.txt" for name in sorted(declared - set(listed))]
    wrong += [f"{name} is in exports.txt and in no header" for name in sorted(set(listed) - declared)]
    if listed != sorted(listed):
        wrong.append("exports.txt is not sorted")
    print("\n".join(wrong) or f"{len(listed)} names")
    return 1 if wrong or not listed else 0


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        return check(Path(sys.argv[2]))
    if len(sys.argv) == 2:
        write(Path(sys.argv[1]))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
