"""Work on sticks: real programs, real files, read-only folders, volumes that are cut and lost."""
import json
import os
import stat
from pathlib import Path

import harness


class Bundle(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("so", "province_officer", "*")
        self.make_device("post")
        self.stick = self.work / "stick"
        self.stick.mkdir()

    def hub_bundle(self, *arguments, **options):
        done = self.run_program("cotmoc-hub", "--data", self.work / "hub", "bundle", *arguments, "--json", **options)
        return json.loads(done.stdout)

    def state(self, directory, record):
        return self.json(directory, "show", record)["state"]

    def read_only(self):
        """The stick as a read-only medium; a test that runs as root at least sees that nothing was written."""
        for path in self.stick.iterdir():
            path.chmod(stat.S_IRUSR)
        self.stick.chmod(stat.S_IRUSR | stat.S_IXUSR)
        self.addCleanup(self.stick.chmod, stat.S_IRWXU)
        return {path.name: path.read_bytes() for path in self.stick.iterdir()}

    def unchanged(self, before):
        self.assertEqual({path.name: path.read_bytes() for path in self.stick.iterdir()}, before)

    def test_there_and_back(self):
        record = self.add_delegation("post", "partner=Attapeu")
        up, down = self.stick / "up.cmb", self.work / "down.cmb"
        written = self.json("post", "bundle", "export", up, "--for", "province")
        self.assertEqual((written["files"], written["change_sets"]), ([str(up)], 1))
        self.assertEqual(self.state("post", record), "sealed")
        before = self.read_only()
        read = self.json("so", "bundle", "import", up, "--ack", down)
        self.assertEqual((read["received"]["change_sets"], read["complete"], read["problems"]), (1, True, []))
        self.unchanged(before)
        self.assertEqual(self.json("so", "show", record)["fields"]["partner"], "Attapeu")
        again = self.json("so", "bundle", "import", up)
        self.assertEqual((again["received"]["change_sets"], again["known"]), (0, 1))
        self.json("post", "bundle", "import", down)
        self.assertEqual(self.state("post", record), "province")
        nothing = self.json("post", "bundle", "export", self.work / "more.cmb", "--for", "so")
        self.assertEqual((nothing["change_sets"], nothing["trust_entries"]), (0, 0))

    def test_by_way_of_the_hub(self):
        record = self.add_delegation("post", "partner=Attapeu")
        self.cotmoc("post", "bundle", "export", self.stick / "up", "--for", "hub")
        read = self.hub_bundle("import", self.stick / "up", "--ack", self.stick / "back")
        self.assertEqual(read["received"]["change_sets"], 1)
        self.assertEqual(read["ack"]["change_sets"], 0)
        self.cotmoc("post", "bundle", "import", self.stick / "back")
        self.assertEqual(self.state("post", record), "hub")
        officer = self.json("so", "status")["device"]
        self.hub_bundle("export", self.stick / "down", "--for", officer[:12])
        self.assertEqual(self.json("so", "bundle", "import", self.stick / "down")["received"]["change_sets"], 1)
        # A session with the same hub goes on where the sticks ended.
        self.start_hub()
        self.fails("busy", "hub", "bundle", "import", self.stick / "up", program="cotmoc-hub")
        self.sync("so")
        report = self.sync("post")
        self.assertEqual(report["sent"]["change_sets"], 0)
        self.assertEqual(self.state("post", record), "province")

    def test_volumes(self):
        for number in range(12):
            self.add_delegation("post", f"partner={os.urandom(12000).hex()}", f"head={number}")
            self.cotmoc("post", "bundle", "export", self.work / f"seals-what-is-there-{number}")
        base = self.stick / "volumes.cmb"
        files = self.json("post", "bundle", "export", base, "--volume-size", "64K")["files"]
        self.assertGreaterEqual(len(files), 3)
        self.assertEqual(files, [f"{base}.{number:03}" for number in range(1, len(files) + 1)])
        self.assertTrue(all(os.path.getsize(file) <= 65536 for file in files))
        inspected = json.loads(self.run_program("cotmoc", "bundle", "inspect", *files, "--json",
                                                COTMOC_PASSPHRASE=None).stdout)
        self.assertEqual([volume["number"] for volume in inspected], list(range(1, len(files) + 1)))
        self.assertEqual(sum(volume["change_sets"]["count"] for volume in inspected), 12)
        self.assertEqual(len({volume["bundle"] for volume in inspected}), 1)

        missing = files.pop(1)
        done = self.run_program("cotmoc", "-C", self.work / "so", "bundle", "import", *reversed(files), "--json",
                                expect=1)
        self.assertIn(f"missing volume 2 of {len(files) + 1}", done.stderr.decode())
        self.assertIn("error[bundle_incomplete]", done.stderr.decode())
        self.assertFalse(json.loads(done.stdout)["complete"])
        missing = Path(missing)
        whole = missing.read_bytes()
        missing.write_bytes(whole[:-1])
        self.fails_with("bundle_damaged", "so", "bundle", "import", missing)
        missing.write_bytes(whole)
        self.json("so", "bundle", "import", *files, missing)
        self.assertEqual(self.digests("so")["tinh-a/huyen-b"], self.digests("post")["tinh-a/huyen-b"])

    def test_nothing_is_overwritten(self):
        self.add_delegation("post", "partner=Attapeu")
        up, answer = self.stick / "up.cmb", self.work / "answer.cmb"
        self.cotmoc("post", "bundle", "export", up)
        first = up.read_bytes()
        self.fails_with("file_exists", "post", "bundle", "export", up)
        (self.stick / "other.cmb.001").write_text("a volume of an earlier bundle")
        self.fails_with("file_exists", "post", "bundle", "export", self.stick / "other.cmb")
        # Not even an import is begun if its answer has no place.
        answer.write_text("something else")
        self.fails_with("file_exists", "so", "bundle", "import", up, "--ack", answer)
        self.assertEqual(self.json("so", "bundle", "import", up)["received"]["change_sets"], 1)
        self.assertEqual(answer.read_text(), "something else")
        self.assertEqual(up.read_bytes(), first)
        self.assertEqual(sorted(path.name for path in self.stick.iterdir()), ["other.cmb.001", "up.cmb"])

    def test_what_was_taken_in_is_told_even_if_the_answer_cannot_be_written(self):
        self.add_delegation("post", "partner=Attapeu")
        self.cotmoc("post", "bundle", "export", self.stick / "up.cmb")
        nowhere = self.work / "no-such-folder" / "answer.cmb"
        for options in (["--json"], []):
            done = self.run_program("cotmoc", "-C", self.work / "so", "bundle", "import", self.stick / "up.cmb",
                                    "--ack", nowhere, *options, expect=1)
            self.assertIn("error[io_error]", done.stderr.decode())
            if options:
                self.assertEqual(json.loads(done.stdout)["received"]["change_sets"], 1)
            else:
                self.assertIn(b"received", done.stdout)

    def fails_with(self, name, directory, *arguments):
        done = self.run_program("cotmoc", "-C", self.work / directory, *arguments, expect=1)
        self.assertIn(f"error[{name}]", done.stderr.decode())

    def test_a_revocation_and_a_catalogue_travel_by_stick(self):
        self.make_device("lost")
        catalogue = json.loads((harness.HERE / "catalogue.json").read_text())
        catalogue["version"] += 1
        catalogue["kinds"]["memo"] = {"label": "Ghi nhớ", "fields": {}}
        (self.work / "new.json").write_text(json.dumps(catalogue))
        self.cotmoc("auth", "authority", "catalogue", self.work / "new.json")
        self.cotmoc("auth", "authority", "revoke", "lost", "--reason", "lost", "--cut-at-held", expect=None)
        self.cotmoc("auth", "bundle", "export", self.stick / "down", "--for", "post")
        self.json("post", "bundle", "import", self.stick / "down")
        self.cotmoc("post", "add", "memo")

    def test_what_is_wrong_is_named(self):
        (self.stick / "text").write_text("not a bundle")
        self.fails_with("bundle_damaged", "so", "bundle", "import", self.stick / "text")
        self.fails_with("cannot_read_file", "so", "bundle", "import", self.stick / "absent")
        self.fails_with("cannot_read_file", "so", "bundle", "import", self.stick)
        self.fails("unknown_device", "post", "bundle", "export", self.stick / "x", "--for", "nobody")
        self.fails("out_of_bounds", "post", "bundle", "export", self.stick / "x", "--volume-size", "1K")
        self.fails("wrong_usage", "post", "bundle", "export", self.stick / "x", "--volume-size", "much", status=2)
        self.fails("wrong_usage", "post", "bundle", status=2)
        self.cotmoc("new", "init", "--name", "new")
        self.fails("not_joined", "new", "bundle", "export", self.stick / "x")
        self.assertEqual([path.name for path in self.stick.iterdir()], ["text"])
        vietnamese = self.run_program("cotmoc", "-C", self.work / "so", "bundle", "import", self.stick / "text",
                                      expect=1, LANG="vi_VN.UTF-8").stderr.decode()
        self.assertIn("không phải là một tập đầy đủ của gói", vietnamese)


if __name__ == "__main__":
    harness.main()
