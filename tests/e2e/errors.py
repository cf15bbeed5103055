"""Bad input and bad luck: each has its named error and its exit status, and nothing is changed by it."""
import json
import os
import random
import re
import shutil
import socket
import subprocess
import threading
import time
import unittest
import uuid

import harness


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        octet = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([octet ^ 0x20]))


def line(**changes):
    record = {"id": str(uuid.uuid4()), "kind": "delegation", "space": "tinh-a/huyen-b",
              "fields": {"direction": "incoming", "start_date": "2024-05-01"}}
    record["fields"].update(changes.pop("fields", {}))
    record.update(changes)
    return json.dumps(record)


class BadInput(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_device("post")
        self.record = self.add_delegation("post", "people=3")
        self.before = self.everything("post")

    def tearDown(self):
        self.assertEqual(self.everything("post"), self.before)
        super().tearDown()

    def test_values_that_do_not_fit(self):
        for name, assignment in (("unknown_field", "nothing=1"), ("wrong_type", "people=many"),
                                 ("wrong_type", "people:=\"3\""), ("bad_date", "start_date=2024-02-30"),
                                 ("bad_date", "start_date=yesterday"), ("out_of_bounds", "people=-1"),
                                 ("out_of_bounds", "people=10001"), ("unknown_value", "direction=sideways"),
                                 ("bad_json", "people:={"), ("missing_field", "direction=")):
            self.fails(name, "post", "set", self.record, assignment)
        self.fails("unknown_kind", "post", "add", "nothing", "a=b")
        self.fails("missing_field", "post", "add", "delegation", "direction=incoming")
        self.fails("unknown_field", "post", "list", "delegation", "--where", "nothing=1")
        self.fails("unknown_kind", "post", "export", "--kind", "nothing")
        self.fails("wrong_usage", "post", "list", "--where", "people=1", status=2)

    def test_a_word_that_is_not_utf_8(self):
        done = subprocess.run([self.programs / "cotmoc", "-C", self.work / "post", "set", self.record,
                               b"partner=\xff\xfe"], capture_output=True, env=harness.environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"error[invalid_utf8]", done.stderr)

    def test_text_that_is_not_utf_8(self):
        self.fails("invalid_utf8", "post", "import", "-", stdin=line(fields={"partner": "@"}).encode()
                   .replace(b"@", b"\xc3\x28"))

    def test_import_lines(self):
        good = line()
        for name, bad in (("bad_json", "{"), ("bad_json", good + "}"), ("unknown_kind", line(kind="nothing")),
                          ("unknown_field", line(fields={"nothing": 1})), ("wrong_type", line(fields={"people": "x"})),
                          ("bad_date", line(fields={"start_date": "2024-13-01"})),
                          ("out_of_bounds", line(fields={"people": -5})), ("bad_id", line(id="x")),
                          ("unknown_space", line(space="tinh-a/huyen-c")), ("not_allowed", line(space="tinh-a")),
                          ("missing_field", line(fields={"direction": None})), ("unknown_field", line(extra=1)),
                          ("duplicate_key", good.replace('"kind"', '"kind": "visit", "kind"')),
                          ("value_too_long", line(fields={"partner": "x" * 300_000})),
                          ("too_deep", '{"kind":' + "[" * 100_000 + "]" * 100_000 + "}"),
                          ("line_too_long", line(fields={"partner": "x" * 1_100_000}))):
            # The good lines around it are not taken either: a file is imported whole or not at all.
            text = self.fails(name, "post", "import", "-", stdin=f"{good}\n{bad}\n{good}\n")
            self.assertIn("line 2", text, name)
        self.fails("cannot_read_file", "post", "import", self.work / "no-such-file")

    def test_a_line_of_50_mb_takes_no_50_mb(self):
        command = [self.programs / "cotmoc", "-C", self.work / "post", "import", "-"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                                   env=harness.environment())
        try:
            for _ in range(50):
                process.stdin.write(b"x" * 1_000_000)
        except BrokenPipeError:
            pass                # it had seen enough
        process.stdin.close()
        message = process.stderr.read()
        process.stderr.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"error[line_too_long]", message)
        if b"__asan_init" not in (self.programs / "cotmoc").read_bytes():
            self.assertLess(usage.ru_maxrss, 64 * 1024)     # KiB; Argon2id alone takes 19 MiB

    def test_a_wrong_passphrase(self):
        self.fails("wrong_passphrase", "post", "status", COTMOC_PASSPHRASE="another")

    def test_a_damaged_key_file(self):
        key = self.work / "post" / "key.cotmoc"
        whole = key.read_bytes()
        for offset in range(0, len(whole), 7):
            flip(key, offset)
            done = self.run_program("cotmoc", "-C", self.work / "post", "status", expect=1)
            self.assertRegex(done.stderr.decode(),
                             r"error\[(key_file_damaged|weak_key_parameters|unsupported_version)\]")
            key.write_bytes(whole)
        key.write_bytes(whole[:-1])
        self.fails("key_file_damaged", "post", "status")
        key.write_bytes(b"")
        self.fails("key_file_damaged", "post", "status")
        key.write_bytes(whole)

    def test_a_damaged_database(self):
        shutil.copytree(self.work / "post", self.work / "copy")
        database = self.work / "copy" / "replica.db"
        self.cotmoc("copy", "verify")       # leaves nothing in the write-ahead log
        whole = database.read_bytes()
        chance = random.Random(7)
        # Octets 0 to 15 are a salt that nothing uses, and octet 18 says whether SQLite may write.
        for offset in [16, 20, 24, len(whole) - 1] + [chance.randrange(24, len(whole)) for _ in range(20)]:
            flip(database, offset)
            done = self.run_program("cotmoc", "-C", self.work / "copy", "verify", expect=1)
            self.assertIn(b"database_damaged", done.stdout + done.stderr, offset)
            shutil.copyfile(self.work / "post" / "key.cotmoc", self.work / "copy" / "key.cotmoc")
            for leftover in self.work.glob("copy/replica.db-*"):
                leftover.unlink()
            database.write_bytes(whole)
        database.unlink()
        self.fails("database_damaged", "copy", "status")

    def test_a_directory_that_another_process_has_open(self):
        first = subprocess.Popen([self.programs / "cotmoc", "-C", self.work / "post", "import", "-"],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=harness.environment())
        try:
            lock = self.work / "post" / "lock"
            # Processes of Windows have other numbers than Wine's.
            number = r"\d+" if harness.WINDOWS else str(first.pid)
            harness.wait_until(lambda: re.match(f"{number} cotmoc import", lock.read_text()))
            text = self.fails("busy", "post", "list")
            self.assertRegex(text, rf"process {number} \(cotmoc import\)")
        finally:
            first.stdin.close()
            first.wait(60)

    def test_directories_without_a_replica(self):
        self.fails("no_replica", "nowhere", "status")
        (self.work / "empty").mkdir()
        self.fails("no_replica", "empty", "status")
        self.assertEqual(list((self.work / "empty").iterdir()), [])
        self.fails("already_exists", "post", "init", "--name", "again")
        self.fails("wrong_usage", "fresh", "init", "--name", "Not A Name", status=2)
        self.assertFalse((self.work / "fresh" / "key.cotmoc").exists())
        self.fails("wrong_usage", "fresh", "init", "--name", "a", "--kdf", "none", status=2)
        done = self.run_program("cotmoc", "status", expect=2)
        self.assertIn(b"error[wrong_usage]", done.stderr)

    def test_files_of_the_authority(self):
        for name, spaces in (("bad_fleet", "{}"), ("bad_fleet", '{"spaces": 3}'), ("bad_json", "{")):
            (self.work / "spaces").write_text(spaces)
            self.fails(name, "new", "authority", "init", "--province", "p", "--spaces", self.work / "spaces",
                       "--catalogue", harness.HERE / "catalogue.json")
        (self.work / "catalogue").write_text('{"catalogue": "x", "version": 1, "kinds": {"a": {}}}')
        self.fails("bad_catalogue", "new", "authority", "init", "--province", "tinh-a", "--spaces",
                   harness.HERE / "fleet.json", "--catalogue", self.work / "catalogue")
        self.assertFalse((self.work / "new" / "key.cotmoc").exists())

    def test_a_full_disk(self):
        place = self.work / "small"
        place.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(place)], capture_output=True)
        if mount.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(place)], capture_output=True)
        shutil.copytree(self.work / "post", place / "post")
        before = self.everything("small/post")
        rows = "\n".join(line(fields={"partner": str(uuid.uuid4()) * 10}) for _ in range(6000))
        self.fails("disk_full", "small/post", "import", "-", stdin=rows)
        self.assertEqual(self.everything("small/post"), before)
        self.assertEqual(self.json("small/post", "verify")["ok"], True)


