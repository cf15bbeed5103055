"""Every command once, as docs/cli.md describes it."""
import csv
import io
import json
import os
import uuid

import harness


class Trust(harness.Fleet):
    def test_a_device_joins_with_the_fingerprint_that_init_printed(self):
        fingerprint = self.make_authority()
        self.assertEqual(self.cotmoc("auth", "authority", "fingerprint"), fingerprint)
        self.assertEqual(fingerprint.count("\n"), 0)
        device = self.cotmoc("post", "init", "--name", "post")
        self.assertRegex(device, r"^[0-9a-f]{64}$")
        request = self.cotmoc("post", "request")
        self.assertLess(len(request), 400)
        self.assertEqual(request.count("\n"), 0)
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a/huyen-b",
                            stdin=request)
        (self.work / "grant").write_text(grant + "\n")
        self.fails("root_needed", "post", "join", self.work / "grant")
        self.fails("wrong_root", "post", "join", self.work / "grant", "--root", "00" * 32)
        self.fails("not_joined", "post", "add", "visit")
        self.cotmoc("post", "join", self.work / "grant", "--root", fingerprint)
        self.fails("already_joined", "post", "join", self.work / "grant", "--root", fingerprint)
        status = self.json("post", "status")
        self.assertEqual(status["device"], device)
        self.assertEqual(status["name"], "post")
        self.assertEqual({space["space"] for space in status["spaces"]}, {"tinh-a", "tinh-a/huyen-b"})
        listed = {row["name"]: row for row in self.json("auth", "authority", "list")}
        self.assertEqual(listed["post"]["role"], "border_post")
        self.assertEqual(listed["post"]["spaces"], ["tinh-a/huyen-b"])
        self.assertEqual(listed["post"]["state"], "active")
        self.assertIn("post", self.cotmoc("auth", "authority", "list"))

    def test_the_authority_refuses_what_it_should(self):
        self.make_authority()
        self.fails("already_exists", "auth", "init", "--name", "again")
        self.make_device("post")
        request = self.cotmoc("post", "request")
        self.fails("already_enrolled", "auth", "authority", "enrol", "-", "--role", "border_post", "--space",
                   "tinh-a/huyen-b", stdin=request)
        self.cotmoc("other", "init", "--name", "other")
        fresh = self.cotmoc("other", "request")
        self.fails("unknown_role", "auth", "authority", "enrol", "-", "--role", "general", "--space", "tinh-a",
                   stdin=fresh)
        self.fails("unknown_space", "auth", "authority", "enrol", "-", "--role", "border_post", "--space", "nowhere",
                   stdin=fresh)
        self.fails("bad_request", "auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a",
                   stdin=fresh[:-4] + "AAAA")
        self.fails("not_authority", "post", "authority", "fingerprint")
        self.fails("bad_grant", "other", "join", "-", "--root", self.fingerprint, stdin="cotmoc-grant-1\nAAAA\n")
        self.fails("wrong_grant", "other", "join", self.work / "post.grant", "--root", self.fingerprint)

    def test_a_newer_catalogue_reaches_devices_and_may_not_contradict(self):
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.start_hub()
        catalogue = json.loads((harness.HERE / "catalogue.json").read_text())
        catalogue["version"] = 2
        catalogue["kinds"]["visit"]["fields"]["weather"] = {"type": "text", "merge": "latest", "label": "Thời tiết"}
        (self.work / "new.json").write_text(json.dumps(catalogue))
        self.cotmoc("auth", "authority", "catalogue", self.work / "new.json")
        self.sync("auth")
        self.fails("unknown_field", "post", "add", "visit", "weather=mưa")
        self.sync("post")
        self.cotmoc("post", "add", "visit", "weather=mưa")
        catalogue["version"] = 3
        catalogue["kinds"]["visit"]["fields"]["weather"]["type"] = "integer"
        (self.work / "bad.json").write_text(json.dumps(catalogue))
        self.fails("catalogue_conflict", "auth", "authority", "catalogue", self.work / "bad.json")
        self.fails("bad_catalogue", "auth", "authority", "catalogue", "-", stdin="{}")

    def test_a_newer_catalogue_renames_retires_and_widens(self):
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.start_hub()
        record = self.add_delegation("post", "head=Ông A", "people=5", "partner=Xản Xay")
        catalogue = json.loads((harness.HERE / "catalogue.json").read_text())
        fields = catalogue["kinds"]["delegation"]["fields"]

        def publish():
            return self.cotmoc("auth", "authority", "catalogue", "-", stdin=json.dumps(catalogue))

        catalogue["version"] = 2
        fields["leader"] = {**fields.pop("head")}
        detail = self.fails("catalogue_conflict", "auth", "authority", "catalogue", "-", stdin=json.dumps(catalogue))
        self.assertIn("kinds.delegation.fields.head", detail)
        self.assertIn("alias", detail)
        fields["leader"]["alias"] = "head"
        fields["people"] = {"type": "decimal", "merge": "review", "label": "Số lượt người", "scale": 1}
        fields["partner"]["retired"] = True
        self.assertEqual(publish(), "2")
        self.fails("catalogue_conflict", "auth", "authority", "catalogue", "-", stdin=json.dumps(catalogue))
        catalogue["version"] = 3
        fields["people"]["scale"] = 2
        self.assertEqual(json.loads(self.cotmoc("auth", "authority", "catalogue", "-", "--json",
                                                stdin=json.dumps(catalogue))), {"version": 3})
        self.sync("auth")
        self.sync("post")
        shown = self.json("post", "show", record)
        self.assertEqual(shown["fields"], {"direction": "incoming", "leader": "Ông A", "people": "5.00",
                                           "start_date": "2024-05-01"})
        self.assertEqual(shown["retired"], {"partner": "Xản Xay"})
        self.assertIn("partner [retired]: Xản Xay", self.cotmoc("post", "show", record))
        history = {line["field"]: line["after"] for line in self.lines("post", "show", record, "--history")}
        self.assertEqual((history["leader"], history["people"]), ("Ông A", "5.00"))
        self.cotmoc("post", "set", record, "head=Bà B", "people=5.5")
        self.fails("field_retired", "post", "set", record, "partner=Đắk Chung")
        for condition in ("leader=Bà B", "head=Bà B", "people=5.50", "partner=Xản Xay"):
            self.assertEqual([each["id"] for each in self.lines("post", "list", "delegation", "--where", condition)],
                             [record], condition)
        self.assertEqual(self.json("post", "sql", "SELECT leader, people, partner FROM delegation"),
                         [{"leader": "Bà B", "people": "5.50", "partner": "Xản Xay"}])
        line = json.loads(self.cotmoc("post", "export"))
        self.assertEqual(line["fields"], {"direction": "incoming", "leader": "Bà B", "people": "5.50",
                                          "start_date": "2024-05-01"})
        line["fields"]["head"] = line["fields"].pop("leader")
        self.assertEqual(self.json("post", "import", "-", stdin=json.dumps(line)),
                         {"added": 0, "changed": 0, "unchanged": 1})
        header = self.cotmoc("post", "export", "--kind", "delegation", "--format", "csv").splitlines()[0]
        self.assertEqual(header.strip(), "id,space,direction,leader,note,people,recorded_at,result,start_date,unit")
        self.assertTrue(self.sync("auth")["complete"])
        self.cotmoc("post", "verify")


