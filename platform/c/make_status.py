#!/usr/bin/env python3
"""Writes include/cotmoc/status.h from the one list of errors, core/base/include/cotmoc/base/errors.inc.

    make_status.py           writes the header
    make_status.py --check   exit status 1 if the header is not what it would write
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "core/base/include/cotmoc/base/errors.inc"
HEADER = HERE / "include/cotmoc/status.h"

TEXT = r'"((?:[^"\\]|\\.)*)"'
ENTRY = re.compile(r"COTMOC_ERROR\(\s*(\d+),\s*(\w+),\s*(\w+),\s*" + TEXT + r",\s*" + TEXT + r"\s*\)")

HEAD = """// What a call came to. The numbers are those of docs/errors.md and never change their meaning.
// Made by platform/c/make_status.py from errors.inc; a test compares them.
#pragma once

#include <stdint.h>

/// COTMOC_OK, a number of the list below, or a number from COTMOC_HOST_FIRST on that a callback of the host
/// has returned. A later library may return numbers that this header does not know.
typedef int32_t cotmoc_status;

/// Done.
#define COTMOC_OK 0
/// What a callback returns to end a list early: the call that gave the rows then returns COTMOC_OK.
#define COTMOC_STOP (-1)
/// Numbers from here to COTMOC_HOST_LAST are the host's own: what a callback returns comes back unchanged.
#define COTMOC_HOST_FIRST 10000
#define COTMOC_HOST_LAST 19999

"""


def entries():
    text = SOURCE.read_text(encoding="utf-8")
    found = [(int(number), name, what) for number, name, _, what, _ in ENTRY.findall(text)]
    expected = len(re.findall(r"^COTMOC_ERROR\(", text, re.M))
    if len(found) != expected:
        sys.exit(f"make_status.py: understood {len(found)} of {expected} entries of errors.inc")
    return found


def header():
    lines = [HEAD]
    for number, name, what in sorted(entries()):
        lines.append(f"/// {what[0].upper()}{what[1:]}.\n#define COTMOC_{name.upper()} {number}\n")
    return "".join(lines)


def main():
    if sys.argv[1:] == ["--check"]:
        if not HEADER.exists() or HEADER.read_text(encoding="utf-8") != header():
            print("platform/c/include/cotmoc/status.h is out of date: run platform/c/make_status.py")
            return 1
        return 0
    HEADER.write_text(header(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
