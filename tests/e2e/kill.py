"""kill -9 of either side at any point of a sync, then sync again: equal digests, no op twice, none lost."""
import json
import os
import random
import subprocess
import time
import uuid

import harness

ROUNDS = int(os.environ.get("COTMOC_KILL_ROUNDS", "20"))


class Kill(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("COTMOC_KILL_SEED", random.randrange(1_000_000)))
        print(f"COTMOC_KILL_SEED={self.seed}", flush=True)
        self.chance = random.Random(self.seed)
        self.made = set()
        self.counted = 0
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two")
        self.address = self.start_hub()
        self.sync("auth")
        self.counter = self.cotmoc("one", "add", "visit", "people=0")
        for name in ("one", "two"):
            self.sync(name)

    def write(self, name):
        rows = []
        for _ in range(self.chance.randrange(1, 120)):
            row = {"id": str(uuid.uuid4()), "kind": "delegation", "fields": {
                "direction": "incoming", "start_date": "2024-05-01", "partner": str(uuid.uuid4()) * 8}}
            self.made.add(row["id"])
            rows.append(json.dumps(row))
        self.cotmoc(name, "import", "-", stdin="\n".join(rows))
        self.cotmoc(name, "set", self.counter, "people+=1")
        self.counted += 1

    def cut(self, name, victim):
        """Starts a sync and kills one side somewhere in it."""
        process = subprocess.Popen([self.programs / "cotmoc", "-C", self.work / name, "sync", "--hub", self.address],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=harness.environment())
        # A sync takes about 0.1 to 0.4 s here; some cuts fall before it and some after.
        time.sleep(self.chance.uniform(0.02, 0.35))
        if victim == "hub":
            self.hub.kill()
            process.wait(60)
            self.hub = harness.Hub(self.programs, self.work / "hub", self.address, self.work / "hub.log")
        else:
            process.kill()
            process.wait(60)

    def test_nothing_is_lost_and_nothing_counts_twice(self):
        for _ in range(ROUNDS):
            name = self.chance.choice(("one", "two"))
            self.write(name)
            self.cut(name, self.chance.choice(("hub", "device")))
        for name in ("one", "two", "one", "two"):
            self.assertTrue(self.json(name, "sync", "--hub", self.address)["complete"])
        self.assertEqual(self.digests("one"), self.digests("two"))
        for name in ("one", "two"):
            held = [row["id"] for row in self.lines(name, "list", "delegation")]
            self.assertEqual(len(held), len(self.made))
            self.assertEqual(set(held), self.made)
            self.assertEqual(self.json(name, "show", self.counter)["fields"]["people"], self.counted)
            self.assertEqual(self.json(name, "verify"), {"ok": True, "problems": []})
            self.assertEqual(self.json(name, "quarantine"), [])


if __name__ == "__main__":
    harness.main()
