#!/usr/bin/env python3
"""Checks the rules of the tree that a compiler does not: who includes whom, banned calls, sizes, dead links.

    tidy.py ROOT      prints "file:line: what" for each finding; exit status 1 if there is one
"""
import json
import re
import sys
from pathlib import Path

LINE_MAX = 110
SCRIPT_LINE_MAX = 120
FILE_MAX = 450
TEST_FILE_MAX = 700
FUNCTION_MAX = 80

CPP = {".cpp", ".hpp", ".inc", ".c", ".h", ".mm", ".m"}
SCRIPTS = {".py", ".sh", ".cmake", ".java"}
TEXTS = {".md"}
TOP_FOLDERS = ("core", "crypto", "sync", "platform", "tests", "examples", "docs", "cmake", ".ci")
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "build", "data"}

# Which cotmoc/<module>/ headers each folder may include. The first matching folder counts.
MAY_INCLUDE = [
    ("core/base/", {"base"}),
    ("core/", {"base", "core"}),
    ("crypto/", {"base", "crypto"}),
    ("sync/", {"base", "core", "crypto", "sync"}),
]
# Inside core the order is base < model < merge < codec < store < report; private headers are named by folder.
CORE_ORDER = ["model", "merge", "codec", "store", "report"]

# Third-party headers and the folders that may see them. Tests may include anything.
THIRD_PARTY = [
    (re.compile(r"sqlite3(mc)?(ext)?\.h"), ["core/src/store/", "platform/bench/", "platform/cli/bench"]),
    (re.compile(r"sodium(/.*)?(\.h)?"), ["crypto/src/"]),
    (re.compile(r"(zstd|zstd_errors|zdict)\.h"), ["crypto/src/", "platform/bench/", "platform/cli/bench"]),
    (re.compile(r"zlib\.h"), ["platform/bench/"]),
    (re.compile(r"(boost/|asio).*"), ["platform/asio/"]),
    (re.compile(r"nlohmann/.*"), ["core/src/codec/", "core/src/model/", "platform/cli/", "platform/hub/",
                                  "platform/bench/", "platform/c/", "platform/records/"]),
    (re.compile(r"CLI/.*"), ["platform/cli/", "platform/hub/", "platform/bench/"]),
    (re.compile(r"avahi-.*"), ["platform/system/"]),
    (re.compile(r"(jpeglib|jerror)\.h"), ["platform/pictures/"]),
    (re.compile(r"png\.h"), ["platform/pictures/", "platform/cli/"]),
    (re.compile(r"tl/.*"), ["core/base/include/cotmoc/base/result.hpp"]),
    (re.compile(r"doctest/.*"), []),
]

# Time, chance and the environment come in from outside, or the simulator could not repeat a run.
PURE_FOLDERS = ("core/", "crypto/", "sync/")
# The switches of the threat table's tests, which no release has.
IMPURE_FILES = ("core/base/src/test_switch.cpp",)
BANNED_CALLS = [
    (re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)\s*::\s*now\b"), "reads a clock"),
    (re.compile(r"\b(std::)?time\s*\(\s*(nullptr|NULL|0|&)"), "reads a clock"),
    (re.compile(r"\b(gettimeofday|clock_gettime|localtime(_r)?)\s*\("), "reads a clock"),
    (re.compile(r"\brandom_device\b"), "makes its own randomness"),
    (re.compile(r"(?<![\w.>])s?rand\s*\("), "makes its own randomness"),
    (re.compile(r"\b(secure_)?getenv\s*\("), "reads the environment"),
    (re.compile(r"\bsleep_(for|until)\b|(?<![\w.>:])(::)?u?sleep\s*\("), "sleeps"),
    (re.compile(r"\bsetlocale\b|\bstd::locale\b"), "depends on the locale"),
]
# The switches of test builds are no part of any other build.
MAY_CALL = {("core/base/src/test_switch.cpp", "reads the environment")}
# Put together so that this file does not contain them.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
# grep -q ends at the first match; with pipefail, what then writes into the pipe fails, or not, as the times fall.
QUIET_GREP_OF_A_PIPE = re.compile(r"(?<!\|)\|\s*grep\s+-\w*q")
MACHINE_PATH = re.compile(r"""(?<![\w.$}/*~-])/(work|root|tmp|home)/""")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MODULE_HEADER = re.compile(r"cotmoc/([a-z_]+)/")


