#!/usr/bin/env python3
"""Writes docs/errors.md from the one list of errors, core/base/include/cotmoc/base/errors.inc.

    make_errors.py           writes the page
    make_errors.py --check   exit status 1 if the page is not what it would write
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "core/base/include/cotmoc/base/errors.inc"
PAGE = ROOT / "docs/errors.md"

TEXT = r'"((?:[^"\\]|\\.)*)"'
ENTRY = re.compile(r"COTMOC_ERROR\(\s*(\d+),\s*(\w+),\s*(\w+),\s*" + TEXT + r",\s*" + TEXT + r"\s*\)")

GROUPS = {0: "The program", 1: "Records", 2: "Catalogue", 3: "Keys and trust", 4: "Envelopes and feeds",
          5: "Store and files", 6: "Links and sync"}
RETRY = {"never": "no", "after_back_off": "later", "when_network_changes": "when the network changes"}

HEAD = """# Errors

The programs print an error as one line, `cotmoc: error[NAME]: what happened: what to do`, and leave everything as
it was. An error in the library is an `ErrorCode` of the same name with the number given here. Names and numbers
never change their meaning; new ones are added.

*Again?* tells whether the same attempt can succeed later on its own: "no" means that something has to change first.

This page is made by `docs/make_errors.py` from `core/base/include/cotmoc/base/errors.inc`; a test compares them.
"""


def entries():
    text = SOURCE.read_text(encoding="utf-8")
    found = [(int(n), name, retry, what, advice) for n, name, retry, what, advice in ENTRY.findall(text)]
    expected = len(re.findall(r"^COTMOC_ERROR\(", text, re.M))
    if len(found) != expected:
        sys.exit(f"make_errors.py: understood {len(found)} of {expected} entries of errors.inc")
    return found


def page():
    lines = [HEAD]
    group = None
    for number, name, retry, what, advice in sorted(entries()):
        if number // 100 != group:
            group = number // 100
            lines += [f"## {GROUPS.get(group, f'{group}00')}\n",
                      "| name | number | what happened | what to do | again? |", "|---|---|---|---|---|"]
        cells = [text.replace('\\"', '"').replace("|", "\\|") for text in (what, advice)]
        lines.append(f"| `{name}` | {number} | {cells[0]} | {cells[1]} | {RETRY[retry]} |")
    text = "\n".join(lines)
    return re.sub(r"\|\n## ", "|\n\n## ", text) + "\n"


def main():
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            print("docs/errors.md is out of date: run docs/make_errors.py")
            return 1
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
