#!/usr/bin/env python3
"""Whether the headers of today still hold what each API version has published.

    compare.py FOLDER_OF_VERSIONS HEADERS

A version's functions, numbers, types and structures must be in today's headers with the same text. A structure that
begins with its size may have more members after those that it had; any other is as long as old programs know it.
"""
import re
import sys
from pathlib import Path

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
FUNCTION = re.compile(r"^COTMOC_API\s[^;]*;", re.M)
NUMBER = re.compile(r"^#define\s+(COTMOC_\w+)[ \t]+(\(?-?\d+\)?)$", re.M)
STRUCTURE = re.compile(r"typedef struct (\w+) \{(.*?)\} \1;", re.S)
# A number, a handle, or a callback.
TYPE = re.compile(r"^typedef\s[^{};]*;", re.M)
SIZED = "size_t size;"
# It is what changes with a version.
RISING = {"COTMOC_API_VERSION"}


def squeeze(text):
    return re.sub(r"\s+", " ", text).replace(" *", "*").replace("* ", "*").strip()


def published(folder):
    text = COMMENT.sub("", "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.h"))))
    functions = {squeeze(each) for each in FUNCTION.findall(text)}
    numbers = {name: value for name, value in NUMBER.findall(text) if name not in RISING}
    structures = {name: squeeze(body) for name, body in STRUCTURE.findall(text)}
    types = {squeeze(each) for each in TYPE.findall(text)}
    return functions, numbers, structures, types


def same_or_grown(before, now):
    return now == before or (before.startswith(SIZED) and now.startswith(before))


def main():
    versions, today = Path(sys.argv[1]), published(Path(sys.argv[2]))
    wrong = []
    for version in sorted(versions.glob("v*/include/cotmoc")):
        functions, numbers, structures, types = published(version)
        if not functions or not numbers or not structures or not types:
            wrong.append(f"{version} publishes nothing")
        wrong += [f"changed or gone: {each}" for each in sorted(functions - today[0])]
        wrong += [f"changed or gone: {name} {value}" for name, value in sorted(numbers.items())
                  if today[1].get(name) != value]
        wrong += [f"changed: struct {name}" for name, body in sorted(structures.items())
                  if not same_or_grown(body, today[2].get(name, ""))]
        wrong += [f"changed or gone: {each}" for each in sorted(types - today[3])]
    print("\n".join(wrong) or "what was published is there")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
