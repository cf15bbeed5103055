"""What docs/lost-laptop.md promises, with the real programs and a hub that goes on serving."""
import harness

B = "tinh-a/huyen-b"
C = "tinh-a/huyen-c"
NO_HUB = "127.0.0.1:1"


class LostLaptop(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        for name in ("one", "two"):
            self.make_device(name)
        self.make_device("officer", "province_officer", "*")
        self.make_device("outside", "border_post", C)
        self.start_hub()
        self.sync("auth")

    def settle(self, *names):
        for _ in range(3):
            for name in names:
                self.sync(name, expect=None)

    def try_sync(self, name):
        """Of a device that may not be welcome."""
        self.run_program("cotmoc", "-C", self.work / name, "sync", "--hub", self.hub.address, expect=None)

    def authority(self, *arguments, **options):
        return self.json("auth", "authority", *arguments, **options)

    def listed(self, name):
        return {row["name"]: row for row in self.authority("list")}[name]

    def people(self, device, record):
        return self.json(device, "show", record)["fields"].get("people")

    def test_the_work_of_a_lost_laptop_stays_and_nothing_newer_shows_or_is_read(self):
        record = self.add_delegation("one", "people=3")
        self.settle("one", "two", "officer")
        self.cotmoc("one", "set", record, "people=9")
        late = self.add_delegation("one", "people=1")
        self.assertIsNone(self.listed("one")["last_seen"])
        self.fails("unknown_device", "auth", "authority", "revoke", "oen", "--reason", "lost")
        self.fails("wrong_usage", "auth", "authority", "revoke", "one", "--reason", "gone", status=2)
        self.fails("cut_needs_sync", "auth", "authority", "revoke", "one", "--reason", "lost", "--hub", NO_HUB)
        self.assertEqual(self.listed("one")["state"], "active")
        done = self.authority("revoke", "one", "--reason", "lost", "--hub", self.hub.address)
        self.assertEqual((done["name"], done["state"], done["published"]), ("one", "revoked", True))
        self.assertEqual([(cut["space"], cut["seq"], cut["void_change_sets"]) for cut in done["cuts"]], [(B, 1, 0)])
        self.assertEqual(done["rotated"], ["directory", "tinh-a", B])
        row = self.listed("one")
        self.assertEqual((row["state"], row["reason"]), ("revoked", "lost"))
        self.assertRegex(row["last_seen"], r"^\d{4}-\d\d-\d\dT")
        self.assertIn("revoked (lost)", self.cotmoc("auth", "authority", "list"))

        self.settle("two", "officer")
        new = self.add_delegation("two", "people=7")
        self.settle("two", "officer")
        self.try_sync("one")
        self.settle("two", "officer", "auth")
        for device in ("two", "officer", "auth"):
            self.assertEqual(self.people(device, record), 3)
            self.fails("unknown_record", device, "show", late)
            self.assertEqual(self.people(device, new), 7)
        self.fails("unknown_record", "one", "show", new)
        self.fails("already_joined", "two", "join", self.work / "two.grant")

        # It is found in a drawer: everything comes back.
        back = self.authority("readmit", "one")
        self.assertEqual(back["state"], "active")
        self.fails("not_revoked", "auth", "authority", "readmit", "one")
        self.sync("auth")
        self.settle("one", "two", "officer", "one", "two", "officer")
        for device in ("one", "two", "officer"):
            self.assertEqual(self.people(device, record), 9)
            self.assertEqual(self.people(device, late), 1)
            self.assertEqual(self.people(device, new), 7)
            self.cotmoc(device, "verify")
        self.assertEqual(self.digests("one")[B], self.digests("officer")[B])

    def test_a_laptop_seized_while_open_is_cut_earlier_and_single_changes_come_back(self):
        record = self.add_delegation("one", "people=3")
        self.settle("one", "officer")
        for people in (4, 5):
            self.cotmoc("one", "set", record, f"people={people}")
            self.settle("one", "officer")
        self.settle("auth", "officer")
        done = self.authority("revoke", "one", "--reason", "stolen", "--cut", f"{B}=1", "--hub", self.hub.address)
        self.assertEqual([(cut["space"], cut["seq"], cut["void_change_sets"], cut["void_ops"]) for cut in done["cuts"]],
                         [(B, 1, 2, 2)])
        self.settle("officer", "two")
        self.assertEqual(self.people("officer", record), 3)
        self.assertEqual(self.people("two", record), 3)
        for wrong, error in ((f"{B}=7", "out_of_bounds"), (f"{C}=0", "unknown_space")):
            self.fails(error, "auth", "authority", "revoke", "one", "--reason", "stolen", "--cut", wrong)
        self.fails("wrong_usage", "auth", "authority", "revoke", "one", "--reason", "stolen", "--cut", B, status=2)
        self.authority("readmit", "one", "--change", f"{B}:2")
        self.sync("auth")
        self.settle("officer", "two")
        self.assertEqual(self.people("officer", record), 4)
        self.assertEqual(self.people("two", record), 4)
        self.assertEqual(self.listed("one")["state"], "revoked")
        self.fails("unknown_change", "auth", "authority", "readmit", "one", "--change", f"{B}:9")

    def test_another_district(self):
        old = self.add_delegation("one", "people=3")
        there = self.add_delegation("outside", "people=8")
        self.settle("one", "two", "outside", "officer", "auth")
        self.fails("wrong_usage", "auth", "authority", "change", "one", status=2)
        self.fails("cut_needs_sync", "auth", "authority", "change", "one", "--space", C, "--hub", NO_HUB)
        done = self.authority("change", "one", "--space", C)
        self.assertEqual((done["published"], done["rotated"]), (True, [B]))
        self.assertEqual([(cut["space"], cut["seq"]) for cut in done["cuts"]], [(B, 1)])
        self.assertEqual(self.listed("one")["spaces"], [C])
        self.settle("one", "two", "outside", "officer")
        secret = self.add_delegation("two", "people=6")
        self.settle("two", "one", "officer")
        self.assertEqual(self.people("one", there), 8)
        self.fails("unknown_record", "one", "show", secret)
        self.assertEqual(self.people("officer", old), 3)
        new = self.add_delegation("one", "people=2")
        self.settle("one", "outside", "officer")
        self.assertEqual(self.people("outside", new), 2)
        done = self.authority("change", "one", "--role", "district_officer", "--cut-at-held")
        self.assertFalse(done["published"])
        self.assertEqual(self.listed("one")["role"], "district_officer")

    def test_a_certificate_is_renewed_by_a_file(self):
        self.fails("wrong_usage", "auth", "authority", "renew", "one", "--days", "0", status=2)
        grant = self.cotmoc("auth", "authority", "renew", "one", "--days", "20")
        (self.work / "renewal").write_text(grant + "\n")
        self.cotmoc("one", "join", self.work / "renewal")
        self.fails("already_joined", "one", "join", self.work / "renewal")
        self.assertIn("! one: ", self.cotmoc("auth", "authority", "list"))
        self.authority("renew", "one")
        self.assertNotIn("! one: ", self.cotmoc("auth", "authority", "list"))
        self.assertIn("! one: ", self.cotmoc("one", "authority", "list"))

    def test_keys_are_changed_on_request(self):
        record = self.add_delegation("one", "people=3")
        self.settle("one", "two")
        self.assertEqual(self.authority("rotate", B), {"rotated": [B]})
        self.cotmoc("auth", "authority", "rotate", "directory")
        self.fails("unknown_space", "auth", "authority", "rotate", "nowhere")
        self.fails("not_authority", "one", "authority", "rotate", B)
        self.assertNotIn("rotated", self.sync("auth"))
        self.settle("one", "two")
        self.cotmoc("two", "set", record, "people=4")
        self.settle("two", "one")
        self.assertEqual(self.people("one", record), 4)

    def test_other_writers(self):
        record = self.add_delegation("one", "people=3")
        self.settle("one", "officer")
        done = self.authority("writers", B, "province_officer", "--hub", self.hub.address)
        self.assertEqual((done["writers"], done["lost"], done["published"]),
                         (["province_officer"], ["one", "two"], True))
        self.settle("one", "officer")
        self.fails("not_allowed", "one", "set", record, "people=4")
        self.assertEqual(self.people("officer", record), 3)
        self.fails("unknown_role", "auth", "authority", "writers", B, "hub")
        self.authority("writers", B)
        self.sync("auth")
        self.settle("one", "officer")
        self.cotmoc("one", "set", record, "people=4")
        self.settle("one", "officer")
        self.assertEqual(self.people("officer", record), 4)


if __name__ == "__main__":
    harness.main()
