#!/usr/bin/env python3
"""Plants uses of what Android 7.0 lacks and expects each to be found, by javac or by android_api.py."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from android_api import findings  # noqa: E402

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


def compile_all(bodies, folder):
    """A class Planted0, Planted1, … for each body; the numbers of those that javac refuses: none is made then."""
    sources = []
    for number, body in enumerate(bodies):
        source = Path(folder) / f"Planted{number}.java"
        source.write_text(f"final class Planted{number} {{ void run() throws Exception {{ {body} }} }}\n",
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

    def test_what_is_allowed_is_not_found(self):
        body = ('Runnable r = () -> System.out.println("x".length()); r.run();'
                'new java.util.ArrayList<String[]>().size();')
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(compile_all([body], folder), set())
            self.assertEqual(list(findings([folder], ("Planted",))), [])


if __name__ == "__main__":
    unittest.main()