class Tidy:
    def __init__(self, root):
        self.root = Path(root)
        self.findings = []

    def say(self, path, line, what):
        self.findings.append(f"{path}:{line}: {what}")

    def run(self):
        for path in self.files():
            name = path.relative_to(self.root).as_posix()
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self.say(name, 1, "is not UTF-8")
                continue
            self.check_file(name, text)
        self.check_errors_documented()
        self.check_docs_linked()
        self.check_threats_told()
        return sorted(self.findings)

    def files(self):
        known = CPP | SCRIPTS | TEXTS
        for folder in TOP_FOLDERS:
            for path in sorted((self.root / folder).rglob("*")):
                parts = path.relative_to(self.root).parts
                if path.is_file() and not SKIPPED_FOLDERS & set(parts):
                    if path.suffix in known or path.name in ("CMakeLists.txt", "run"):
                        yield path
        for path in sorted(self.root.glob("*")):
            if path.is_file() and (path.suffix in known or path.name == "CMakeLists.txt"):
                yield path

    # --- one file -----------------------------------------------------------------------------------------

    def check_file(self, name, text):
        lines = text.split("\n")
        suffix = Path(name).suffix
        prose = suffix in TEXTS
        for number, line in enumerate(lines, 1):
            limit = LINE_MAX if suffix in CPP else SCRIPT_LINE_MAX
            if not prose and suffix != ".inc" and len(line) > limit:
                self.say(name, number, f"line of {len(line)} characters; at most {limit}")
            if UNFINISHED.search(line):
                self.say(name, number, "unfinished work is an issue, not a comment")
            if not prose and MACHINE_PATH.search(line):
                self.say(name, number, "a path of one machine")
            if suffix == ".sh" and QUIET_GREP_OF_A_PIPE.search(line):
                self.say(name, number, "grep -q ends before the pipe does; write grep … >/dev/null")
            if line != line.rstrip() and not prose:
                self.say(name, number, "white space at the end of the line")
        if not prose:
            limit = TEST_FILE_MAX if name.startswith("tests/") else FILE_MAX
            if len(lines) - 1 > limit:
                self.say(name, 1, f"file of {len(lines) - 1} lines; at most {limit}")
        if suffix in CPP:
            self.check_cpp(name, text)

    def check_cpp(self, name, text):
        code = without_comments(text)
        header = name.endswith((".hpp", ".h"))
        if header and not re.search(r"^\s*#\s*pragma once\b", text, re.M):
            self.say(name, 1, "header without #pragma once")
        for number, line in enumerate(text.split("\n"), 1):
            match = INCLUDE.match(line)
            if match:
                self.check_include(name, number, match.group(2), match.group(1) == '"')
        bare = without_strings(code).split("\n")
        for number, line in enumerate(bare, 1):
            if header and re.search(r"\busing\s+namespace\b", line):
                self.say(name, number, "using namespace in a header")
            if name.startswith(PURE_FOLDERS) and name not in IMPURE_FILES:
                for pattern, what in BANNED_CALLS:
                    if pattern.search(line) and (name, what) not in MAY_CALL:
                        self.say(name, number, f"{what}; pass it in instead")
        if not name.startswith("tests/"):
            for number, length in long_functions(bare):
                self.say(name, number, f"function of {length} lines; at most {FUNCTION_MAX}")

    def check_include(self, name, number, target, quoted):
        module = MODULE_HEADER.match(target)
        for folder, allowed in MAY_INCLUDE:
            if name.startswith(folder):
                if module and module.group(1) not in allowed:
                    self.say(name, number, f"{folder} must not include {target}")
                break
        if name.startswith("tests/"):
            return
        public = "/include/cotmoc/" in name
        for pattern, folders in THIRD_PARTY:
            if pattern.fullmatch(target) and not name.startswith(tuple(folders)):
                self.say(name, number, f"{target} may be included only in {', '.join(folders) or 'tests'}")
        if public and quoted:
            self.say(name, number, f"public headers include <cotmoc/…>, not \"{target}\"")
        if name.startswith("examples/") and "src/" in target:
            self.say(name, number, "examples use public headers only")
        self.check_core_order(name, number, target)

    def check_core_order(self, name, number, target):
        if not name.startswith("core/src/"):
            return
        own = name.split("/")[2]
        other = target.lstrip("./").split("/")[0]
        if own in CORE_ORDER and other in CORE_ORDER and CORE_ORDER.index(other) > CORE_ORDER.index(own):
            self.say(name, number, f"core/src/{own} is below core/src/{other}")

    # --- the whole tree -----------------------------------------------------------------------------------

    def check_errors_documented(self):
        source = self.root / "core/base/include/cotmoc/base/errors.inc"
        page = self.root / "docs/errors.md"
        if not source.exists():
            return
        documented = page.read_text(encoding="utf-8") if page.exists() else ""
        last = 0
        for number, line in enumerate(source.read_text(encoding="utf-8").split("\n"), 1):
            match = re.match(r"COTMOC_ERROR\((\d+), (\w+),", line)
            if not match:
                continue
            where = source.relative_to(self.root).as_posix()
            if f"`{match.group(2)}`" not in documented:
                self.say(where, number, f"{match.group(2)} is not in docs/errors.md")
            if int(match.group(1)) <= last:
                self.say(where, number, f"{match.group(2)}: the numbers are not in order")
            last = int(match.group(1))

    def check_threats_told(self):
        """Each row of the threat table has its section in the page that people read."""
        table = self.root / "tests/threats/threats.json"
        if not table.exists():
            return
        page = self.root / "docs/threat-model.md"
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        hacking = self.root / "docs/HACKING.md"
        listed = hacking.read_text(encoding="utf-8") if hacking.exists() else ""
        for row in json.loads(table.read_text(encoding="utf-8")):
            for switch in (name for test in row["tests"] for name in test.get("switches", [])):
                if f"`{switch}`" not in listed:
                    self.say("docs/HACKING.md", 1, f"does not list the switch {switch}")
            if not re.search(rf"^### {row['row']} ", text, re.M):
                self.say("docs/threat-model.md", 1, f"says nothing of {row['row']}")
        for name in re.findall(r"`(tests/[\w/]+\.\w+)`", text):
            if not (self.root / name).exists():
                self.say("docs/threat-model.md", 1, f"names {name}, which is not there")

    def check_docs_linked(self):
        docs = self.root / "docs"
        if not docs.exists():
            return
        index = docs / "README.md"
        linked, seen, queue = set(), set(), [index]
        # A page may also be linked by a README of its own folder that docs/README.md links.
        while queue:
            page = queue.pop()
            if page in seen or not page.exists():
                continue
            seen.add(page)
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
                if "://" in target:
                    continue
                reached = (page.parent / target).resolve()
                linked.add(reached)
                if reached.name == "README.md" and docs.resolve() in reached.parents:
                    queue.append(reached)
        for path in sorted(docs.rglob("*.md")):
            if path != index and path.resolve() not in linked:
                self.say(path.relative_to(self.root).as_posix(), 1, "is not linked from docs/README.md")
        pages = list(docs.rglob("*.md")) + list(self.root.glob("*.md"))
        for page in sorted(pages):
            for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
                for target in re.findall(r"\]\(([^)#\s]+)", line):
                    outside = "://" in target or target.startswith("mailto:")
                    if not outside and not (page.parent / target).exists():
                        self.say(page.relative_to(self.root).as_posix(), number, f"dead link: {target}")


