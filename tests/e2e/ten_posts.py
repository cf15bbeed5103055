"""Ten posts with real processes: five see the hub, two only a neighbour's laptop, three only sticks. All end alike,
and all know what the province has confirmed.

    online-0 … 4 --- hub --- so (the province's officer)
                |
             laptop-b --- laptop-a        laptop-b also meets online-4: something has to lead up
    stick-0, stick-1, stick-2  --- sticks --- so
"""
import harness
from peers import Serving

BY_HUB = [f"online-{number}" for number in range(5)]
BY_STICK = [f"stick-{number}" for number in range(3)]
# Who was enrolled later knows the other one, and brings it the trust feed.
MEETINGS = [("laptop-b", "laptop-a"), ("laptop-b", "online-4"), ("laptop-a", "laptop-b")]
POSTS = BY_HUB + ["laptop-a", "laptop-b"] + BY_STICK


class TenPosts(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("so", "province_officer", "*")
        for name in POSTS:
            self.make_device(name)
        self.start_hub()
        self.sticks = 0

    def meet(self, caller, named):
        serving = Serving(self, named)
        report = self.json(caller, "sync", "--peer", f"{named}@{serving.address}")
        self.assertTrue(report["complete"])
        self.assertEqual(serving.stop(), (0, ""))
        return report

    def stick(self, giver, taker):
        self.sticks += 1
        stick = self.work / f"stick-{self.sticks}.cmb"
        self.json(giver, "bundle", "export", stick, "--for", taker)
        read = self.json(taker, "bundle", "import", stick)
        self.assertEqual((read["complete"], read["problems"]), (True, []))
        stick.unlink()
        return read

    def everybody(self):
        """One day: each meets whom it can."""
        self.sync("auth")
        for name in BY_HUB:
            self.sync(name)
        for caller, named in MEETINGS:
            self.meet(caller, named)
        for name in BY_STICK:
            self.stick(name, "so")
        self.sync("so")
        for name in BY_STICK:
            self.stick("so", name)

    def test_all_end_alike_and_know_what_the_province_has(self):
        made = {}
        for name in POSTS:
            made[name] = self.add_delegation(name, f"partner={name}")
        self.everybody()
        # Everybody has something of others now; two edit the same record without knowing of each other.
        self.cotmoc("stick-0", "set", made["stick-1"], "partner=by stick")
        self.cotmoc("laptop-a", "set", made["online-4"], "partner=by laptop")
        for _ in range(4):
            self.everybody()
        held = self.digests("so")["tinh-a/huyen-b"]
        shown = {row["id"]: row["fields"] for row in self.lines("so", "list")}
        self.assertEqual(set(shown), set(made.values()))
        self.assertEqual(shown[made["stick-1"]]["partner"], "by stick")
        self.assertEqual(shown[made["online-4"]]["partner"], "by laptop")
        for name in POSTS:
            self.assertEqual(self.digests(name)["tinh-a/huyen-b"], held, name)
            rows = self.lines(name, "list")
            self.assertEqual({row["id"]: row["fields"] for row in rows}, shown, name)
            self.assertEqual({row["state"] for row in rows}, {"province"}, name)
            status = self.json(name, "status")
            self.assertEqual([space["unsent_ops"] for space in status["spaces"]], [0] * len(status["spaces"]), name)
            self.assertFalse(status["hub"]["went_back"])
        for name in ("laptop-a", "stick-1", "so"):
            self.assertEqual(self.json(name, "verify"), {"ok": True, "problems": []})


if __name__ == "__main__":
    harness.main()
