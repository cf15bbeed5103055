#!/usr/bin/env python3
"""T1: no program leaves a core dump, which would hold keys and records in clear.

    core_dump.py FOLDER_OF_THE_PROGRAMS
"""
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402


def limits_of(process):
    """(soft, hard) of the size of core files, as the kernel keeps it for the process."""
    for line in Path(f"/proc/{process.pid}/limits").read_text().splitlines():
        if line.startswith("Max core file size"):
            return tuple(line.split()[4:6])
    return None


class CoreDump(harness.Fleet):
    def setUp(self):
        super().setUp()
        # The shell that starts the programs would allow dumps, and so does the sanitizers' runtime.
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ["ASAN_OPTIONS"] = options + ":disable_coredump=0:handle_abort=0"

    def start(self, *command):
        environment = harness.environment()
        if "COTMOC_SWITCH_OFF" in os.environ:
            environment["COTMOC_SWITCH_OFF"] = os.environ["COTMOC_SWITCH_OFF"]
        return subprocess.Popen([str(part) for part in command], cwd=self.work, env=environment,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def die_at_work(self, process):
        """Aborts a program that is at work, as a failed check would; it must leave no core file."""
        end = time.monotonic() + 30
        while limits_of(process) is None or (limits_of(process) != ("0", "0") and time.monotonic() < end):
            if process.poll() is not None or time.monotonic() > end - 27:
                break
            time.sleep(0.02)
        limits = limits_of(process)
        process.send_signal(signal.SIGABRT)
        process.communicate(timeout=60)
        self.assertEqual(limits, ("0", "0"))
        self.assertEqual([path.name for path in self.work.glob("**/*core*") if path.is_file()], [])

    def test_no_program_may_leave_a_core_file(self):
        self.make_authority()
        self.make_hub()
        hub = self.start(self.programs / "cotmoc-hub", "--data", "hub", "serve", "--listen", "127.0.0.1:0")
        self.assertIn(b"listening on", hub.stdout.readline())
        self.die_at_work(hub)
        # It has read the passphrase and opened the replica, and waits for lines.
        self.make_device("post")
        post = self.start(self.programs / "cotmoc", "-C", "post", "import", "-")
        self.die_at_work(post)
        print("T1: 2 programs aborted at work: core size 0, no core file")


if __name__ == "__main__":
    harness.main()
