"""Passphrases, the desktop's keyring, wiping, the office recovery, and what a crash leaves."""
import os
import resource
import shutil
import signal
import subprocess
import unittest

import harness

OLD = "mật khẩu thử nghiệm"
NEW = "cụm từ mới đủ dài"


def memory_cost(path):
    return int.from_bytes(path.read_bytes()[14:22], "little") // (1024 * 1024)


class Passphrase(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_device("post")
        self.key_file = self.work / "post" / "key.cotmoc"

    def opens(self, passphrase):
        return self.run_program("cotmoc", "-C", self.work / "post", "status", expect=None,
                                COTMOC_PASSPHRASE=passphrase).returncode == 0

    def test_a_change_lets_the_new_one_open_and_the_old_one_no_more(self):
        before = self.key_file.read_bytes()
        self.cotmoc("post", "passphrase", COTMOC_NEW_PASSPHRASE=NEW)
        self.assertTrue(self.opens(NEW))
        self.fails("wrong_passphrase", "post", "status")
        self.assertNotEqual(self.key_file.read_bytes()[:98], before[:98])
        self.assertEqual(sorted(path.name for path in (self.work / "post").glob("key.cotmoc*")), ["key.cotmoc"])
        (self.work / "new").write_text(OLD + "\n")
        self.cotmoc("post", "passphrase", "--new-passphrase-file", self.work / "new", COTMOC_PASSPHRASE=NEW)
        self.assertTrue(self.opens(OLD))
        self.assertFalse(self.opens(NEW))

    def test_the_cost_stays_unless_it_is_said(self):
        self.assertEqual(memory_cost(self.key_file), 19)
        self.cotmoc("post", "passphrase", "--kdf", "phone", COTMOC_NEW_PASSPHRASE=OLD)
        self.assertEqual(memory_cost(self.key_file), 64)
        self.cotmoc("post", "passphrase", COTMOC_NEW_PASSPHRASE=NEW)
        self.assertEqual(memory_cost(self.key_file), 64)

    def test_a_change_that_is_refused_changes_nothing(self):
        before = self.key_file.read_bytes()
        self.fails("weak_passphrase", "post", "passphrase", COTMOC_NEW_PASSPHRASE="quá ngắn")
        self.fails("wrong_passphrase", "post", "passphrase", COTMOC_NEW_PASSPHRASE=NEW, COTMOC_PASSPHRASE="another one")
        self.fails("no_passphrase", "post", "passphrase")
        self.fails("wrong_usage", "post", "passphrase", "--kdf", "best", status=2, COTMOC_NEW_PASSPHRASE=NEW)
        self.fails("no_replica", "none", "passphrase", COTMOC_NEW_PASSPHRASE=NEW)
        self.assertEqual(self.key_file.read_bytes(), before)

    def test_on_a_terminal_nothing_of_it_is_shown(self):
        post = self.work / "post"
        status, shown = self.type([("Passphrase: ", OLD), ("New passphrase: ", NEW), ("Once more: ", NEW)],
                                  "-C", post, "passphrase")
        self.assertEqual(status, 0, shown)
        self.assertNotIn(OLD, shown)
        self.assertNotIn(NEW, shown)
        self.assertTrue(self.opens(NEW))

    def test_a_weak_one_makes_no_replica(self):
        self.fails("weak_passphrase", "weak", "init", "--name", "weak", COTMOC_PASSPHRASE="mười một c")
        self.assertFalse((self.work / "weak").exists())
        self.fails("weak_passphrase", "weak-hub", "init", program="cotmoc-hub", COTMOC_PASSPHRASE="246810")
        self.assertFalse((self.work / "weak-hub").exists())
        self.cotmoc("words", "init", "--name", "words", COTMOC_PASSPHRASE="ba cá lá ổi xe")


@unittest.skipUnless(shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon"),
                     "needs dbus-run-session and gnome-keyring-daemon")
class Keyring(harness.Fleet):
    def session(self, script, expect=0, **changes):
        """A shell script in a desktop session of its own, whose keyring is unlocked and kept in self.home."""
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        runtime = self.work / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        start = "printf 'keyring password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n"
        environment = harness.environment(HOME=str(home), XDG_RUNTIME_DIR=str(runtime), **changes)
        environment["PATH"] = f"{self.programs}:{environment['PATH']}"
        for name in ("XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS"):
            environment.pop(name, None)
        done = subprocess.run(["dbus-run-session", "--", "bash", "-c", start + script], capture_output=True,
                              cwd=self.work, env=environment, timeout=120, stdin=subprocess.DEVNULL)
        if "built without libsecret" in done.stderr.decode():
            self.skipTest("built without libsecret")
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def test_a_key_file_in_its_custody_opens_in_that_session_only(self):
        self.session("cotmoc -C post init --name post --custody keyring && cotmoc -C post request >/dev/null")
        self.session("cotmoc -C post request >/dev/null")      # another session of the same person
        # The files and the right passphrase, without the keyring, as a thief has them.
        self.fails("no_key_custody", "post", "request", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        shutil.rmtree(self.work / "home")
        _, said = self.session("cotmoc -C post request", expect=1)
        self.assertIn("error[no_key_custody]", said)

    def test_a_pin_is_enough_there_until_it_was_wrong_ten_times(self):
        self.session("cotmoc -C post init --name post --custody keyring", COTMOC_PASSPHRASE="246810")
        self.session("cotmoc -C post request >/dev/null", COTMOC_PASSPHRASE="246810")
        tries = "for i in 1 2 3 4 5 6 7 8 9 10; do cotmoc -C post request; done 2>&1 | grep -c wrong_passphrase"
        said, _ = self.session(tries, COTMOC_PASSPHRASE="111111")
        self.assertEqual(said.strip(), "10")
        _, said = self.session("cotmoc -C post request", expect=1, COTMOC_PASSPHRASE="246810")
        self.assertIn("error[tries_used_up]", said)
        self.assertFalse((self.work / "post" / "key.cotmoc").exists())
        self.assertTrue((self.work / "post" / "replica.db").exists())

    def test_a_wipe_takes_the_secret_out_of_the_keyring(self):
        self.session("cotmoc -C post init --name post --custody keyring && cotmoc -C post wipe --yes post &&"
                     "cotmoc -C again init --name again --custody file && cotmoc -C again request >/dev/null")
        self.assert_wiped("post")

    def test_without_a_keyring_nothing_is_made(self):
        self.fails("no_key_custody", "post", "init", "--name", "post", "--custody", "keyring",
                   DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        self.fails("wrong_usage", "post", "init", "--name", "post", "--custody", "safe", status=2)
        self.cotmoc("post", "init", "--name", "post")


class Wipe(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.start_hub()
        self.sync("auth")

    def test_nothing_is_left_and_it_says_what_it_did(self):
        self.add_delegation("post")
        self.sync("post")
        removed = self.json("post", "wipe", "--yes", "post")["removed"]
        self.assertEqual(removed[0], "key.cotmoc")
        self.assertIn("replica.db", removed)
        self.assertIn("snapshots.db", removed)
        self.assertIn("recovery.cotmoc", removed)
        self.assertLess(removed.index("recovery.cotmoc"), removed.index("replica.db"))
        self.assert_wiped("post")
        self.fails("no_replica", "post", "wipe", "--yes", "post")

    def test_unsent_work_is_not_lost_by_mistake(self):
        record = self.add_delegation("post")
        self.fails("unsent_work", "post", "wipe", "--yes", "post")
        self.cotmoc("post", "show", record)
        self.cotmoc("post", "wipe", "--yes", "post", "--discard-unsent")
        self.assert_wiped("post")

    def test_it_must_be_confirmed_by_name(self):
        self.fails("not_confirmed", "post", "wipe")
        self.fails("not_confirmed", "post", "wipe", "--yes", "auth")
        self.fails("wrong_passphrase", "post", "wipe", "--yes", "post", COTMOC_PASSPHRASE="another passphrase")
        status, shown = self.type([("Passphrase: ", OLD), ("(post): ", "pots")], "-C", self.work / "post", "wipe")
        self.assertEqual(status, 1, shown)
        self.cotmoc("post", "status")
        status, shown = self.type([("Passphrase: ", OLD), ("(post): ", "post")], "-C", self.work / "post", "wipe")
        self.assertEqual(status, 0, shown)
        self.assert_wiped("post")

    def test_a_replica_that_opens_no_more_goes_by_the_name_of_its_folder(self):
        forgotten = {"COTMOC_PASSPHRASE": "nobody knows it"}
        self.fails("not_confirmed", "post", "wipe", "--discard-unsent", "--yes", "other", **forgotten)
        self.cotmoc("post", "wipe", "--discard-unsent", "--yes", "post", **forgotten)
        self.assert_wiped("post")

    def test_one_that_was_cut_off_is_finished_by_the_next_call(self):
        (self.work / "post" / "wipe.cotmoc").write_text("begun\n")
        self.fails("no_replica", "post", "status")
        (self.work / "post" / "key.cotmoc").unlink()
        self.cotmoc("post", "wipe")
        self.assert_wiped("post")


class Recovery(harness.Fleet):
    FORGOTTEN = {"COTMOC_PASSPHRASE": "nobody knows it any more"}
    CHOSEN = {"COTMOC_PASSPHRASE": NEW}

    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.make_device("district", "district_officer", "tinh-a/huyen-b")
        self.start_hub()
        self.sync("auth")

    def write(self, name, text):
        (self.work / name).write_text(text + "\n")
        return self.work / name

    def ask(self):
        answer = self.json("post", "recover", **self.CHOSEN)
        self.assertRegex(answer["code"], r"^([0-9a-f]{4}-){3}[0-9a-f]{4}$")
        return self.write("post.recovery-request", answer["request"]), answer["code"]

    def test_the_drill_loses_nothing(self):
        sent = self.add_delegation("post", "people=3")
        self.sync("post")
        unsent = self.add_delegation("post", "people=5")
        self.cotmoc("post", "set", sent, "people:=4")
        self.fails("wrong_passphrase", "post", "status", **self.FORGOTTEN)

        request, code = self.ask()
        office = self.json("auth", "recover", request, "--yes")
        self.assertEqual((office["name"], office["code"]), ("post", code))
        answer = self.write("post.recovery-answer", office["answer"])
        enrolment = self.write("post.request", self.cotmoc("post", "recover", answer, **self.CHOSEN))
        self.fails("wrong_passphrase", "post", "status")
        self.assertFalse((self.work / "post" / "recovery.session").exists())
        self.assertFalse((self.work / "post" / "key.cotmoc.previous").exists())

        grant = self.write("post.grant", self.cotmoc("auth", "authority", "enrol", enrolment, "--role", "border_post",
                                                     "--space", "tinh-a/huyen-b"))
        self.cotmoc("post", "join", grant, "--root", self.fingerprint, **self.CHOSEN)
        self.sync("auth")
        self.sync("post", expect=None, **self.CHOSEN)
        self.sync("post", expect=None, **self.CHOSEN)
        self.sync("district")
        for record, people in ((sent, 4), (unsent, 5)):
            self.assertEqual(self.json("district", "show", record)["fields"]["people"], people)
            self.assertEqual(self.json("post", "show", record, **self.CHOSEN)["fields"]["people"], people)

    def test_the_office_is_asked_and_says_who_asks(self):
        request, code = self.ask()
        self.fails("not_confirmed", "auth", "recover", request)
        auth = self.work / "auth"
        status, shown = self.type([("Passphrase: ", OLD), ("(yes/no) ", "no")], "-C", auth, "recover", request)
        self.assertEqual(status, 1, shown)
        self.assertIn(code, shown)
        self.assertIn("post", shown)
        status, shown = self.type([("Passphrase: ", OLD), ("(yes/no) ", "yes")], "-C", auth, "recover", request)
        self.assertEqual(status, 0, shown)
        self.assertIn("cotmoc-recovery-answer-1 ", shown)

    def test_what_does_not_fit_changes_nothing(self):
        request, _ = self.ask()
        answer = self.write("answer", self.cotmoc("auth", "recover", request, "--yes"))
        self.fails("not_authority", "district", "recover", request, "--yes")
        self.fails("bad_recovery", "district", "recover", answer)
        self.fails("wrong_passphrase", "post", "recover", answer, **self.FORGOTTEN)
        self.ask()                                                      # a second request: the first answer is void
        self.fails("bad_recovery", "post", "recover", answer, **self.CHOSEN)
        self.fails("bad_recovery", "post", "recover", self.write("garbage", "nothing of the kind"), **self.CHOSEN)
        self.fails("weak_passphrase", "post", "recover", COTMOC_PASSPHRASE="quá ngắn")
        self.cotmoc("post", "status")
        (self.work / "post" / "recovery.cotmoc").unlink()
        self.fails("no_recovery", "post", "recover", **self.CHOSEN)


class Crash(harness.Fleet):
    def test_a_program_that_dies_leaves_no_core(self):
        self.make_authority()
        self.make_hub()
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (soft, hard))
        self.start_hub()
        limits = open(f"/proc/{self.hub.process.pid}/limits").read()
        self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
        os.kill(self.hub.process.pid, signal.SIGQUIT)
        self.hub.process.wait(30)


if __name__ == "__main__":
    harness.main()
