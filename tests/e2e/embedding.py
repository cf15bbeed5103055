"""The scenario of embedding.md, played with the program of one language against a real hub: the second argument."""
import json
import sys
import unittest
from pathlib import Path
from random import Random

import harness
from links import BadLink

DELEGATION = {"direction": "incoming", "start_date": "2024-05-01"}


def fields(**values):
    return json.dumps({**DELEGATION, **values}, ensure_ascii=False)


class Fleet(harness.Fleet):
    """A province whose devices are programs of an app, too: the device NAME keeps its key file in NAME.vault."""

    def play(self, program, name, command, *arguments, expect=0, **changes):
        """What a command of the program prints."""
        done = self.run_program(Path(program).absolute(), command, self.work / name, self.work / f"{name}.vault",
                                *arguments, expect=expect, **changes)
        text = (done.stderr if expect else done.stdout).decode()
        # The C library of Windows ends lines in its own way.
        return (text.replace("\r\n", "\n") if harness.WINDOWS else text).rstrip("\n")

    def create(self, program, name):
        """The file with the grant of a device that the program makes."""
        request = self.play(program, name, "create", name)
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a/huyen-b",
                            stdin=request)
        file = self.work / f"{name}.grant"
        file.write_text(grant + "\n")
        return file

    def make_authority(self):
        """With a field for files."""
        catalogue = json.loads((harness.HERE / "catalogue.json").read_text(encoding="utf-8"))
        catalogue["kinds"]["delegation"]["fields"]["files"] = {"type": "attachments", "merge": "set"}
        (self.work / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
        self.fingerprint = self.cotmoc("auth", "authority", "init", "--province", "tinh-a", "--spaces",
                                       harness.HERE / "fleet.json", "--catalogue", self.work / "catalogue.json")


class Embedding(Fleet):
    app = None

    def step(self, *arguments, **options):
        return self.play(self.app, "don-c", *arguments, **options)

    def refused(self, name, *arguments, **changes):
        text = self.step(*arguments, expect=1, **changes)
        self.assertTrue(text.startswith(f"error {name}"), text)

    def sync_app(self, *arguments, address=None):
        return json.loads(self.step("sync", address or self.hub.address, *arguments))

    def conflicts(self):
        return [json.loads(line) for line in self.step("conflicts").splitlines()]

    def enrol(self):
        self.make_authority()
        self.make_hub()
        self.make_device("don-b")
        grant = self.create(self.app, "don-c")
        self.assertTrue((self.work / "don-c.vault").exists())
        self.assertFalse((self.work / "don-c" / "key.cotmoc").exists())
        self.refused("wrong_root", "join", grant, "00" * 32)
        self.step("join", grant, self.fingerprint)
        self.refused("wrong_passphrase", "status", COTMOC_PASSPHRASE="not that one, surely")
        self.start_hub()
        self.sync("auth")

    def test_scenario(self):
        self.enrol()
        first, second = self.add_records()
        self.settle_conflicts(first)
        self.watch_live()
        self.carry_files(second)
        self.carry_bundles()
        self.cancel_half_way()
        self.come_to_rest()

    def add_records(self):
        first = self.step("add", "delegation", fields(head="Nguyễn Văn An", people=3))
        second = self.step("add", "delegation", fields(head="Trần Thị Bình"))
        self.refused("unknown_field", "add", "delegation", fields(nose=1))
        self.assertEqual(len(self.step("list", "delegation").splitlines()), 2)
        found = [json.loads(line)["id"] for line in self.step("search", "tran binh").splitlines()]
        self.assertEqual(found, [second])
        report = self.sync_app()
        self.assertTrue(report["complete"])
        self.assertEqual(report["sent"]["change_sets"], 1)
        self.sync("don-b")
        for record in (first, second):
            self.assertEqual(self.cotmoc("don-b", "show", record, "--json"), self.step("show", record))
        return first, second

    def settle_conflicts(self, first):
        self.step("edit", first, '{"head":"Lê Văn Cường","people":4}')
        self.cotmoc("don-b", "set", first, "head=Phạm Thị Dung", "people=5")
        self.sync("don-b")
        report = self.sync_app()
        self.assertEqual(report["conflicts"], 2)
        listed = self.conflicts()
        self.assertEqual([conflict["field"] for conflict in listed], ["head", "people"])
        heads = {value["value"] for value in listed[0]["values"]}
        self.assertEqual(heads, {"Lê Văn Cường", "Phạm Thị Dung"})
        self.refused("no_conflict", "take", first, "head", 3)
        self.step("take", first, "head", 2)
        self.step("set", first, "people", 9)
        self.refused("no_conflict", "acknowledge", first, "people")
        self.assertEqual(self.conflicts(), [])
        history = json.loads(self.step("history", first))
        self.assertEqual([change["op"] for change in history if change["op"] == "resolve"], ["resolve", "resolve"])
        shown = json.loads(self.step("suspend", first))
        self.assertEqual(shown["fields"]["people"], 9)
        self.assertEqual(shown["fields"]["head"], listed[0]["values"][1]["value"])
        self.sync_app()
        self.sync("don-b", expect=3)  # the conflict came with its resolution
        self.assertEqual(self.lines("don-b", "conflicts"), [])

    def watch_live(self):
        theirs = self.add_delegation("don-b", "head=Hoàng Văn Em")
        self.sync("don-b")
        told = [json.loads(line) for line in self.step("live", "delegation", self.hub.address,
                                                       fields(head="Vũ Thị Giang")).splitlines()]
        self.assertEqual([len(change["entered"]) for change in told], [1, 1])
        self.assertEqual(told[1], {"entered": [theirs], "changed": [], "left": []})

    def carry_files(self, second):
        (self.work / "map.png").write_bytes(Random(8).randbytes(300_000))
        self.cotmoc("don-b", "attach", second, "files", self.work / "map.png")
        self.sync("don-b")
        self.sync_app()
        self.step("fetch", second, "files", self.work / "theirs.png")
        self.assertEqual((self.work / "theirs.png").read_bytes(), (self.work / "map.png").read_bytes())
        (self.work / "list.txt").write_text("Danh sách\n")
        first = json.loads(self.step("list", "delegation").splitlines()[0])["id"]
        attached = json.loads(self.step("attach", first, "files", self.work / "list.txt"))
        self.assertEqual((attached["name"], attached["size"]), ("list.txt", len("Danh sách\n".encode())))
        self.sync_app()
        self.sync("don-b")
        self.cotmoc("don-b", "fetch", first, "files", "-o", self.work / "ours.txt")
        self.assertEqual((self.work / "ours.txt").read_text(), "Danh sách\n")

    def carry_bundles(self):
        theirs = self.add_delegation("don-b", "head=Bùi Văn Hải")
        self.cotmoc("don-b", "bundle", "export", self.work / "to-c", "--for", "don-c")
        self.assertTrue(json.loads(self.step("import", self.work / "to-c"))["complete"])
        self.assertEqual(json.loads(self.step("show", theirs))["fields"]["head"], "Bùi Văn Hải")
        ours = self.step("add", "delegation", fields(head="Đỗ Thị Kim"))
        written = json.loads(self.step("export", self.work / "to-b", "don-b"))
        self.assertGreaterEqual(written["change_sets"], 1)
        self.refused("file_exists", "export", self.work / "to-b", "don-b")
        self.cotmoc("don-b", "bundle", "import", self.work / "to-b")
        self.assertEqual(self.cotmoc("don-b", "show", ours, "--json"), self.step("show", ours))

    def cancel_half_way(self):
        random = Random(7)  # what does not compress, so that half way is a way
        lines = []
        for number in range(400):
            values = {**DELEGATION, "head": f"Đoàn {number}", "result": random.randbytes(900).hex()}
            lines.append(json.dumps({"kind": "delegation", "fields": values}, ensure_ascii=False))
        octets = 0
        for part in range(5):
            (self.work / "many.jsonl").write_text("\n".join(lines[part * 80:part * 80 + 80]) + "\n")
            self.cotmoc("don-b", "import", self.work / "many.jsonl")
            octets += self.sync("don-b")["wire_bytes"]["up"]
        # The line lets no more through than this, so that not all can have come, however late the cancel takes effect;
        # without a cancel the sync would end in no_answer. At this rate it usually takes effect well before.
        half, most = octets // 2, octets * 3 // 4
        link = BadLink(self.programs, self.hub.address, "--profile", "lan", "--rate", 60_000, "--blackhole-down", most)
        self.addCleanup(link.drop)
        cut = self.sync_app(half, address=link.address)
        self.assertFalse(cut["complete"])
        self.assertGreaterEqual(cut["wire_bytes"]["down"], half)
        self.assertLessEqual(cut["wire_bytes"]["down"], most)
        kept = self.count_many()
        self.assertGreater(kept, 0)
        self.assertLess(kept, 400)
        rest = self.sync_app()
        self.assertTrue(rest["complete"])
        self.assertEqual(self.count_many(), 400)
        # What was kept did not come again.
        self.assertEqual(cut["received"]["change_sets"] + rest["received"]["change_sets"], 5)
        self.assertLess(rest["wire_bytes"]["down"], octets - half // 2)

    def count_many(self):
        return sum("Đoàn " in line for line in self.step("list", "delegation").splitlines())

    def come_to_rest(self):
        for _ in range(2):
            self.sync("don-b")
            self.assertTrue(self.sync_app()["complete"])
        self.assertEqual(json.loads(self.step("digests")), self.digests("don-b"))
        status = json.loads(self.step("status"))
        self.assertEqual([space["unsent_ops"] for space in status["spaces"]], [0] * len(status["spaces"]))
        self.assertEqual(json.loads(self.step("verify")), {"ok": True, "wrong": [], "not_checked": []})
        self.assertEqual(self.json("don-b", "verify"), {"ok": True, "problems": []})


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: embedding.py FOLDER_OF_THE_PROGRAMS PROGRAM")
    Embedding.app = Path(sys.argv.pop(2)).resolve()
    harness.Fleet.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