def blank(match):
    """The same number of lines, so that line numbers stay right."""
    return "\n" * match.group(0).count("\n")


TOKENS = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*\"|"""
                    r"""(?<!\w)'(?:\\.|[^'\\\n])+'""", re.S)


def without_comments(text):
    return TOKENS.sub(lambda m: blank(m) if m.group(0).startswith("/") else m.group(0), text)


def without_strings(code):
    return TOKENS.sub(lambda m: '""' + blank(m), code)


def long_functions(lines):
    """(line, length) of each function that is too long: a block that opens after a parenthesis, outside of
    any other function. A heuristic: it sees the project's own brace style only."""
    found = []
    depth_of_function = None
    depth = start = 0
    before = ""
    for number, line in enumerate(lines, 1):
        for character in line:
            if character == "{":
                head = before.rstrip()
                opens = head.endswith((")", "const", "noexcept", "override", "final")) or re.search(
                    r"\)[^;{}()=]*->[^;{}()]*$", head)
                # The list of NS_ENUM(type, name) is no function.
                if depth_of_function is None and opens and "_ENUM(" not in head:
                    depth_of_function, start = depth, number
                depth += 1
                before = ""
            elif character == "}":
                depth -= 1
                if depth == depth_of_function:
                    if number - start + 1 > FUNCTION_MAX:
                        found.append((start, number - start + 1))
                    depth_of_function = None
                before = ""
            elif character == ";":
                before = ""
            else:
                before += character
        before += "\n"
    return found


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    findings = Tidy(sys.argv[1]).run()
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
