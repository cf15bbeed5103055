"""kill -9 of either side or both at any point of a sync, and full disks, then sync again: equal digests, no op twice,
none lost, nothing that was acknowledged sent again.

COTMOC_KILL_ROUNDS=500 kills as often as the release is tested with; COTMOC_KILL_SEED repeats a run."""
import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid

import harness

ROUNDS = int(os.environ.get("COTMOC_KILL_ROUNDS", "20"))
INSIDE = "COTMOC_E2E_OWN_MOUNTS"
DISK_MIB = 24 + ROUNDS // 3


class Kill(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("COTMOC_KILL_SEED", random.randrange(1_000_000)))
        print(f"COTMOC_KILL_SEED={self.seed}", flush=True)
        self.chance = random.Random(self.seed)
        self.made = set()
        self.counted = 0
        self.small_disks()
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two")
        self.address = self.start_hub()
        self.sync("auth")
        self.counter = self.cotmoc("one", "add", "visit", "people=0")
        for name in ("one", "two"):
            self.sync(name)

    def small_disks(self):
        """The hub and one device get small disks of their own, where that can be had."""
        self.disks = []
        if os.environ.get(INSIDE):
            for name in ("hub", "one"):
                place = self.work / name
                place.mkdir(mode=0o700)
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0700", "none", place], check=True)
                self.addCleanup(subprocess.run, ["umount", "--lazy", place], check=False)
                self.disks.append(name)

    @contextlib.contextmanager
    def full(self, name):
        """The disk under a directory is full but for a few pages."""
        ballast = self.work / name / "ballast"
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        os.truncate(ballast, max(os.path.getsize(ballast) - 4096 * self.chance.randrange(4), 0))
        try:
            yield
        finally:
            ballast.unlink()

    def write(self, name, rows=120):
        lines = []
        for _ in range(self.chance.randrange(1, rows)):
            row = {"id": str(uuid.uuid4()), "kind": "delegation", "fields": {
                "direction": "incoming", "start_date": "2024-05-01", "partner": str(uuid.uuid4()) * 8}}
            self.made.add(row["id"])
            lines.append(json.dumps(row))
        self.cotmoc(name, "import", "-", stdin="\n".join(lines))
        self.cotmoc(name, "set", self.counter, "people+=1")
        self.counted += 1

    def hub_holds(self):
        """All change sets that the hub has committed, from a copy: it keeps its own database to itself."""
        copy = self.work / "copy.db"
        for end in ("", "-wal"):
            original = self.work / "hub" / f"hub.db{end}"
            (self.work / f"copy.db{end}").write_bytes(original.read_bytes() if original.exists() else b"")
        (self.work / "copy.db-shm").unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(copy)) as database:
            return set(database.execute("SELECT space, device, seq, hash FROM envelope"))

    def settled(self):
        """What the hub holds once it has taken in what a killed device had sent: nothing came for a while."""
        looks = [self.hub_holds()]

        def is_still():
            looks.append(self.hub_holds())
            return len(looks) > 15 and all(look == looks[-1] for look in looks[-15:])
        harness.wait_until(is_still)
        return looks[-1]

    def restart_hub(self):
        if self.hub.process.poll() is None:
            self.hub.kill()
        self.hub = harness.Hub(self.programs, self.work / "hub", self.address, self.work / "hub.log")

    def cut(self, name, victim):
        """Starts a sync and kills one side or both somewhere in it. What was acknowledged is held."""
        before = self.hub_holds()
        process = subprocess.Popen([self.programs / "cotmoc", "-C", self.work / name, "sync", "--json", "--hub",
                                    self.address], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=harness.environment())
        # A sync takes about 0.1 to 0.4 s here; some cuts fall before it and some after.
        time.sleep(self.chance.uniform(0.02, 0.35))
        if victim != "hub":
            process.kill()
        if victim != "device":
            self.restart_hub()
        told, _ = process.communicate(timeout=60)
        after = self.settled() if victim == "device" else self.hub_holds()
        self.assertLessEqual(before, after)
        if told:
            self.assertLessEqual(json.loads(told)["sent"]["change_sets"], len(after - before))

    def go_on(self, name):
        """A whole sync: it sends what the hub lacks, and nothing that it held before."""
        before = self.hub_holds()
        report = self.json(name, "sync", "--hub", self.address)
        self.assertTrue(report["complete"])
        self.assertEqual(report["sent"]["change_sets"], len(self.hub_holds() - before))

    def check_all(self):
        for name in ("one", "two", "one", "two"):
            self.go_on(name)
        self.assertEqual(self.digests("one"), self.digests("two"))
        for name in ("one", "two"):
            held = [row["id"] for row in self.lines(name, "list", "delegation")]
            self.assertEqual(len(held), len(self.made))
            self.assertEqual(set(held), self.made)
            self.assertEqual(self.json(name, "show", self.counter)["fields"]["people"], self.counted)
            self.assertEqual(self.json(name, "verify"), {"ok": True, "problems": []})
            self.assertEqual(self.json(name, "quarantine"), [])

    def fill_disk(self, name):
        """A sync while one side's disk is full fails with a name or gets by, and the next one goes on."""
        self.write("two", 400)
        if name == "hub":
            with self.full("hub"):
                done = self.run_program("cotmoc", "-C", self.work / "two", "sync", "--hub", self.address, expect=None)
            self.assertIn(done.returncode, (0, 1))
            if self.hub.process.poll() is not None:
                self.restart_hub()
        else:
            self.go_on("two")
            with self.full(name):
                done = self.run_program("cotmoc", "-C", self.work / name, "sync", "--hub", self.address, expect=None)
            if done.returncode != 0:
                self.assertIn(b"error[disk_full]", done.stderr)
        return done.returncode

    def test_nothing_is_lost_and_nothing_counts_twice(self):
        failed = 0
        fill_at = {ROUNDS // 3: "hub", 2 * ROUNDS // 3: "one"} if self.disks else {}
        for number in range(ROUNDS):
            name = self.chance.choice(("one", "two"))
            self.write(name)
            self.cut(name, self.chance.choice(("hub", "device", "both")))
            if self.chance.random() < 0.5:
                self.go_on(name)
            if number in fill_at:
                failed += self.fill_disk(fill_at[number])
        print(f"{ROUNDS} rounds; full disks: {len(fill_at)}, syncs that failed on them: {failed}", flush=True)
        self.check_all()


if __name__ == "__main__":
    if os.geteuid() == 0 and shutil.which("unshare") and not os.environ.get(INSIDE) and not harness.WINDOWS:
        # Small disks need mounts, which stay in here.
        os.environ[INSIDE] = "1"
        sys.exit(subprocess.run(["unshare", "--mount", sys.executable, *sys.argv], check=False).returncode)
    harness.main()