class Records(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_device("post")

    def test_add_show_set_delete_restore(self):
        record = self.add_delegation("post", "partner=Huyện Xản Xay", "people:=11")
        self.assertEqual(str(uuid.UUID(record)), record)
        shown = self.json("post", "show", record)
        self.assertEqual(list(shown), ["id", "kind", "space", "fields", "deleted", "conflicts", "state"])
        self.assertEqual(shown["fields"], {"direction": "incoming", "partner": "Huyện Xản Xay", "people": 11,
                                           "start_date": "2024-05-01"})
        self.assertEqual((shown["space"], shown["kind"], shown["state"]), ("tinh-a/huyen-b", "delegation", "local"))
        self.cotmoc("post", "set", record, "people=12", "head=Ông A=B", "partner=")
        fields = self.json("post", "show", record[:8])["fields"]
        self.assertEqual((fields["people"], fields["head"]), (12, "Ông A=B"))
        self.assertEqual(fields["partner"], "")         # a text may be empty; other types have no value then
        self.cotmoc("post", "rm", record)
        self.fails("record_deleted", "post", "set", record, "people=1")
        self.assertEqual(self.lines("post", "list"), [])
        self.assertEqual([row["deleted"] for row in self.lines("post", "list", "--deleted")], [True])
        self.cotmoc("post", "restore", record)
        self.assertFalse(self.json("post", "show", record)["deleted"])
        self.assertIn("people", self.cotmoc("post", "show", record))

    def test_counters_sets_and_every_type(self):
        other = self.add_delegation("post")
        record = self.cotmoc("post", "add", "visit", "day=2024-02-29", "people=10", "topics:=[\"b\",\"a\"]",
                             "latitude=14.5", "cost=12.5", "joint=true", "condition=worn", "status=draft",
                             f"follows={other}", "recorded_at=2024-02-29T08:00:00+07:00", "unit=Đồn B")
        self.cotmoc("post", "set", record, "people+=5", "people-=2", "topics+=c", "topics-=a", "latitude=0.1")
        fields = self.json("post", "show", record)["fields"]
        self.assertEqual(fields["people"], 13)
        self.assertEqual(fields["topics"], ["b", "c"])
        self.assertEqual((fields["latitude"], fields["cost"], fields["joint"]), (0.1, "12.50", True))
        self.assertEqual((fields["condition"], fields["status"], fields["follows"]), ("worn", "draft", other))
        self.assertIn('"latitude":0.1', self.cotmoc("post", "show", record, "--json"))
        self.fails("wrong_shape", "post", "set", record, "day+=1")
        self.fails("wrong_usage", "post", "set", record, "day", status=2)
        self.fails("wrong_usage", "post", "add", "visit", "people+=1", status=2)

    def test_list_search_sql(self):
        first = self.add_delegation("post", "partner=Đắk Chung", "people=3")
        second = self.add_delegation("post", "partner=Xản Xay", "people=4")
        ids = lambda rows: {row["id"] for row in rows}
        self.assertEqual(ids(self.lines("post", "list")), {first, second})
        self.assertEqual(ids(self.lines("post", "list", "delegation", "--where", "people=4")), {second})
        self.assertEqual(ids(self.lines("post", "list", "--where", "people=3", "partner=Đắk Chung", "delegation")),
                         {first})
        self.assertEqual(len(self.lines("post", "list", "--limit", "1")), 1)
        self.assertEqual(self.lines("post", "list", "visit"), [])
        self.assertEqual(self.lines("post", "list", "--space", "tinh-a"), [])
        self.fails("unknown_space", "post", "list", "--space", "tinh-a/huyen-c")
        for words in (["dak", "chung"], ["Đắk"], ["ĐẮK CHUNG"]):
            self.assertEqual(ids(self.lines("post", "search", *words)), {first}, words)
        self.assertEqual(self.lines("post", "search", "dak", "xay"), [])
        rows = self.json("post", "sql", "SELECT partner, people FROM delegation ORDER BY people")
        self.assertEqual(rows, [{"partner": "Đắk Chung", "people": 3}, {"partner": "Xản Xay", "people": 4}])
        self.assertEqual(self.cotmoc("post", "sql", "SELECT people, 'a\tb' AS t FROM delegation ORDER BY 1"),
                         "people\tt\n3\ta\\tb\n4\ta\\tb")
        self.assertEqual(self.json("post", "sql", "\n with a as (select 1 as x) select * from a"), [{"x": 1}])
        self.assertEqual(self.json("post", "sql", "SELECT * FROM visit"), [])
        for bad in ("DELETE FROM delegation", "SELEC", "SELECT 1; SELECT 2", "PRAGMA user_version = 9",
                    "ATTACH 'x' AS y", "BEGIN", "", "  -- nothing", "SELECT * FROM nothing"):
            self.fails("bad_query", "post", "sql", bad)
        self.assertIn(first, self.cotmoc("post", "list"))

    def test_edit_text(self):
        record = self.add_delegation("post", "result=Hai bên trao đổi.")
        edit = lambda text: self.cotmoc("post", "edit-text", record[:8], "result", stdin=text)
        result = lambda: self.json("post", "show", record)["fields"].get("result")
        changes = lambda: len(self.lines("post", "show", record, "--history"))
        edit("Hai bên đã trao đổi. 🚩\n")                # echo adds a line end
        self.assertEqual(result(), "Hai bên đã trao đổi. 🚩")
        made = changes()
        for same in ("Hai bên đã trao đổi. 🚩", "Hai bên đã trao đổi. 🚩\r\n", "\ufeffHai bên đã trao đổi. 🚩\n"):
            edit(same)
            self.assertEqual(changes(), made, repr(same))
        edit("một\n\nhai\n\n")                         # one line end more is meant
        self.assertEqual(result(), "một\n\nhai\n")
        edit("một\n\nhai\n")                           # as it is: what was printed comes back unchanged
        self.assertEqual(result(), "một\n\nhai\n")
        edit("một")
        self.assertEqual(result(), "một")
        shown = json.loads(self.cotmoc("post", "edit-text", record, "result", "--json", stdin="hai\n"))
        self.assertEqual((shown["id"], shown["fields"]["result"]), (record, "hai"))
        edit("")
        self.assertIn(result(), (None, ""))
        self.fails("invalid_utf8", "post", "edit-text", record, "result", stdin=b"\xff\xfe")
        self.fails("wrong_shape", "post", "edit-text", record, "partner", stdin="x")
        self.fails("unknown_field", "post", "edit-text", record, "nothing", stdin="x")
        self.fails("value_too_long", "post", "edit-text", record, "result", stdin="x" * (256 * 1024 + 2))
        self.fails("wrong_usage", "post", "edit-text", record, status=2)
        self.cotmoc("post", "rm", record)
        self.fails("record_deleted", "post", "edit-text", record, "result", stdin="x")

    def test_ids_and_their_prefixes(self):
        same = "abcd0000-0000-4000-8000-00000000000"
        self.add_delegation("post", "--id", same + "1")
        self.add_delegation("post", "--id", same + "2")
        self.fails("bad_id", "post", "show", "abcd0000")
        self.fails("bad_id", "post", "show", "abc")
        self.fails("bad_id", "post", "show", "not-an-id")
        self.fails("unknown_record", "post", "show", "ffffff")
        self.fails("unknown_record", "post", "rm", str(uuid.uuid4()))
        self.fails("record_exists", "post", "add", "visit", "--id", same + "1")
        self.fails("bad_id", "post", "add", "visit", "--id", "x")
        self.assertEqual(self.json("post", "show", "ABCD0000-0000-4000-8000-000000000001")["id"], same + "1")

    def test_history(self):
        record = self.add_delegation("post", "people=1")
        self.cotmoc("post", "set", record, "people=2")
        self.cotmoc("post", "rm", record)
        lines = self.lines("post", "show", record, "--history")
        for line in lines:
            self.assertEqual(list(line), ["change", "dot", "at", "device", "name", "field", "op", "before", "after",
                                          "void"])
            self.assertRegex(line["dot"], r"^[0-9a-f]{64}:\d+:\d+$")
            self.assertRegex(line["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual(line["name"], "post")
        self.assertEqual(lines[-1]["op"], "delete")
        self.assertIn(2, [line["after"] for line in lines if line["field"] == "people"])
        self.assertIn("delete", self.cotmoc("post", "show", record, "--history"))

    def test_a_record_goes_back_to_a_change(self):
        record = self.add_delegation("post", "people=1", "head=A")
        first = self.json("post", "show", record)["fields"]
        dot = self.lines("post", "show", record, "--history")[0]["dot"]
        self.cotmoc("post", "set", record, "partner=X")
        changed = self.json("post", "revert", record, "--to", dot)["fields"]
        self.assertEqual({name: value for name, value in changed.items() if value is not None}, first)
        self.fails("unknown_change", "post", "revert", record, "--to", "abcdef")
        self.fails("unknown_record", "post", "revert", str(uuid.uuid4()), "--to", "abcdef")
        self.fails("wrong_usage", "post", "revert", record, status=2)

    def test_an_edit_may_say_what_was_shown(self):
        record = self.add_delegation("post", "people=1", "head=A")
        shown = self.json("post", "show", record, "--versions")
        self.assertEqual(shown["fields"]["people"], 1)
        versions = shown["versions"]
        self.assertRegex(versions["people"], r"^[0-9a-f]{16}$")
        self.assertIn(versions["people"] + "  people", self.cotmoc("post", "show", record, "--versions"))
        self.cotmoc("post", "set", record, "people=2", "--shown", "people=" + versions["people"])
        line = self.fails("stale", "post", "set", record, "people=3", "head=B", "--shown",
                          "people=" + versions["people"])
        self.assertIn("(people: 2)", line)
        self.assertEqual(self.json("post", "show", record)["fields"]["head"], "A")
        self.cotmoc("post", "set", record, "people=3", "head=B", "--shown", "head=" + versions["head"])
        self.fails("wrong_usage", "post", "set", record, "people=4", "--shown", "head=x", status=2)

    def test_import_and_export_round_trip(self):
        rows = [{"id": str(uuid.uuid4()), "kind": "delegation", "space": "tinh-a/huyen-b", "unit": "Đồn \"B\", một",
                 "recorded_at": "2024-01-02T03:04:05+07:00", "note": "ghi\nchú",
                 "fields": {"direction": "outgoing", "start_date": "2024-01-02", "people": number}}
                for number in range(200)]
        rows.append({"kind": "visit", "fields": {"latitude": 1.5, "cost": "3.10", "topics": ["x", "y"], "people": 7}})
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (self.work / "in.jsonl").write_text("\ufeff" + text + "\r\n\n", encoding="utf-8")
        self.assertEqual(self.json("post", "import", self.work / "in.jsonl"),
                         {"added": 201, "changed": 0, "unchanged": 0})
        exported = self.cotmoc("post", "export", "--format", "jsonl")
        again = self.json("post", "import", "-", stdin=exported)
        self.assertEqual(again, {"added": 0, "changed": 0, "unchanged": 201})
        self.make_device("other")
        self.assertEqual(self.json("other", "import", "-", stdin=exported)["added"], 201)
        self.assertEqual(self.cotmoc("other", "export"), exported)
        rows[0]["fields"]["people"] = 999
        changed = self.json("post", "import", "-", stdin=json.dumps(rows[0]))
        self.assertEqual(changed, {"added": 0, "changed": 1, "unchanged": 0})
        table = list(csv.reader(io.StringIO(self.cotmoc("post", "export", "--kind", "delegation", "--format", "csv"),
                                            newline="")))
        self.assertEqual(table[0][:2], ["id", "space"])
        self.assertEqual(len(table), 201)
        row = dict(zip(table[0], table[1]))
        self.assertEqual((row["unit"], row["note"]), ("Đồn \"B\", một", "ghi\nchú"))
        self.fails("wrong_usage", "post", "export", "--format", "csv", status=2)
        self.fails("wrong_usage", "post", "export", "--format", "xml", status=2)

    def test_duplicates_and_merge(self):
        one = self.add_delegation("post", "partner=Đắk Chưng", "people=3")
        two = self.add_delegation("post", "partner=Dak Chung", "head=Bun")
        other = self.add_delegation("post", "partner=Khác")
        pairs = self.lines("post", "duplicates", "delegation", "--space", "tinh-a/huyen-b")
        self.assertEqual(pairs, [{"ids": sorted([one, two]), "kind": "delegation", "space": "tinh-a/huyen-b", "why": [
            {"field": "start_date", "reason": "same_date"}, {"field": "partner", "reason": "same_name"}]}])
        self.assertIn("same date (start_date)", self.cotmoc("post", "duplicates", "delegation"))
        self.fails("unknown_kind", "post", "duplicates", "nothing")
        merged = self.json("post", "merge", one, two)
        self.assertEqual((merged["id"], merged["merged"], merged["filled"]), (one, two, ["head"]))
        self.assertEqual(merged["differs"], [{"field": "partner", "kept": "Đắk Chưng", "other": "Dak Chung"}])
        self.assertEqual(self.json("post", "merge", one, two)["filled"], [])
        shown = self.json("post", "show", two)
        self.assertEqual((shown["id"], shown["fields"]["head"]), (one, "Bun"))
        self.assertEqual(shown["merged"], [{"id": two, "fields": {"partner": "Dak Chung"}}])
        self.assertIn("[đã gộp vào] " + two, self.cotmoc("post", "show", one, LANG="vi_VN.UTF-8"))
        self.assertEqual(len(self.lines("post", "list", "delegation")), 2)
        self.assertEqual(self.json("post", "sql", "SELECT count(*) AS n FROM delegation"), [{"n": 2}])
        self.assertEqual(len(self.cotmoc("post", "export").splitlines()), 2)
        self.assertEqual(self.lines("post", "show", two, "--history")[-1]["field"], "merged_into")
        self.assertEqual(self.json("post", "set", two, "people=4")["fields"]["people"], 4)
        self.assertEqual(self.lines("post", "duplicates", "delegation"), [])
        self.fails("same_record", "post", "merge", one, one)
        self.fails("not_merged", "post", "merge", "--undo", one)
        self.fails("wrong_usage", "post", "merge", one, status=2)
        self.fails("cannot_join", "post", "merge", one, self.cotmoc("post", "add", "visit"))
        undone = self.json("post", "merge", "--undo", two)
        self.assertEqual(undone, {"id": two, "separated_from": one, "taken_back": ["head"]})
        self.assertEqual(len(self.lines("post", "list", "delegation")), 3)
        self.assertNotIn("merged", self.json("post", "show", one))
        self.assertIn("taken over: head", self.cotmoc("post", "merge", one, two))
        visit = self.cotmoc("post", "add", "visit", "follows=" + two)
        self.assertNotIn("marks", self.json("post", "show", visit))
        self.cotmoc("post", "rm", other)
        self.cotmoc("post", "set", visit, "follows=" + other)
        self.assertEqual(self.json("post", "show", visit)["marks"],
                         [{"field": "follows", "mark": "missing_reference", "with": [other]}])
        self.assertIn("[follows] refers to what is not there: " + other, self.cotmoc("post", "show", visit))

    def test_report(self):
        self.add_delegation("post", "people=3")
        self.cotmoc("post", "add", "delegation", "direction=outgoing", "start_date=2024-07-01", "people=4")
        figures = self.json("post", "report", "--space", "tinh-a/huyen-b", "--from", "2024-01-01", "--to",
                            "2024-06-30")
        self.assertEqual(figures["delegations"]["incoming"]["count"], 1)
        self.assertEqual(figures["delegations"]["outgoing"]["count"], 0)
        wide = self.json("post", "report", "--space", "tinh-a", "--from", "2024-01-01", "--to", "2024-12-31")
        self.assertEqual(wide["delegations"]["outgoing"]["count"], 1)
        self.assertIn("| ", self.cotmoc("post", "report", "--space", "tinh-a", "--from", "2024-01-01", "--to",
                                        "2024-12-31"))
        self.fails("bad_date", "post", "report", "--space", "tinh-a", "--from", "2024-02-30", "--to", "2024-03-01")
        self.fails("unknown_space", "post", "report", "--space", "x", "--from", "2024-02-01", "--to", "2024-03-01")

    def test_spaces(self):
        self.fails("unknown_space", "post", "add", "visit", "--space", "tinh-a/huyen-c")
        self.fails("not_allowed", "post", "add", "visit", "--space", "tinh-a")
        self.make_device("officer", "province_officer", "*")
        self.fails("space_needed", "officer", "add", "visit")
        self.cotmoc("officer", "add", "visit", "--space", "tinh-a")

    def test_the_help_names_the_commands(self):
        help_text = self.run_program("cotmoc", "--help").stdout.decode()
        for command in ("init", "add", "sync", "serve", "snapshot", "prune", "report", "verify", "authority"):
            self.assertRegex(help_text, rf"(?m)^  {command}\b")
        self.fails("wrong_usage", "post", "no-such-command", status=2)
        self.fails("wrong_usage", "post", status=2)
        self.assertRegex(self.run_program("cotmoc", "--version").stdout.decode(), r"^cotmoc \d+\.\d+\.\d+\n$")

    def test_vietnamese(self):
        record = self.add_delegation("post", "people=5")
        vietnamese = {"LANG": "vi_VN.UTF-8"}
        shown = self.cotmoc("post", "show", record, **vietnamese)
        self.assertIn("Số lượt người: 5", shown)
        self.assertIn(record, shown)
        self.assertIn("chưa gửi", self.cotmoc("post", "status", **vietnamese))
        line = self.fails("unknown_kind", "post", "add", "nothing", **vietnamese)
        self.assertTrue(line.startswith("danh mục không có loại này (nothing): "), line)
        self.assertEqual(self.cotmoc("post", "list", "--json", **vietnamese), self.cotmoc("post", "list", "--json"))

    def test_lc_all_goes_before_lang(self):
        record = self.add_delegation("post", "people=5")
        self.assertIn("people: 5", self.cotmoc("post", "show", record, LANG="vi_VN.UTF-8", LC_ALL="en_US.UTF-8"))

    def test_passphrases_come_from_a_file_too(self):
        (self.work / "pass").write_text("mật khẩu thử nghiệm\n")
        wrong = {"COTMOC_PASSPHRASE": None}
        self.fails("no_passphrase", "post", "status", **wrong)
        self.cotmoc("post", "status", "--passphrase-file", self.work / "pass", **wrong)
        self.fails("cannot_read_file", "post", "status", "--passphrase-file", self.work / "none", **wrong)
        self.assertIn("post", self.run_program("cotmoc", "status", COTMOC_DIR=str(self.work / "post")).stdout.decode())


class Terminal(harness.Fleet):
    def test_passphrases_and_the_fingerprint_are_asked_for_without_echo(self):
        self.make_authority()
        device = self.work / "post"
        status, shown = self.type([("New passphrase: ", "bí mật của đồn"), ("Once more: ", "mật khẩu khác hẳn")],
                                  "-C", device, "init", "--name", "post")
        self.assertEqual(status, 1)
        self.assertIn("error[wrong_passphrase]", shown)
        self.assertFalse(device.exists())
        status, shown = self.type([("New passphrase: ", "bí mật của đồn"), ("Once more: ", "bí mật của đồn")],
                                  "-C", device, "init", "--name", "post")
        self.assertEqual(status, 0, shown)
        self.assertNotIn("bí mật của đồn", shown)
        secret = {"COTMOC_PASSPHRASE": "bí mật của đồn"}
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a/huyen-b",
                            stdin=self.cotmoc("post", "request", **secret))
        (self.work / "grant").write_text(grant + "\n")
        arguments = ["-C", device, "join", self.work / "grant"]
        status, shown = self.type([("Passphrase: ", "bí mật của đồn"), ("Type yes: ", "no")], *arguments)
        self.assertEqual(status, 1)
        self.assertIn(self.fingerprint, shown)
        self.assertIn("error[root_needed]", shown)
        status, shown = self.type([("Mật khẩu: ", "bí mật của đồn"), ('Gõ "có": ', "có")], *arguments,
                                  LANG="vi_VN.UTF-8")
        self.assertEqual(status, 0, shown)


class Sync(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        for name in ("one", "two"):
            self.make_device(name)
        self.make_device("officer", "province_officer", "*")
        self.make_device("outside", "border_post", "tinh-a/huyen-c")
        self.start_hub()
        self.sync("auth")

    def settle(self, *names):
        for _ in range(3):
            for name in names:
                self.sync(name, expect=None)

    def test_records_arrive_and_are_confirmed(self):
        record = self.add_delegation("one", "people=3")
        report = self.sync("one")
        self.assertEqual(list(report), ["sent", "received", "wire_bytes", "round_trips", "seconds", "complete",
                                        "digests", "conflicts", "quarantined", "forks", "hub", "attachments",
                                        "restored"])
        self.assertTrue(report["complete"])
        self.assertEqual(report["sent"]["change_sets"], 1)
        self.assertEqual(self.json("one", "show", record)["state"], "hub")
        self.sync("officer")
        self.assertEqual(self.json("officer", "show", record)["fields"]["people"], 3)
        self.sync("officer")
        again = self.json("one", "sync")
        self.assertTrue(again["complete"])
        self.assertEqual(self.json("one", "show", record)["state"], "province")
        status = {space["space"]: space for space in self.json("one", "status")["spaces"]}["tinh-a/huyen-b"]
        self.assertEqual((status["unsent_ops"], status["conflicts"], status["quarantined"]), (0, 0, 0))
        self.assertGreater(status["at_province"], 0)
        self.assertIsNotNone(status["last_sync"])
        self.sync("outside")
        self.fails("unknown_record", "outside", "show", record)
        idle = self.json("one", "sync")
        self.assertEqual((idle["sent"]["change_sets"], idle["received"]["change_sets"]), (0, 0))
        for name in ("one", "officer", "outside"):
            self.assertIn("nothing wrong", self.cotmoc(name, "verify"))
            self.assertEqual(self.json(name, "verify"), {"ok": True, "problems": []})
            self.assertEqual(self.json(name, "quarantine"), [])

    def test_two_officers_edit_the_same_record_offline(self):
        record = self.add_delegation("one", "people=3", "head=A")
        self.settle("one", "two", "officer")
        self.cotmoc("one", "set", record, "people=4", "partner=X")
        self.cotmoc("two", "set", record, "people=5", "result=Tốt")
        self.sync("one")
        seen = self.sync("two", expect=3)
        self.assertEqual(seen["conflicts"], 1)
        self.settle("one", "two", "officer")
        fields = self.json("officer", "show", record)["fields"]
        self.assertEqual((fields["partner"], fields["result"], fields["head"]), ("X", "Tốt", "A"))
        [conflict] = self.lines("officer", "conflicts")
        self.assertEqual(list(conflict), ["id", "kind", "field", "policy", "why", "values", "label"])
        self.assertEqual(conflict["label"], "hard")
        self.assertEqual((conflict["id"], conflict["field"], conflict["policy"]), (record, "people", "review"))
        self.assertEqual({value["value"] for value in conflict["values"]}, {4, 5})
        self.assertEqual([value["shown"] for value in conflict["values"]], [True, False])
        self.assertEqual({value["name"] for value in conflict["values"]}, {"one", "two"})
        self.assertIn("1: ", self.cotmoc("officer", "conflicts", record))
        self.fails("no_conflict", "officer", "resolve", record, "people", "--take", "3")
        self.fails("no_conflict", "officer", "resolve", record, "people", "--take", "0")
        self.fails("wrong_usage", "officer", "resolve", record, "people", status=2)
        loser = conflict["values"][1]["value"]
        self.cotmoc("officer", "resolve", record, "people", "--take", "2")
        self.settle("officer", "one", "two", "officer")
        digests = set()
        for name in ("one", "two", "officer"):
            self.assertEqual(self.json(name, "show", record)["fields"]["people"], loser)
            self.assertEqual(self.lines(name, "conflicts"), [])
            digests.add(self.digests(name)["tinh-a/huyen-b"])
        self.assertEqual(len(digests), 1)

    def test_two_devices_edit_one_text_offline_and_both_edits_stay(self):
        record = self.add_delegation("one", "result=Hai bên trao đổi về mốc 12.")
        self.settle("one", "two")
        self.cotmoc("one", "edit-text", record, "result", stdin="Hai bên đã trao đổi về mốc 12.\n")
        self.cotmoc("two", "edit-text", record, "result", stdin="Hai bên trao đổi về mốc 12 và 13.\n")
        self.settle("one", "two", "one")
        for name in ("one", "two"):
            self.assertEqual(self.json(name, "show", record)["fields"]["result"],
                             "Hai bên đã trao đổi về mốc 12 và 13.")
            self.assertEqual(self.lines(name, "conflicts"), [])
        self.assertEqual(self.digests("one")["tinh-a/huyen-b"], self.digests("two")["tinh-a/huyen-b"])

    def test_a_conflict_is_acknowledged_or_given_a_new_value(self):
        record = self.add_delegation("one", "people=3", "head=A")
        self.settle("one", "two")
        for name, value in (("one", "B"), ("two", "C")):
            self.cotmoc(name, "set", record, f"people={len(value) + ord(value)}", f"head={value}")
        self.settle("one", "two")
        self.assertEqual(len(self.lines("one", "conflicts", record)), 2)
        shown = self.json("one", "show", record)["fields"]["people"]
        self.cotmoc("one", "resolve", record, "people", "--acknowledge")
        self.cotmoc("one", "resolve", record, "head", "--value", '"Ông D"')
        self.assertEqual(self.lines("one", "conflicts"), [])
        self.settle("one", "two")
        fields = self.json("two", "show", record)["fields"]
        self.assertEqual((fields["people"], fields["head"]), (shown, "Ông D"))
        self.assertEqual(self.digests("one"), self.digests("two"))

    def test_a_thousand_conflicts_are_settled_at_once(self):
        records = [self.add_delegation("one", f"people={count}", "head=A") for count in range(3)]
        self.settle("one", "two")
        for name in ("one", "two"):
            for record in records:
                self.cotmoc(name, "set", record, "people=" + str(len(name) + ord(name[0])), "head=" + name)
        self.settle("one", "two")
        self.assertEqual(len(self.lines("one", "conflicts")), 6)
        self.fails("wrong_usage", "one", "resolve", "--all", "--value", "1", status=2)
        self.fails("wrong_usage", "one", "resolve", "--acknowledge", status=2)
        self.fails("no_conflict", "one", "resolve", "--all", "--take", "3")
        self.fails("unknown_space", "one", "resolve", "--all", "--take", "2", "--space", "nowhere")
        self.assertEqual(len(self.lines("one", "conflicts")), 6)
        self.assertEqual(self.json("one", "resolve", "--all", "--kind", "visit", "--acknowledge"), {"resolved": 0})
        self.assertEqual(self.json("one", "resolve", "--all", "--kind", "delegation", "--take", "2"), {"resolved": 6})
        self.assertEqual(self.lines("one", "conflicts"), [])
        self.settle("one", "two")
        self.assertEqual(self.lines("two", "conflicts"), [])
        self.assertEqual(self.digests("one"), self.digests("two"))

    def test_conflicts_say_why_and_soft_ones_are_told_apart(self):
        record = self.add_delegation("one", "people=3", "head=A")
        self.settle("one", "two", "officer")
        self.cotmoc("one", "set", record, "people=4", "partner=X")
        self.cotmoc("two", "set", record, "people=5")
        self.settle("one", "two", "officer")
        [soft] = self.lines("officer", "conflicts", "--soft")
        self.assertEqual(list(soft), ["id", "kind", "why", "values", "label"])
        self.assertEqual((soft["id"], soft["label"]), (record, "soft"))
        self.assertEqual({(value["name"], value["field"], value["value"]) for value in soft["values"]},
                         {("one", "partner", "X"), ("two", "people", 5)})
        self.assertIn("partner: X", self.cotmoc("officer", "conflicts", "--soft", record))
        self.assertIn("gộp", self.cotmoc("officer", "conflicts", "--soft", record, LANG="vi_VN.UTF-8"))
        # Both choose, each another value: that is in conflict again.
        self.cotmoc("one", "resolve", record, "people", "--take", "1")
        self.cotmoc("two", "resolve", record, "people", "--take", "2")
        self.settle("one", "two", "officer")
        [conflict] = self.lines("officer", "conflicts")
        self.assertIn("resolved differently", conflict["why"])
        self.assertIn("giải quyết khác nhau", self.cotmoc("officer", "conflicts", LANG="vi_VN.UTF-8"))
        versions = self.json("officer", "show", record, "--versions")["versions"]
        self.fails("stale", "officer", "resolve", record, "people", "--take", "1", "--shown", "0")
        self.cotmoc("officer", "resolve", record, "people", "--take", "1", "--shown", versions["people"])
        self.settle("officer", "one", "two")
        for name in ("one", "two", "officer"):
            self.assertEqual(self.lines(name, "conflicts"), [])
            last = self.lines(name, "show", record, "--history")[-1]
            self.assertEqual((last["op"], last["name"]), ("resolve", "officer"))
        # Back to what `two` saw when it wrote 5: without the partner that `one` wrote meanwhile.
        history = self.lines("one", "show", record, "--history")
        [change] = {line["change"] for line in history if line["name"] == "two" and line["op"] == "set"}
        fields = self.json("one", "revert", record, "--to", change[:12])["fields"]
        self.assertEqual((fields["people"], fields.get("partner"), fields["head"]), (5, None, "A"))

    def test_budgets_end_a_session_early_and_the_next_one_goes_on(self):
        big = "\n".join(json.dumps({"kind": "delegation", "fields": {
            "direction": "incoming", "start_date": "2024-05-01",
            "partner": "".join(str(uuid.uuid4()) for _ in range(20))}})
            for _ in range(1000))
        self.cotmoc("one", "import", "-", stdin=big)
        first = self.json("one", "sync", "--hub", self.hub.address, "--max-bytes", "200000")
        self.assertFalse(first["complete"])
        for _ in range(20):
            if self.json("one", "sync", "--max-bytes", "200000", "--no-attachments")["complete"]:
                break
        self.assertTrue(self.json("one", "sync", "--max-seconds", "60")["complete"])
        self.sync("two")
        self.assertEqual(self.digests("one")["tinh-a/huyen-b"], self.digests("two")["tinh-a/huyen-b"])

    def test_the_hub_stops_on_a_signal_and_serves_again(self):
        self.add_delegation("one")
        address = self.hub.address
        self.sync("one")
        self.assertEqual(self.hub.stop(), 0)
        self.fails("connection_failed", "one", "sync")
        self.assertEqual(self.start_hub(address), address)
        self.assertTrue(self.json("one", "sync")["complete"])
        log = (self.work / "hub.log").read_text()
        self.assertIn("end=ok", log)
        self.assertNotIn("delegation", log)


if __name__ == "__main__":
    harness.main()
