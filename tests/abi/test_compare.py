#!/usr/bin/env python3
"""compare.py finds each way to break what a version has published."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Compare(unittest.TestCase):
    def run_with(self, change):
        """compare.py's exit status after `change` was made to the text of today's headers."""
        with tempfile.TemporaryDirectory() as folder:
            today = Path(folder) / "cotmoc"
            shutil.copytree(HERE / "v1/include/cotmoc", today)
            for header in today.glob("*.h"):
                header.write_text(change(header.read_text(encoding="utf-8")), encoding="utf-8")
            done = subprocess.run([sys.executable, str(HERE / "compare.py"), str(HERE), str(today)],
                                  capture_output=True, check=False)
            return done.returncode

    def test_the_same_is_good(self):
        self.assertEqual(self.run_with(lambda text: text), 0)

    def test_comments_may_change(self):
        self.assertEqual(self.run_with(lambda text: text.replace("/// ", "/// Now: ")), 0)

    def test_a_member_may_be_added_at_the_end(self):
        self.assertEqual(self.run_with(lambda text: text.replace("} cotmoc_transport;",
                                                                 "    int more;\n} cotmoc_transport;")), 0)

    def test_a_member_in_between_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("    void* ctx;", "    int more;\n    void* ctx;")), 1)

    def test_a_function_that_is_gone_or_changed_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("cotmoc_record_get", "cotmoc_record_read")), 1)
        self.assertEqual(self.run_with(lambda text: text.replace("uint64_t limit", "uint32_t limit")), 1)

    def test_a_number_that_changed_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("COTMOC_BUSY 500", "COTMOC_BUSY 501")), 1)

    def test_the_version_may_rise(self):
        self.assertEqual(self.run_with(lambda text: text.replace("API_VERSION 1\n", "API_VERSION 2\n")), 0)


if __name__ == "__main__":
    unittest.main()
