"""Follows a getting-started page word by word: runs its commands in one shell and compares what it says they print.

    getting_started.py PAGE SOURCE BUILD
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
MARK = "-- end of block"


def blocks(page):
    """(commands, what they print or None) in the page's order."""
    found = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append([text, None])
        elif kind == "text":
            if not found or found[-1][1] is not None:
                sys.exit("an output stands without its commands")
            found[-1][1] = text
    return found


def main():
    page, source, build = (Path(argument).resolve() for argument in sys.argv[1:4])
    todo = blocks(page)
    # No pipefail: a command of the page that fails on purpose ends in a filter.
    script = "set -eu -m\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    for commands, _ in todo:
        script += f"{commands}echo '{MARK}'\n"
    with tempfile.TemporaryDirectory(prefix="cotmoc-page-") as folder:
        work = Path(folder)
        (work / "build").mkdir()
        (work / "build/release").symlink_to(build)
        (work / "examples").symlink_to(source / "examples")
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8", "COTMOC_STATE_DIR": ""}
        done = subprocess.run(["bash", "-c", script], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=300, check=False)
    if done.returncode != 0:
        print(done.stdout.decode(), done.stderr.decode())
        print(f"exit status {done.returncode}")
        return 1
    printed = done.stdout.decode().split(MARK + "\n")
    wrong = 0
    for (commands, expected), text in zip(todo, printed):
        if expected is not None and text != expected:
            wrong += 1
            print(f"{commands}prints\n{text}and not\n{expected}")
    compared = sum(expected is not None for _, expected in todo)
    print(f"{len(todo)} blocks, {compared} outputs compared, {wrong} differ")
    return 1 if wrong or compared == 0 or len(printed) != len(todo) + 1 else 0


if __name__ == "__main__":
    sys.exit(main())
