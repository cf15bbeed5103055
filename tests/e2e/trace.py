"""cotmoc-bench trace: both public formats of editing traces, and files that are neither."""
import gzip
import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

import harness

TRACES = harness.HERE / "traces"
OK_LINE = re.compile(r"^ok (\S+) edits=(\d+) seconds=(\d+\.\d+) stored_bytes=(\d+) peak_mib=(\d+\.\d+)$")


class Trace(harness.Fleet):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="cotmoc-trace-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)

    def trace(self, path, expect=0):
        """The last line."""
        done = self.run_program("cotmoc-bench", "trace", path, expect=expect, TMPDIR=str(self.work))
        self.assertEqual([each for each in self.work.iterdir() if each.is_dir()], [], "it left a folder behind")
        return done.stdout.decode().splitlines()[-1]

    def fails(self, text, why, name="bad.json"):
        path = self.work / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        line = self.trace(path, expect=1)
        self.assertRegex(line, r"^FAILED bad .*" + why)

    def changed(self, trace, **keys):
        return json.dumps(json.loads((TRACES / trace).read_text()) | keys)

    def test_a_sequential_trace_with_a_start_and_characters_beyond_the_basic_plane(self):
        line = self.trace(TRACES / "sequential.json")
        self.assertRegex(line, OK_LINE)
        self.assertEqual(OK_LINE.match(line).group(1, 2), ("sequential", "9"))

    def test_a_concurrent_trace_whose_agent_forks_its_own_history(self):
        packed = self.work / "concurrent.json.gz"
        packed.write_bytes(gzip.compress((TRACES / "concurrent.json").read_bytes()))
        line = self.trace(packed)
        self.assertEqual(OK_LINE.match(line).group(1, 2), ("concurrent", "9"))

    def test_an_empty_trace_and_one_without_a_start(self):
        (self.work / "empty.json").write_text('{"startContent": "a", "endContent": "a", "txns": []}')
        self.assertRegex(self.trace(self.work / "empty.json"), OK_LINE)
        (self.work / "short.json").write_text('{"endContent": "b", "txns": [{"patches": [[0, 0, "b"]]}]}')
        self.assertRegex(self.trace(self.work / "short.json"), OK_LINE)

    def test_another_end_than_the_replay_gives_is_a_failure(self):
        self.fails(self.changed("sequential.json", endContent="khác"), "another text than endContent")
        self.fails(self.changed("concurrent.json", endContent=">MỘT HAI 🚩 BA.!(b)(a)"), "octet")

    def test_malformed_files_are_named_by_what_is_wrong(self):
        self.fails('{"endContent": "", "txns": [', "no valid JSON at octet")
        self.fails("[]", "a list where it does not belong")
        self.fails('{"endContent": ""}', "no txns")
        self.fails('{"txns": []}', "no endContent")
        self.fails('{"endContent": "", "txns": [{}]}', "no patches in transaction 0")
        self.fails('{"endContent": "", "txns": [{"patches": [[0, 0, "a", 1]]}]}', "a number .* in transaction 0")
        self.fails('{"endContent": "", "txns": [{"patches": [[0, "a"]]}]}', "a text .* in transaction 0")
        self.fails('{"endContent": "", "txns": [{"patches": [[0, 1]]}]}', "not .position, deleted, inserted.")
        self.fails('{"endContent": "", "txns": [{"patches": [[-1, 0, "a"]]}]}', "a negative number")
        self.fails('{"endContent": 5, "txns": []}', "a number where")
        self.fails('{"endContent": "", "txns": [{"parents": [0], "agent": 0, "patches": []}]}', "not an earlier")
        self.fails('{"endContent": "", "txns": [{"parents": [], "patches": []}]}', "agent missing")
        self.fails('{"endContent": "a", "txns": [{"patches": [[1, 0, "a"]]}]}', "beyond_text")
        self.fails('{"endContent": "a", "txns": [{"patches": [[0, 1, "a"]]}]}', "beyond_text")

    def test_files_that_cannot_be_read(self):
        packed = gzip.compress((TRACES / "sequential.json").read_bytes())
        self.fails(packed[:-9], "cannot_read_file", "bad.json.gz")
        self.fails(b"nothing of the kind", "cannot_read_file", "bad.json.gz")
        self.assertRegex(self.trace(self.work / "absent.json", expect=1), "^FAILED absent .*cannot_read_file")
        self.run_program("cotmoc-bench", "trace", expect=2)


if __name__ == "__main__":
    harness.main()
