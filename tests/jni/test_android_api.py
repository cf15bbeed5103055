#!/usr/bin/env python3
"""Plants uses of what Android 7.0 lacks and expects each to be found, by javac or by android_api.py."""
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


def compiled(body, folder):
    source = Path(folder) / "Planted.java"
    source.write_text("final class Planted { void run() throws Exception { " + body + " } }\n", encoding="utf-8")
    done = subprocess.run(["javac", "--release", "8", "-Xlint:-options", "-d", folder, str(source)], check=False,
                          capture_output=True)
    return done.returncode == 0


class AndroidApiTest(unittest.TestCase):
    def test_each_planted_use_is_found(self):
        for body, by_javac in FAULTS:
            with self.subTest(body), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(compiled(body, folder), not by_javac)
                if not by_javac:
                    self.assertNotEqual(list(findings([folder], ("Planted",))), [])

    def test_what_is_allowed_is_not_found(self):
        body = ('Runnable r = () -> System.out.println("x".length()); r.run();'
                'new java.util.ArrayList<String[]>().size();')
        with tempfile.TemporaryDirectory() as folder:
            self.assertTrue(compiled(body, folder))
            self.assertEqual(list(findings([folder], ("Planted",))), [])


if __name__ == "__main__":
    unittest.main()
