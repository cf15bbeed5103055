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

    def run_with_more_in(self, structure):
        grown = f"    int more;\n}} {structure};"
        return self.run_with(lambda text: text.replace(f"}} {structure};", grown))

    def test_a_member_may_be_added_at_the_end_of_what_begins_with_its_size(self):
        for structure in ("cotmoc_transport", "cotmoc_key_store", "cotmoc_progress"):
            self.assertEqual(self.run_with_more_in(structure), 0, structure)

    def test_a_member_at_the_end_of_what_has_no_size_is_noticed(self):
        for structure in ("cotmoc_error", "cotmoc_buffer"):
            self.assertEqual(self.run_with_more_in(structure), 1, structure)

    def test_a_member_in_between_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("    void* ctx;", "    int more;\n    void* ctx;")), 1)

    def test_a_function_that_is_gone_or_changed_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("cotmoc_record_get", "cotmoc_record_read")), 1)
        self.assertEqual(self.run_with(lambda text: text.replace("uint64_t limit", "uint32_t limit")), 1)

    def test_a_structure_that_is_gone_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("cotmoc_buffer", "cotmoc_room")), 1)

    def test_a_callback_that_changed_is_noticed(self):
        swapped = "(*cotmoc_text_fn)(void* ctx, size_t size, const char* text)"
        self.assertEqual(self.run_with(lambda text: text.replace(
            "(*cotmoc_text_fn)(void* ctx, const char* text, size_t size)", swapped)), 1)
        self.assertEqual(self.run_with(lambda text: text.replace("typedef void (*cotmoc_drop_fn)",
                                                                 "typedef int (*cotmoc_drop_fn)")), 1)
        self.assertEqual(self.run_with(lambda text: text.replace("(*receive)(void* ctx, uint8_t* into,",
                                                                 "(*receive)(uint8_t* into, void* ctx,")), 1)

    def test_a_type_that_changed_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("typedef int32_t cotmoc_status;",
                                                                 "typedef int64_t cotmoc_status;")), 1)

    def test_a_number_that_changed_is_noticed(self):
        self.assertEqual(self.run_with(lambda text: text.replace("COTMOC_BUSY 500", "COTMOC_BUSY 501")), 1)

    def test_the_version_may_rise(self):
        self.assertEqual(self.run_with(lambda text: text.replace("API_VERSION 1\n", "API_VERSION 2\n")), 0)


if __name__ == "__main__":
    unittest.main()
