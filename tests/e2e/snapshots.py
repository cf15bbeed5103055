"""A new device begins with a snapshot; a device prunes; both fetch the history when it is wanted."""
import json
import subprocess
from random import Random

import harness
from links import BadLink, Watcher


class Snapshots(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.make_device("so", "province_officer")
        self.start_hub()
        self.sync("auth")
        self.records = []
        for number in range(8):
            self.records.append(self.add_delegation("post", f"head=Ông {number}"))
            self.cotmoc("post", "set", self.records[0], f"head=Bà {number}")
            self.sync("post")
            self.sync("so")
        self.sync("post")

    def space(self, directory):
        spaces = self.json(directory, "status")["spaces"]
        return next(space for space in spaces if space["space"] == "tinh-a/huyen-b")

    def begin(self, name):
        self.make_device(name)
        self.sync("auth")
        return self.json(name, "sync", "--hub", self.hub.address, "--snapshot-at", "1")

    def test_a_new_device_begins_with_a_snapshot_and_goes_on(self):
        made = [line for line in self.lines("so", "snapshot") if line["space"] == "tinh-a/huyen-b"]
        self.assertEqual(len(made), 1)
        self.assertGreater(made[0]["change_sets"], 8)
        self.sync("so")
        self.cotmoc("post", "set", self.records[1], "head=Sau bản chụp")
        self.sync("post")
        said = self.begin("new")
        self.assertTrue(said["complete"])
        space = self.space("new")
        self.assertEqual(space["attributed_by_snapshot_of"], "so")
        self.assertEqual(space["by_hash_only"], made[0]["change_sets"])
        self.assertFalse(space["incomplete"])
        self.sync("so")
        self.sync("post")
        self.sync("new")
        self.assertEqual(self.digests("new")["tinh-a/huyen-b"], self.digests("post")["tinh-a/huyen-b"])
        self.assertIn("Sau bản chụp", self.cotmoc("new", "show", self.records[1]))
        self.fails("history_not_here", "new", "show", self.records[0], "--history")
        self.json("new", "verify")
        self.cotmoc("new", "set", self.records[2], "head=Từ máy mới")
        self.sync("new")
        self.sync("post")
        self.assertIn("Từ máy mới", self.cotmoc("post", "show", self.records[2]))

        self.cotmoc("new", "sync", "--history")
        space = self.space("new")
        self.assertEqual((space["by_hash_only"], space["attributed_by_snapshot_of"]), (0, None))
        self.assertFalse(space["history_wanted"])
        self.assertEqual(self.cotmoc("new", "show", self.records[0], "--history"),
                         self.cotmoc("post", "show", self.records[0], "--history"))

    def test_a_space_is_incomplete_while_its_snapshot_comes_also_after_a_kill(self):
        random = Random(5)  # what does not compress: more than a chunk of it
        lines = [json.dumps({"kind": "delegation", "fields": {
            "direction": "incoming", "start_date": "2024-05-01", "partner": random.randbytes(400).hex()}})
            for _ in range(2000)]
        self.cotmoc("post", "import", "-", stdin="\n".join(lines))
        self.sync("post")
        self.sync("so")
        body = self.json("so", "snapshot", "tinh-a/huyen-b")["bytes"]
        self.assertGreater(body, 700_000)
        self.sync("so")
        self.make_device("new")
        self.sync("auth")
        link = BadLink(self.programs, self.hub.address, "--profile", "lan", "--rate", 200_000)
        self.addCleanup(link.drop)
        syncing = subprocess.Popen(
            [str(self.programs / "cotmoc"), "-C", str(self.work / "new"), "sync", "--hub", link.address,
             "--snapshot-at", "1"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=harness.environment())
        self.addCleanup(syncing.kill)
        chunks = lambda: harness.octets_of(self.work / "new", "attachments.db*")  # noqa: E731
        harness.wait_until(lambda: syncing.poll() is not None or chunks() > 500_000)
        syncing.kill()
        self.assertNotEqual(syncing.wait(30), 0, "it had all before it was killed")
        self.assertTrue(self.space("new")["incomplete"])
        self.assertEqual(self.space("new")["records"], 0)
        self.fails("space_incomplete", "new", "add", "delegation", "direction=incoming", "start_date=2024-05-01")
        said = self.json("new", "sync", "--hub", self.hub.address, "--snapshot-at", "1")
        self.assertTrue(said["complete"])
        self.assertLess(said["wire_bytes"]["down"], body - 200_000)
        self.assertFalse(self.space("new")["incomplete"])
        self.assertEqual(self.digests("new")["tinh-a/huyen-b"], self.digests("post")["tinh-a/huyen-b"])
        self.add_delegation("new")

    def test_a_watching_device_fetches_the_history_by_itself_and_checks_the_snapshot(self):
        self.cotmoc("so", "snapshot")
        self.sync("so")
        self.begin("new")
        self.assertGreater(self.space("new")["by_hash_only"], 0)
        watcher = Watcher(self, "new", "--hub", self.hub.address)
        self.addCleanup(watcher.process.kill)
        watcher.wait_for(lambda line: line.get("complete") and line["received"]["bytes"] > 0, 40)
        watcher.stop()
        space = self.space("new")
        self.assertEqual((space["by_hash_only"], space["attributed_by_snapshot_of"]), (0, None))
        self.assertIsNone(space["wrong_snapshot_of"])

    def test_without_a_snapshot_the_records_come_as_change_sets(self):
        said = self.begin("new")
        self.assertTrue(said["complete"])
        self.assertEqual(self.space("new")["by_hash_only"], 0)
        self.assertEqual(self.digests("new")["tinh-a/huyen-b"], self.digests("post")["tinh-a/huyen-b"])

    def test_only_the_province_makes_snapshots_and_only_others_prune(self):
        self.fails("not_allowed", "post", "snapshot")
        self.cotmoc("so", "snapshot", "tinh-a/huyen-b")
        self.fails("not_allowed", "so", "prune", "--hub", self.hub.address)

    def test_sync_makes_a_snapshot_when_one_is_due(self):
        self.cotmoc("so", "snapshot", "--every", "4")
        self.sync("so")
        self.begin("new")
        self.assertGreater(self.space("new")["by_hash_only"], 0)

    def test_a_device_prunes_and_loses_nothing(self):
        self.cotmoc("so", "snapshot")
        self.sync("so")
        digest = self.digests("post")
        pruned = {line["space"]: line["pruned"] for line in self.lines("post", "prune")}
        self.assertGreater(pruned["tinh-a/huyen-b"], 4)
        self.assertEqual(self.space("post")["by_hash_only"], pruned["tinh-a/huyen-b"])
        self.assertIsNone(self.space("post")["attributed_by_snapshot_of"])
        self.assertEqual(self.digests("post"), digest)
        self.sync("post")
        self.cotmoc("post", "sync", "--history")
        self.assertEqual(self.space("post")["by_hash_only"], 0)
        self.assertEqual(self.digests("post"), digest)


if __name__ == "__main__":
    harness.main()
