"""Root keys apart, new roots signed from keyholder to keyholder, the enrolment sheet, enrolment from afar."""
import harness

B = "tinh-a/huyen-b"
PASSPHRASES = ("khoá thứ nhất trong két", "khoá thứ hai trong két", "khoá thứ ba trong két")


class Roots(harness.Fleet):
    def file(self, name, content):
        path = self.work / name
        path.write_text(content + "\n")
        return path

    def passphrase(self, number):
        return self.file(f"passphrase-{number}", PASSPHRASES[number - 1])

    def make_authority_of_three(self):
        keys = [option for number in (1, 2, 3) for option in ("--root-passphrase-file", self.passphrase(number))]
        made = self.json("auth", "authority", "init", "--province", "tinh-a", "--spaces", harness.HERE / "fleet.json",
                         "--catalogue", harness.HERE / "catalogue.json", "--keys", 3, "--threshold", 2,
                         "--root-keys", self.work / "keys", *keys)
        self.fingerprint = made["fingerprint"]
        return made

    def sign(self, draft, number, **options):
        return self.cotmoc("elsewhere", "authority", "sign", draft, "--key",
                           self.work / "keys" / f"root-key-{number}.cotmoc", "--passphrase-file",
                           self.passphrase(number), **options)

    def test_a_new_root_goes_from_keyholder_to_keyholder(self):
        made = self.make_authority_of_three()
        self.assertEqual([path.split("/")[-1] for path in made["root_keys"]],
                         ["root-key-1.cotmoc", "root-key-2.cotmoc", "root-key-3.cotmoc"])
        self.assertTrue((self.work / "keys" / "recovery-key.cotmoc").exists())
        before = self.json("auth", "authority", "root")
        self.assertEqual((before["version"], before["threshold"], len(before["root_keys"])), (1, 2, 3))
        draft = self.work / "draft"
        drawn = self.json("auth", "authority", "root", "--draft", draft, "--expires", 2000)
        self.assertEqual(drawn["version"], 2)
        self.fails("signatures_missing", "auth", "authority", "publish", draft)
        self.fails("not_root_key", "auth", "authority", "sign", draft)  # the authority keeps no root key here
        once = self.file("once", self.sign(draft, 3))
        self.fails("signatures_missing", "auth", "authority", "publish", once)
        self.fails("already_signed", "elsewhere", "authority", "sign", once, "--key",
                   self.work / "keys" / "root-key-3.cotmoc", "--passphrase-file", self.passphrase(3))
        self.fails("wrong_passphrase", "elsewhere", "authority", "sign", once, "--key",
                   self.work / "keys" / "root-key-1.cotmoc", "--passphrase-file", self.passphrase(2))
        twice = self.file("twice", self.sign(once, 1))
        self.assertEqual(self.json("auth", "authority", "publish", twice)["version"], 2)
        self.fails("trust_moved_on", "auth", "authority", "publish", twice)
        self.assertEqual(self.json("auth", "authority", "root")["version"], 2)
        self.assertEqual(self.cotmoc("auth", "authority", "fingerprint"), self.fingerprint)
        self.assertFalse((self.work / "elsewhere").exists())

    def test_other_keys_and_a_district_issuer(self):
        self.make_authority()
        self.make_hub()
        self.make_device("district", "district_officer", B)
        self.start_hub()
        self.sync("auth")
        self.sync("district")
        key = self.cotmoc("auth", "authority", "new-root-key", self.work / "second.cotmoc")
        old = self.json("auth", "authority", "root")["root_keys"][0]
        draft = self.work / "draft"
        self.json("auth", "authority", "root", "--draft", draft, "--new-keys", f"{old},{self.file('key', key)}",
                  "--threshold", 2)
        once = self.file("once", self.cotmoc("auth", "authority", "sign", draft))
        self.fails("signatures_missing", "auth", "authority", "publish", once)
        twice = self.file("twice", self.cotmoc("auth", "authority", "sign", once, "--key", self.work / "second.cotmoc"))
        self.cotmoc("auth", "authority", "publish", twice)

        request = self.cotmoc("district", "authority", "issuer-request")
        self.assertEqual(self.cotmoc("district", "authority", "issuer-request"), request)
        self.fails("not_authority", "district", "authority", "fingerprint")
        draft = self.work / "draft-3"
        self.json("auth", "authority", "root", "--draft", draft, "--add-issuer", self.file("issuer", request),
                  "--space", B)
        once = self.file("once", self.cotmoc("auth", "authority", "sign", draft))
        twice = self.file("twice", self.cotmoc("auth", "authority", "sign", once, "--key", self.work / "second.cotmoc"))
        self.cotmoc("auth", "authority", "publish", twice)
        self.sync("auth")
        self.sync("district")
        self.cotmoc("post", "init", "--name", "post")
        self.cotmoc("boss", "init", "--name", "boss")
        asked = self.file("boss.request", self.cotmoc("boss", "request"))
        self.fails("out_of_scope", "district", "authority", "enrol", asked, "--role", "province_officer", "--space", B)
        grant = self.cotmoc("district", "authority", "enrol", "-", "--role", "border_post", "--space", B,
                            stdin=self.cotmoc("post", "request"))
        self.cotmoc("post", "join", self.file("grant", grant), "--root", self.fingerprint)
        self.sync("district")
        self.add_delegation("post", "people=4")
        self.assertTrue(self.sync("post")["complete"])

    def test_the_sheet_and_a_wrong_fingerprint(self):
        self.make_authority()
        sheet = self.json("auth", "authority", "sheet", "--png", self.work / "sheet.png")
        self.assertEqual(sheet["fingerprint"], self.fingerprint)
        self.assertEqual((self.work / "sheet.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        text = self.cotmoc("auth", "authority", "sheet")
        self.assertIn(self.fingerprint[:35], text)
        self.assertIn(self.fingerprint[36:], text)
        self.assertIn("\u2588", text)
        self.cotmoc("post", "init", "--name", "post")
        shown = self.cotmoc("post", "request", "--qr")
        self.assertIn("\u2588", shown)
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", B,
                            stdin=shown.splitlines()[-1])
        wrong = ("0" if self.fingerprint[0] != "0" else "1") + self.fingerprint[1:]
        self.fails("wrong_root", "post", "join", self.file("grant", grant), "--root", wrong)
        self.cotmoc("post", "join", self.work / "grant", "--root", self.fingerprint)

    def remote(self, post="post"):
        first = self.file("d1", self.cotmoc(post, "request", "--remote"))
        second = self.file("a1", self.cotmoc("auth", "authority", "enrol", "--remote", first))
        third = self.file("d2", self.cotmoc(post, "request", "--remote", second))
        fourth = self.json("auth", "authority", "enrol", "--remote", third)
        code = self.json(post, "request", "--remote", self.file("a2", fourth["message"]))["code"]
        self.assertEqual(code, fourth["code"])
        self.assertRegex(code, r"^\d{3} \d{3} \d{3}$")
        return code

    def test_enrolment_from_afar(self):
        self.make_authority()
        self.cotmoc("post", "init", "--name", "post")
        self.fails("bad_offer", "post", "request", "--remote", self.file("x", "cotmoc-offer-1 AAAA"))
        code = self.remote()
        other = code[:-1] + str((int(code[-1]) + 1) % 10)
        role = ("--role", "border_post", "--space", B)
        self.fails("code_differs", "auth", "authority", "enrol", "--remote", "--code", other, *role)
        self.fails("bad_offer", "auth", "authority", "enrol", "--remote", "--code", code, *role)  # one guess
        code = self.remote()
        self.fails("wrong_usage", "auth", "authority", "enrol", "--remote", "--code", code, status=2)
        grant = self.file("grant", self.cotmoc("auth", "authority", "enrol", "--remote", "--code", code, *role))
        self.fails("code_differs", "post", "join", grant, "--code", other)
        self.cotmoc("post", "join", grant, "--code", code)
        self.assertEqual({row["name"] for row in self.json("auth", "authority", "list")}, {"authority", "post"})

    def test_a_message_swapped_on_the_way_is_refused(self):
        self.make_authority()
        self.cotmoc("post", "init", "--name", "post")
        self.cotmoc("rogue", "init", "--name", "rogue")
        first = self.file("d1", self.cotmoc("post", "request", "--remote"))
        answer = self.file("a1", self.cotmoc("auth", "authority", "enrol", "--remote", first))
        self.cotmoc("rogue", "request", "--remote")
        swapped = self.file("r2", self.cotmoc("rogue", "request", "--remote", answer))
        self.fails("bad_offer", "auth", "authority", "enrol", "--remote", swapped)


if __name__ == "__main__":
    harness.main()
