"""Directories that people copy and put back: noticed, read-only, and with `rejoin` nothing is lost."""
import json
import shutil
import subprocess

import harness


class Rejoin(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.state = str(self.work / "state")
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.make_device("other", "district_officer")
        self.start_hub()
        self.sync("auth")
        self.counter = self.cotmoc("post", "add", "visit", "people=0")
        self.level("post", "other")

    def copy(self, source, target):
        subprocess.run(["cp", "-a", self.work / source, self.work / target], check=True)

    def sync(self, directory, **options):
        return super().sync(directory, COTMOC_STATE_DIR=self.state, **options)

    def level(self, *names):
        for _ in range(2):
            for name in names:
                self.sync(name)

    def people(self, name):
        return json.loads(self.cotmoc(name, "show", self.counter, "--json"))["fields"]["people"]

    def rejoin(self, name):
        done = self.run_program("cotmoc", "-C", self.work / name, "rejoin", COTMOC_STATE_DIR=self.state)
        self.assertIn("authority revoke post --reason replaced", done.stderr.decode())
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a/huyen-b",
                            stdin=done.stdout)
        (self.work / "again.grant").write_text(grant + "\n")
        self.cotmoc(name, "join", self.work / "again.grant", "--root", self.fingerprint)
        self.sync("auth")

    def test_two_copies_of_a_directory_are_both_worked_in(self):
        self.cotmoc("post", "set", self.counter, "people+=1")
        shared = self.add_delegation("post", "partner=shared")
        self.copy("post", "copy")
        first = self.add_delegation("post", "partner=first")
        self.cotmoc("post", "set", self.counter, "people+=10")
        second = self.add_delegation("copy", "partner=second")
        self.cotmoc("copy", "set", self.counter, "people+=100")
        self.cotmoc("copy", "set", shared, "head=copy")

        self.assertFalse(self.json("post", "status")["restored"])
        self.assertFalse(self.sync("post")["restored"])
        self.assertTrue(self.sync("copy", expect=3)["restored"])
        self.assertTrue(self.json("copy", "status")["restored"])
        self.fails("replica_restored", "copy", "set", self.counter, "people+=1")
        self.fails("not_restored", "post", "rejoin")
        self.assertEqual(self.people("copy"), 11)
        self.assertEqual({entry["reason"] for entry in self.json("copy", "quarantine")}, {"unsent"})

        self.rejoin("copy")
        status = self.json("copy", "status")
        self.assertEqual((status["restored"], status["name"]), (False, "post-2"))
        self.level("copy", "post", "other")
        for name in ("copy", "post", "other"):
            self.assertEqual(self.people(name), 111, name)
            self.assertEqual(self.cotmoc(name, "list", "delegation").count("\n") + 1, 3, name)
            for record in (shared, first, second):
                self.cotmoc(name, "show", record)
            self.assertIn("copy", self.cotmoc(name, "show", shared))
            self.assertEqual(self.digests(name), self.digests("other"), name)
            self.assertEqual(self.json(name, "quarantine"), [], name)
            self.assertEqual(self.json(name, "verify")["ok"], True, name)

    def test_a_backup_that_is_put_back_is_noticed_without_a_link(self):
        self.cotmoc("post", "set", self.counter, "people+=2")
        self.copy("post", "backup")
        self.sync("post")
        self.cotmoc("post", "set", self.counter, "people+=4")
        self.sync("post")
        shutil.rmtree(self.work / "post")
        self.copy("backup", "post")
        self.assertTrue(self.json("post", "status", COTMOC_STATE_DIR=self.state)["restored"])
        self.fails("replica_restored", "post", "set", self.counter, "people+=1")
        self.sync("post", expect=3)
        self.assertEqual(self.people("post"), 6)
        self.rejoin("post")
        self.assertFalse(self.json("post", "status")["restored"])
        self.cotmoc("post", "set", self.counter, "people+=8")
        self.level("post", "other")
        self.assertEqual(self.people("other"), 14)
        self.assertEqual(self.digests("post"), self.digests("other"))


if __name__ == "__main__":
    harness.main()
