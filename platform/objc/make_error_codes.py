#!/usr/bin/env python3
"""Writes include/Cotmoc/CTMErrorCode.h from the numbers of the C interface, platform/c/include/cotmoc/status.h.

    make_error_codes.py           writes the header
    make_error_codes.py --check   exit status 1 if the header is not what it would write
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "c/include/cotmoc/status.h"
HEADER = HERE / "include/Cotmoc/CTMErrorCode.h"
ENTRY = re.compile(r"^/// (.+)\n#define COTMOC_([A-Z_]+) (\d+)$", re.M)

HEAD = """// The codes of CTMErrorDomain: the numbers of docs/errors.md, which never change their meaning.
// Made by platform/objc/make_error_codes.py from the C interface's status.h; a test compares them.
// clang-format off
#pragma once

#import <Cotmoc/CTMDefines.h>

NS_ASSUME_NONNULL_BEGIN

CTM_EXTERN NSString *const CTMErrorDomain;

typedef NS_ERROR_ENUM(CTMErrorDomain, CTMErrorCode) {
"""

TAIL = """    /// A delegate of the app failed: NSUnderlyingErrorKey has its error or exception.
    CTMErrorHost = 10000,
} NS_SWIFT_NAME(CotmocError);

NS_ASSUME_NONNULL_END
"""


def header():
    lines = [HEAD]
    for what, name, number in ENTRY.findall(SOURCE.read_text(encoding="utf-8")):
        if 0 < int(number) < 10000:
            words = "".join(word.capitalize() for word in name.split("_"))
            lines.append(f"    /// {what}\n    CTMError{words} = {number},\n")
    return "".join(lines) + TAIL


def main():
    if sys.argv[1:] == ["--check"]:
        if not HEADER.exists() or HEADER.read_text(encoding="utf-8") != header():
            print(f"{HEADER.name} is out of date: run platform/objc/make_error_codes.py")
            return 1
        return 0
    HEADER.write_text(header(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
