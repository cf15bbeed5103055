"""Runs the built programs as people do: processes, directories, exit statuses, output."""
import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What asks a program to end in good order. Under Wine it is SIGINT, which is Ctrl-C there; SIGTERM ends one at once.
STOP = signal.Signals[os.environ.get("COTMOC_STOP_SIGNAL", "SIGTERM")]
# Whether the programs are those for Windows.
WINDOWS = "COTMOC_DRIVE" in os.environ
ERROR_LINE = re.compile(r"^(cotmoc(?:-hub)?): error\[([a-z0-9_]+)\]: (.+)$")


def environment(**changes):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("COTMOC_", "LC_", "LANG")) or name == "COTMOC_SOURCE_DIR"}
    kept.update(COTMOC_PASSPHRASE="mật khẩu thử nghiệm", COTMOC_KDF="low", LANG="C.UTF-8",
                COTMOC_STATE_DIR="")
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


class Hub:
    """A serving cotmoc-hub. `address` is what it printed."""

    def __init__(self, programs, data, address="127.0.0.1:0", log=None):
        self.log = open(log or os.devnull, "ab")
        self.process = subprocess.Popen(
            [str(programs / "cotmoc-hub"), "--data", str(data), "serve", "--listen", address],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=environment())
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("listening on "):
            self.kill()
            raise AssertionError(f"the hub did not start: {line!r}")
        self.address = line.removeprefix("listening on ").strip()

    def stop(self):
        self.process.send_signal(STOP)
        status = self.process.wait(30)
        self.close()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.close()

    def close(self):
        self.process.stdout.close()
        self.log.close()


class Fleet(unittest.TestCase):
    """A temporary province. A test makes the devices that it needs."""
    programs = None

    def setUp(self):
        # Where a system cannot run some of them; their names and the reasons stand with that system's tests.
        if self._testMethodName in os.environ.get("COTMOC_TESTS_LEFT_OUT", "").split():
            self.skipTest("left out on this system")
        self.work = Path(tempfile.mkdtemp(prefix="cotmoc-e2e-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        self.hub = None
        self.addCleanup(self.drop_hub)
        self.fingerprint = None

    def drop_hub(self):
        if self.hub is not None and self.hub.process.poll() is None:
            self.hub.kill()
        self.hub = None

    # --- programs -----------------------------------------------------------------------------------------

    def run_program(self, program, *arguments, expect=0, stdin=b"", timeout=120, **changes):
        if isinstance(stdin, str):
            stdin = stdin.encode()
        done = subprocess.run([str(self.programs / program), *map(str, arguments)], input=stdin,
                              capture_output=True, env=environment(**changes), timeout=timeout)
        if expect is not None and done.returncode != expect:
            self.fail(f"{program} {' '.join(map(str, arguments))}: exit status {done.returncode}, not {expect}\n"
                      f"{done.stdout.decode(errors='replace')[-2000:]}\n{done.stderr.decode(errors='replace')[-2000:]}")
        return done

    def cotmoc(self, directory, *arguments, **options):
        """What a command prints, without the last line end."""
        done = self.run_program("cotmoc", "-C", self.work / directory, *arguments, **options)
        return done.stdout.decode().rstrip("\n")

    def json(self, directory, *arguments, **options):
        return json.loads(self.cotmoc(directory, *arguments, "--json", **options))

    def lines(self, directory, *arguments, **options):
        return [json.loads(line) for line in self.cotmoc(directory, *arguments, "--json", **options).splitlines()]

    def fails(self, name, directory, *arguments, status=1, program="cotmoc", **options):
        """The command fails with this error, says so on one line, and prints nothing else."""
        where = ["-C", self.work / directory] if program == "cotmoc" else ["--data", self.work / directory]
        done = self.run_program(program, *where, *arguments, expect=status, **options)
        text = done.stderr.decode()
        self.assertEqual(text.count("\n"), 1, text)
        match = ERROR_LINE.match(text.rstrip("\n"))
        self.assertIsNotNone(match, text)
        self.assertEqual(match.group(1), program)
        self.assertEqual(match.group(2), name, text)
        if "--json" not in arguments:
            self.assertEqual(done.stdout, b"", done.stdout)
        return match.group(3)

    def type(self, answers, *arguments, **changes):
        """Runs cotmoc on a terminal of its own and types an answer after each prompt; status and all that was shown."""
        child, terminal = pty.fork()
        if child == 0:
            os.execve(self.programs / "cotmoc", ["cotmoc", *map(str, arguments)],
                      environment(COTMOC_PASSPHRASE=None, **changes))
        shown = b""
        for prompt, answer in answers:
            while prompt.encode() not in shown:
                shown += os.read(terminal, 1024)
            os.write(terminal, answer.encode() + b"\n")
        try:
            while piece := os.read(terminal, 1024):
                shown += piece
        except OSError:
            pass                # the other end is closed
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()

    # --- the province -------------------------------------------------------------------------------------

    def make_authority(self):
        self.fingerprint = self.cotmoc("auth", "authority", "init", "--province", "tinh-a", "--spaces",
                                       HERE / "fleet.json", "--catalogue", HERE / "catalogue.json")
        return self.fingerprint

    def make_device(self, name, role="border_post", *spaces):
        self.cotmoc(name, "init", "--name", name)
        request = self.cotmoc(name, "request")
        asked = [part for space in (spaces or ("tinh-a/huyen-b",)) for part in ("--space", space)]
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", role, *asked, stdin=request)
        (self.work / f"{name}.grant").write_text(grant + "\n")
        self.cotmoc(name, "join", self.work / f"{name}.grant", "--root", self.fingerprint)

    def make_hub(self):
        request = self.run_program("cotmoc-hub", "--data", self.work / "hub", "init").stdout
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "hub", stdin=request)
        (self.work / "hub.grant").write_text(grant + "\n")
        self.run_program("cotmoc-hub", "--data", self.work / "hub", "join", self.work / "hub.grant", "--root",
                         self.fingerprint)

    def start_hub(self, address="127.0.0.1:0"):
        self.hub = Hub(self.programs, self.work / "hub", address, self.work / "hub.log")
        return self.hub.address

    def sync(self, directory, **options):
        return self.json(directory, "sync", "--hub", self.hub.address, **options)

    def add_delegation(self, directory, *values):
        return self.cotmoc(directory, "add", "delegation", "direction=incoming", "start_date=2024-05-01", *values)

    def everything(self, directory):
        """All that a failed command must leave as it was."""
        return (self.cotmoc(directory, "status", "--json"), self.cotmoc(directory, "export"),
                self.cotmoc(directory, "list", "--deleted", "--json"))

    def assert_wiped(self, directory):
        """The directory is gone. On Windows an empty one may stay (docs/windows.md)."""
        place = self.work / directory
        if WINDOWS and place.exists():
            place.rmdir()
        self.assertFalse(place.exists())

    def digests(self, directory):
        return {space["space"]: space["digest"] for space in self.json(directory, "status")["spaces"]}


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: TEST.py FOLDER_OF_THE_PROGRAMS [TEST…]")
    Fleet.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)


def octets_of(folder, pattern):
    """Of the files of a running program, which may go between the list and the look."""
    octets = 0
    for file in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            octets += file.stat().st_size
    return octets


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.02)
