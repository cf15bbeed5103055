"""The programs of embedding.md in several languages, each an app on a device of its own, together at one hub."""
import json
import sys
import unittest
from pathlib import Path
from random import Random

import embedding
import harness


class Together(embedding.Fleet):
    apps = {}  # the program of each language

    def step(self, language, *arguments, **options):
        return self.play(self.apps[language], f"don-{language}", *arguments, **options)

    def in_all(self, *arguments):
        return {language: self.step(language, *arguments) for language in self.apps}

    def same_lines(self, *arguments):
        """The objects that all tell of, each in an order of its own."""
        lines = self.assert_same({language: sorted(text.splitlines())
                                  for language, text in self.in_all(*arguments).items()})
        return [json.loads(line) for line in lines]

    def sync_all(self):
        """Whether anything moved."""
        moved = False
        for text in self.in_all("sync", self.hub.address).values():
            report = json.loads(text)
            self.assertTrue(report["complete"])
            counts = [report["sent"]["change_sets"], report["received"]["change_sets"],
                      report["attachments"]["sent"], report["attachments"]["received"]]
            moved = moved or any(counts)
        return moved

    def sync_until_quiet(self):
        # In the first round all have sent, in the second all have received.
        for _ in range(4):
            if not self.sync_all():
                return
        self.fail("there is always something to sync")

    def assert_same(self, told):
        first = next(iter(told.values()))
        self.assertEqual(told, dict.fromkeys(told, first))
        return first

    def pairs(self):
        """Each language and the next one, in a ring."""
        languages = list(self.apps)
        return list(zip(languages, languages[1:] + languages[:1]))

    def enrol(self):
        self.make_authority()
        self.make_hub()
        for language, program in self.apps.items():
            grant = self.create(program, f"don-{language}")
            self.step(language, "join", grant, self.fingerprint)
        self.start_hub()
        self.sync("auth")

    def test_all_languages_at_one_hub(self):
        self.assertGreaterEqual(len(self.apps), 2)
        self.enrol()
        records = {language: self.step(language, "add", "delegation", embedding.fields(head=f"Nguyễn {language}"))
                   for language in self.apps}
        self.sync_until_quiet()
        listed = self.same_lines("list", "delegation")
        self.assertEqual({record["id"] for record in listed}, set(records.values()))
        self.disagree_and_settle(records)
        self.carry_files(records)
        self.assert_at_rest()

    def disagree_and_settle(self, records):
        """Each edits its own record and the next one's, so that each record has two heads; each settles its own."""
        for language, following in self.pairs():
            self.step(language, "edit", records[language], json.dumps({"head": f"own {language}", "people": 7}))
            self.step(language, "edit", records[following], json.dumps({"head": f"from {language}"}))
        self.sync_until_quiet()
        heads = {}
        for conflict in self.same_lines("conflicts"):
            self.assertEqual(conflict["field"], "head")
            heads[conflict["id"]] = {value["value"] for value in conflict["values"]}
        self.assertEqual(heads, {records[following]: {f"own {following}", f"from {language}"}
                                 for language, following in self.pairs()})
        for language, record in records.items():
            self.step(language, "set", record, "head", json.dumps(f"settled {language}"))
        self.sync_until_quiet()
        self.assertEqual(self.same_lines("conflicts"), [])

    def carry_files(self, records):
        """Each attaches a file to its own record, and the next one has it."""
        for language, record in records.items():
            (self.work / f"{language}.png").write_bytes(Random(language).randbytes(20_000))
            self.step(language, "attach", record, "files", self.work / f"{language}.png")
        self.sync_until_quiet()
        for language, following in self.pairs():
            arrived = self.work / f"{language}-at-{following}.png"
            self.step(following, "fetch", records[language], "files", arrived)
            self.assertEqual(arrived.read_bytes(), (self.work / f"{language}.png").read_bytes())

    def assert_at_rest(self):
        """The same records and the same digest of them in all languages, and nothing wrong in any."""
        listed = [record["fields"] for record in self.same_lines("list", "delegation")]
        self.assertEqual({fields["head"] for fields in listed}, {f"settled {language}" for language in self.apps})
        self.assertEqual({fields["people"] for fields in listed}, {7})
        digests = self.assert_same({language: json.loads(text) for language, text in self.in_all("digests").items()})
        self.assertNotEqual(int(digests["tinh-a/huyen-b"], 16), 0)
        for text in self.in_all("verify").values():
            self.assertEqual(json.loads(text), {"ok": True, "wrong": [], "not_checked": []})
        print(f"{', '.join(self.apps)}: {digests}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: embedding_together.py FOLDER_OF_THE_PROGRAMS LANGUAGE=PROGRAM…")
    Together.apps = dict(word.split("=", 1) for word in sys.argv[2:])
    harness.Fleet.programs = Path(sys.argv[1]).resolve()
    del sys.argv[1:]
    unittest.main(verbosity=2)
