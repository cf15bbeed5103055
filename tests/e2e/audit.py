"""The audit, exports that leave a note, and signed history that needs no passphrase to be checked."""
import shutil

import harness

KEYS = {"at", "who", "device", "what", "space", "change", "void"}


class Audit(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.make_device("office", "province_officer", "*")
        self.start_hub()
        for name in ("auth", "post", "office"):
            self.sync(name)

    def acts(self, directory, *options):
        lines = self.lines(directory, "audit", *options)
        for line in lines:
            self.assertLessEqual(KEYS, set(line))
        return lines

    def test_who_did_what(self):
        record = self.add_delegation("post", "head=A")
        self.sync("post")
        self.cotmoc("post", "export")
        self.cotmoc("post", "rm", record)
        for name in ("post", "office", "post"):
            self.sync(name)
        lines = self.acts("office")
        trust = [line for line in lines if "position" in line]
        self.assertEqual([line["position"] for line in trust], list(range(1, len(trust) + 1)))
        self.assertEqual([line["value"] for line in trust if line["what"] == "enrolled"][1:],
                         ["hub-1: hub", "post: border_post tinh-a/huyen-b", "office: province_officer *"])
        acts = [line for line in lines if "position" not in line]
        self.assertEqual([(line["who"], line["what"]) for line in acts],
                         [("post", "deleted"), ("post", "exported")])
        self.assertEqual((acts[1]["records"], acts[1]["value"], acts[1]["space"]), (1, "jsonl", "tinh-a/huyen-b"))
        self.assertEqual(acts[0]["id"], record)
        self.assertEqual(self.acts("post"), lines)
        about = self.acts("office", "--device", "post")
        self.assertEqual([line["what"] for line in about], ["enrolled", "deleted", "exported"])
        self.assertEqual(self.acts("office", "--to", "2000-01-01"), [])
        self.assertEqual(self.acts("office", "--from", "2000-01-01"), lines)
        self.assertEqual(len(self.cotmoc("office", "audit").splitlines()), len(lines))
        self.fails("unknown_device", "office", "audit", "--device", "nobody")
        self.fails("bad_date", "office", "audit", "--from", "yesterday")
        self.fails("wrong_usage", "office", "audit", "--from", "2024-02-01", "--to", "2024-01-01", status=2)

    def test_signed_history(self):
        self.add_delegation("post", "head=A")
        self.cotmoc("post", "export", "--signed", self.work / "signed")
        self.fails("already_exists", "post", "export", "--signed", self.work / "signed")
        self.sync("post")
        self.hub.stop()
        shutil.copyfile(self.work / "hub" / "hub.db", self.work / "copy")
        for file in ("signed", "copy"):
            text = self.cotmoc("nowhere", "verify", self.work / file, "--root", self.fingerprint,
                               COTMOC_PASSPHRASE=None)
            self.assertIn("nothing wrong", text)
            report = self.json("nowhere", "verify", self.work / file, COTMOC_PASSPHRASE=None)
            self.assertTrue(report["ok"])
            self.assertEqual(report["checked"]["root"], self.fingerprint)
            self.assertGreaterEqual(report["checked"]["change_sets"], 1)
        other = ("0" if self.fingerprint[0] != "0" else "1") + self.fingerprint[1:]
        done = self.run_program("cotmoc", "verify", self.work / "copy", "--root", other, expect=1)
        self.assertIn(b"wrong_root", done.stdout)
        done = self.run_program("cotmoc-hub", "--data", self.work / "hub", "verify", "--root", self.fingerprint,
                                COTMOC_PASSPHRASE=None)
        self.assertIn(b"nothing wrong", done.stdout)
        self.fails("cannot_read_file", "post", "verify", self.work / "post" / "replica.db")
        self.fails("cannot_read_file", "post", "verify", self.work / "none")
        self.fails("wrong_usage", "post", "verify", "--root", self.fingerprint, status=2)
        self.assertFalse((self.work / "none").exists())
        self.assertNotIn(b"head", (self.work / "signed").read_bytes())


if __name__ == "__main__":
    harness.main()