class Listener:
    """A server that is no hub: `answer` gets each connection."""

    def __init__(self, answer):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.answer = answer
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    self.answer(connection)
                except OSError:
                    pass

    def close(self):
        self.socket.close()


class BadPeers(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("post")
        self.add_delegation("post")

    def sync_with(self, answer):
        listener = Listener(answer)
        self.addCleanup(listener.close)
        done = self.run_program("cotmoc", "-C", self.work / "post", "sync", "--hub", listener.address, expect=1)
        return done.stderr.decode()

    def test_a_hub_that_speaks_garbage(self):
        chance = random.Random(5)
        web_page = b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10
        for answer in (web_page, chance.randbytes(100_000), b"\0" * 70_000, b"\0\x60" + bytes(96),
                       b"\xff\xff" + bytes(70_000)):
            def speak(connection, answer=answer):
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            expected = "captive_portal" if answer == web_page else "handshake_failed|protocol_error|connection_lost"
            self.assertRegex(self.sync_with(speak), rf"error\[({expected})\]")
        before = self.json("post", "status")
        self.assertIsNone(before["spaces"][0]["last_sync"])

    def test_a_hub_that_hangs_up_or_says_nothing(self):
        self.assertIn("error[connection_lost]", self.sync_with(lambda connection: connection.recv(10)))
        began = time.monotonic()
        self.assertIn("error[no_answer]", self.sync_with(lambda connection: time.sleep(40)))
        self.assertLess(time.monotonic() - began, 30)
        with socket.create_server(("127.0.0.1", 0)) as unused:
            address = "127.0.0.1:%d" % unused.getsockname()[1]
        self.fails("connection_failed", "post", "sync", "--hub", address)
        # A machine whose resolver says nothing runs out of time instead.
        done = self.run_program("cotmoc", "-C", self.work / "post", "sync", "--hub", "no-such-host.invalid:7450",
                                expect=1)
        self.assertRegex(done.stderr, rb"error\[(connection_failed|no_answer)\]")
        self.fails("wrong_usage", "post", "sync", "--hub", "nonsense", status=2)

    def test_json_of_a_failed_sync_says_that_it_is_not_complete(self):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            address = "127.0.0.1:%d" % unused.getsockname()[1]
        report = self.json("post", "sync", "--hub", address, expect=1)
        self.assertIs(report["complete"], False)
        self.assertIn("tinh-a/huyen-b", report["digests"])

    def test_a_hub_that_is_not_the_pinned_one(self):
        pinned = self.fingerprint
        for kept in ("auth", "hub"):
            (self.work / kept).rename(self.work / f"{kept}-1")
        self.make_authority()
        self.make_hub()
        self.start_hub()
        self.fails("handshake_failed", "post", "sync", "--hub", self.hub.address)
        self.assertNotEqual(self.fingerprint, pinned)

    def test_a_peer_that_sends_garbage_to_the_hub_which_serves_the_others(self):
        self.start_hub()
        host, port = self.hub.address.split(":")
        chance = random.Random(9)
        peers = []
        for number in range(40):
            peer = socket.create_connection((host, int(port)))
            if number % 4 == 0:
                peer.sendall(chance.randbytes(chance.randrange(1, 200_000)))
            elif number % 4 == 1:
                peer.sendall(b"\0\x60")         # promises a message and stops
            elif number % 4 == 2:
                peer.sendall(b"\xff" * 65_537)
            peers.append(peer)
        self.sync("auth")
        report = self.sync("post")
        self.assertTrue(report["complete"])
        self.assertEqual(report["sent"]["change_sets"], 1)
        for peer in peers:
            peer.close()
        self.assertTrue(self.sync("post")["complete"])
        self.assertIsNone(self.hub.process.poll())

    def test_the_hub_program_has_the_same_manners(self):
        self.fails("already_exists", "hub", "init", program="cotmoc-hub")
        self.fails("no_replica", "nothing", "serve", "--listen", "127.0.0.1:0", program="cotmoc-hub")
        self.fails("wrong_usage", "hub", "serve", program="cotmoc-hub", status=2)
        self.fails("wrong_usage", "hub", "serve", "--listen", "x", program="cotmoc-hub", status=2)
        self.fails("already_joined", "hub", "join", self.work / "hub.grant", "--root", self.fingerprint,
                   program="cotmoc-hub")
        self.fails("wrong_passphrase", "hub", "serve", "--listen", "127.0.0.1:0", program="cotmoc-hub",
                   COTMOC_PASSPHRASE="x")
        self.run_program("cotmoc-hub", "--data", self.work / "hub-2", "init", "--name", "hub-2")
        self.fails("not_joined", "hub-2", "serve", "--listen", "127.0.0.1:0", program="cotmoc-hub")
        self.fails("wrong_grant", "hub-2", "join", self.work / "hub.grant", "--root", self.fingerprint,
                   program="cotmoc-hub")
        self.fails("wrong_root", "hub-2", "join", self.work / "hub.grant", "--root", "11" * 32, program="cotmoc-hub")
        self.fails("root_needed", "hub-2", "join", self.work / "hub.grant", program="cotmoc-hub")
        self.start_hub()
        self.fails("busy", "hub", "serve", "--listen", "127.0.0.1:0", program="cotmoc-hub")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            self.hub.stop()
            self.fails("cannot_listen", "hub", "serve", "--listen", address, program="cotmoc-hub")


if __name__ == "__main__":
    harness.main()
