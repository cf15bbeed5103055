"""Files attached to records: sent, fetched by rule and on demand, over links that are cut and after kills."""
import json
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
import zlib

import harness

# 100000000 is the size of the promise; a smaller one shows the same in less time.
CUT_BYTES = int(os.environ.get("COTMOC_ATTACHMENT_BYTES", "6000000"))
# The ways on which the link is cut.
CUT_WAYS = os.environ.get("COTMOC_CUT_WAYS", "up down").split()
# A large file takes its time on a machine that does other things too.
STEP_SECONDS = 120 + CUT_BYTES // 100_000
# So much memory a process may have at its peak, whatever the file's size.
MEMORY_MAX = 64 * 1024 * 1024


class CuttingLink:
    """Passes octets on to the hub and cuts each connection after `after()` of them, both ways counted."""

    def __init__(self, address, after):
        host, port = address.rsplit(":", 1)
        self.target = (host, int(port))
        self.after = after
        self.passed = 0
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.open = True
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while self.open:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            with caller, socket.create_connection(self.target) as hub:
                for end in (caller, hub):
                    # Small buffers, so that what was sent is what has crossed.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
                self.carry(caller, hub, self.after())

    def carry(self, caller, hub, left):
        while left > 0:
            ready, _, _ = select.select([caller, hub], [], [], 30)
            if not ready:
                return
            for end in ready:
                try:
                    octets = end.recv(min(left, 4096))
                    if not octets:
                        return
                    (hub if end is caller else caller).sendall(octets)
                except OSError:
                    return
                self.passed += len(octets)
                left -= len(octets)
                if left <= 0:
                    break
        self.cuts += 1

    def close(self):
        self.open = False
        self.listener.close()


class Attachments(harness.Fleet):
    def make_authority(self):
        catalogue = json.loads((harness.HERE / "catalogue.json").read_text())
        papers = {"type": "attachments", "merge": "set", "label": "Giấy tờ"}
        catalogue["kinds"]["delegation"]["fields"]["papers"] = papers
        path = self.work / "catalogue.json"
        path.write_text(json.dumps(catalogue))
        self.fingerprint = self.cotmoc("auth", "authority", "init", "--province", "tinh-a", "--spaces",
                                       harness.HERE / "fleet.json", "--catalogue", path)
        return self.fingerprint

    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two")
        self.start_hub()
        self.sync("auth")
        for name in ("one", "two"):
            self.sync(name)
        self.record = self.add_delegation("one")
        self.chance = random.Random(7)

    def write(self, name, size):
        path = self.work / name
        path.write_bytes(self.chance.randbytes(size))
        return path

    def fetched(self, directory, *arguments):
        output = self.work / f"{directory}.out"
        output.unlink(missing_ok=True)
        self.cotmoc(directory, "fetch", self.record, "papers", *arguments, "-o", output)
        return output.read_bytes()

    def test_a_file_travels_with_its_record(self):
        photo = self.write("biên bản 1.jpg", 700_000)
        said = self.json("one", "attach", self.record, "papers", photo)
        self.assertEqual((said["name"], said["size"], said["media_type"], said["known"]),
                         ("biên bản 1.jpg", 700_000, "image/jpeg", False))
        self.assertEqual(self.fetched("one"), photo.read_bytes())
        up = self.sync("one")["attachments"]
        self.assertEqual((up["sent"], up["missing"]), (1, 0))
        down = self.sync("two")["attachments"]
        self.assertEqual((down["received"], down["missing"]), (1, 0))
        self.drop_hub()
        self.assertEqual(self.fetched("two"), photo.read_bytes())
        self.assertEqual(self.fetched("two", "biên bản 1.jpg"), photo.read_bytes())
        self.assertEqual(self.fetched("two", said["attachment"][:8]), photo.read_bytes())

    def test_the_record_arrives_before_its_photo_and_the_photo_on_demand(self):
        photo = self.write("a.png", 300_000)
        self.cotmoc("one", "attach", self.record, "papers", photo)
        first = self.json("one", "sync", "--hub", self.hub.address, "--no-attachments")
        self.assertEqual((first["complete"], first["attachments"]["sent"]), (True, 0))
        self.assertEqual(self.sync("two")["attachments"]["missing"], 1)
        self.fails("attachment_not_here", "two", "fetch", self.record, "papers", "-o", self.work / "none")
        self.assertFalse((self.work / "none").exists())
        self.sync("one")
        without = self.json("two", "sync", "--hub", self.hub.address, "--no-attachments")
        self.assertEqual((without["attachments"]["received"], without["attachments"]["missing"]), (0, 1))
        small = self.json("two", "sync", "--hub", self.hub.address, "--attachments-up-to", "0")
        self.assertEqual(small["attachments"]["received"], 0)
        self.assertEqual(self.fetched("two"), photo.read_bytes())
        self.assertEqual(self.sync("two")["attachments"]["missing"], 0)

    def picture(self, name, width, height):
        """A PNG of noise, which does not become small by itself, with a note in it."""
        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        rows = b"".join(b"\0" + self.chance.randbytes(3 * width) for _ in range(height))
        path = self.work / name
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                         chunk(b"tEXt", b"place\x0014.6621 107.6604") + chunk(b"IDAT", zlib.compress(rows, 1)) +
                         chunk(b"IEND", b""))
        return path

    def test_a_thumbnail_travels_before_its_photo(self):
        photo = self.picture("ảnh.png", 800, 600)
        said = self.json("one", "attach", self.record, "papers", photo)
        if "thumbnail" not in said:
            self.skipTest("built without libjpeg")
        self.assertLessEqual(said["thumbnail"], 16 * 1024)
        self.assertEqual(self.sync("one")["attachments"]["sent"], 2)
        down = self.json("two", "sync", "--hub", self.hub.address, "--attachments-up-to", "0")["attachments"]
        self.assertEqual((down["received"], down["missing"]), (1, 1))
        self.drop_hub()
        small = self.fetched("two", "--thumbnail")
        self.assertEqual((len(small), small[:3]), (said["thumbnail"], b"\xff\xd8\xff"))
        for hidden in (b"14.6621", b"Exif", b"place"):
            self.assertNotIn(hidden, small)
        self.assertEqual(self.fetched("one"), photo.read_bytes())
        self.fails("connection_failed", "two", "fetch", self.record, "papers", "-o", self.work / "none")

    def test_a_photo_that_cannot_be_decoded_is_attached_without_a_thumbnail(self):
        if "thumbnail" not in self.json("one", "attach", self.record, "papers", self.picture("whole.png", 40, 30)):
            self.skipTest("built without libjpeg")
        cut = self.work / "cut.png"
        cut.write_bytes((self.work / "whole.png").read_bytes()[:-500])
        said = self.json("one", "attach", self.record, "papers", cut)
        self.assertEqual((said.get("thumbnail"), said["no_thumbnail"]), (None, "bad_encoding"))
        self.assertEqual(self.fetched("one", "cut.png"), cut.read_bytes())
        self.fails("unknown_attachment", "one", "fetch", self.record, "papers", "cut.png", "--thumbnail", "-o", "-")
        other = self.write("cut-too.jpg", 10)
        other.write_bytes(b"\xff\xd8\xff" + b"no picture" * 30)
        self.assertIn("no thumbnail: bad_encoding", self.cotmoc("one", "attach", self.record, "papers", other))

    def test_photos_travel_by_stick_both_ways(self):
        photo = self.write("lên.mp4", 700_000)
        self.cotmoc("one", "attach", self.record, "papers", photo)
        self.drop_hub()
        stick = self.work / "stick"
        stick.mkdir()
        up = self.json("one", "bundle", "export", stick / "up", "--for", "two", "--attachments")["attachments"]
        self.assertEqual((up["carried"], up["files"]), (1, [str(stick / "up.files")]))
        (stick / "cut.files").write_bytes((stick / "up.files").read_bytes()[:400_000])
        self.json("two", "bundle", "import", stick / "up")
        self.fails("bundle_incomplete", "two", "bundle", "import", stick / "cut.files", "--json")
        said = self.json("two", "bundle", "import", stick / "up.files", stick / "up", "--ack", stick / "answer")
        self.assertEqual((said["complete"], said["attachments"]["received"], said["attachments"]["known"]),
                         (True, 1, 1))
        self.assertEqual(self.fetched("two"), photo.read_bytes())

        second = self.write("xuống.mp4", 300_000)
        self.cotmoc("two", "attach", self.record, "papers", second)
        down = self.json("two", "bundle", "export", stick / "down", "--for", "one", "--attachments")["attachments"]
        self.assertEqual(down["carried"], 1)
        said = self.json("one", "bundle", "import", stick / "down", stick / "down.files")
        self.assertEqual((said["complete"], said["attachments"]["received"]), (True, 1))
        self.assertEqual(self.fetched("one", "xuống.mp4"), second.read_bytes())
        # Who said that it holds both is not given them again.
        again = self.json("one", "bundle", "export", stick / "again", "--for", "two", "--attachments")
        self.assertEqual(again["attachments"]["carried"], 0)
        self.fails("out_of_bounds", "one", "bundle", "export", stick / "small", "--attachments", "--volume-size", "64K")
        self.assertFalse((stick / "small").exists())

    def test_a_hub_takes_files_from_a_stick_and_counts_are_told_without_keys(self):
        photo = self.write("lên.mp4", 700_000)
        self.cotmoc("one", "attach", self.record, "papers", photo)
        self.drop_hub()
        stick = self.work / "stick"
        stick.mkdir()
        self.json("one", "bundle", "export", stick / "up", "--for", "hub", "--attachments")
        for program in (("cotmoc",), ("cotmoc-hub", "--data", self.work / "hub")):
            done = self.run_program(*program, "bundle", "inspect", stick / "up.files", "--json", COTMOC_PASSPHRASE=None)
            said = json.loads(done.stdout)[0]
            self.assertEqual((said["attachments"], said["chunks"]["count"], said["bytes"]),
                             ({"count": 1, "bytes": 700_000}, 3, (stick / "up.files").stat().st_size))
        self.assertIn("sealed pieces: 3, 700048 octets", self.cotmoc("one", "bundle", "inspect", stick / "up.files"))

        def hub_imports(*arguments):
            done = self.run_program("cotmoc-hub", "--data", self.work / "hub", "bundle", "import", stick / "up",
                                    stick / "up.files", "--json", *arguments)
            return json.loads(done.stdout)["attachments"]
        self.assertEqual(hub_imports("--quota-attachment-bytes", "500000")["refused"], 1)
        self.assertEqual(hub_imports()["received"], 1)
        self.assertEqual((hub_imports()["received"], hub_imports()["known"]), (0, 3))
        self.start_hub()
        self.assertEqual(self.sync("two")["attachments"]["received"], 1)
        self.assertEqual(self.fetched("two"), photo.read_bytes())
        self.assertEqual(self.sync("one")["attachments"]["sent"], 0)
        self.cotmoc("one", "wipe", "--yes", "one")

    def test_an_export_with_files_is_imported_where_the_records_are(self):
        self.cotmoc("one", "attach", self.record, "papers", self.write("giấy.txt", 10))
        exported = self.cotmoc("one", "export")
        self.assertIn("a1 * ", exported)
        again = self.json("one", "import", "-", stdin=exported + "\n")
        self.assertEqual((again["added"], again["changed"], again["unchanged"]), (0, 0, 1))
        self.assertEqual(self.fetched("one"), (self.work / "giấy.txt").read_bytes())
        before = self.everything("two")
        self.fails("unknown_attachment", "two", "import", "-", stdin=exported + "\n")
        self.assertEqual(self.everything("two"), before)

    def test_the_same_file_is_kept_and_sent_once(self):
        self.json("one", "attach", self.record, "papers", self.write("a.pdf", 400_000))
        other = self.work / "copy.pdf"
        other.write_bytes((self.work / "a.pdf").read_bytes())
        again = self.json("one", "attach", self.record, "papers", other)
        self.assertTrue(again["known"])
        self.assertEqual(self.sync("one")["attachments"]["sent"], 1)
        received = self.sync("two")["attachments"]
        self.assertEqual(received["received"], 1)
        self.assertLess(received["bytes_received"], 401_000)
        self.assertEqual(self.fetched("two", "copy.pdf"), other.read_bytes())
        # Somebody who has it from another does not send it again either.
        self.assertTrue(self.json("two", "attach", self.record, "papers", other)["known"])
        self.assertEqual(self.sync("two")["attachments"]["sent"], 0)
        self.fails("wrong_usage", "two", "fetch", self.record, "papers", "-o", "-", status=2)

    def test_what_cannot_be_attached_or_fetched_says_so_and_changes_nothing(self):
        paper = self.write("a.txt", 10)
        before = self.everything("one")
        self.fails("unknown_field", "one", "attach", self.record, "nothing", paper)
        self.fails("wrong_shape", "one", "attach", self.record, "head", paper)
        self.fails("cannot_read_file", "one", "attach", self.record, "papers", self.work / "absent")
        self.fails("cannot_read_file", "one", "attach", self.record, "papers", self.work)
        self.fails("cannot_read_file", "one", "attach", self.record, "papers", "/dev/zero")
        huge = self.work / "huge.bin"
        with open(huge, "wb") as file:
            file.truncate(2 * 1024 ** 3 + 1)
        self.fails("limit_exceeded", "one", "attach", self.record, "papers", huge)
        self.fails("unknown_attachment", "one", "fetch", self.record, "papers", "-o", "-")
        self.fails("wrong_type", "one", "set", self.record, "papers+=photo.jpg")
        self.assertEqual(self.everything("one"), before)
        self.cotmoc("one", "attach", self.record, "papers", self.write("empty", 0))
        self.assertEqual(self.fetched("one"), b"")

    def test_a_hub_refuses_more_than_a_device_may_have_kept(self):
        self.drop_hub()
        self.hub = harness.Hub.__new__(harness.Hub)
        self.hub.log = open(self.work / "hub.log", "ab")
        self.hub.process = subprocess.Popen(
            [str(self.programs / "cotmoc-hub"), "--data", str(self.work / "hub"), "serve", "--listen", "127.0.0.1:0",
             "--quota-attachment-bytes", "500000"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.hub.log, env=harness.environment())
        self.hub.address = self.hub.process.stdout.readline().decode().removeprefix("listening on ").strip()
        self.cotmoc("one", "attach", self.record, "papers", self.write("a", 400_000))
        self.cotmoc("one", "attach", self.record, "papers", self.write("b", 200_000))
        said = self.sync("one")
        self.assertEqual((said["attachments"]["sent"], said["attachments"]["refused"]), (1, 1))
        refusal = said["attachments"]["refusals"][0]
        self.assertEqual((refusal["name"], refusal["error"]), ("b", "quota_exceeded"))
        self.assertTrue(said["complete"])
        # What the hub did not take is unsent work.
        self.fails("unsent_work", "one", "wipe", "--yes", "one")

    def test_no_command_prints_the_key_of_a_file(self):
        self.cotmoc("one", "attach", self.record, "papers", self.write("giấy tờ.pdf", 1000))
        self.sync("one")
        self.sync("two")
        printed = "".join(self.cotmoc("two", *command) for command in (
            ("show", self.record), ("show", self.record, "--json"), ("list", "--json"), ("export",),
            ("show", self.record, "--history"), ("show", self.record, "--history", "--json"),
            ("sql", "SELECT papers FROM delegation"), ("sql", "SELECT body FROM _record"), ("conflicts", "--json")))
        self.assertGreaterEqual(printed.count("giấy tờ.pdf"), 6)
        self.assertEqual(printed.count("a1 "), printed.count("a1 * "))
        self.assertGreater(printed.count("a1 * "), 5)

    def test_a_file_is_taken_out_by_its_name(self):
        first = self.write("a.txt", 10)
        self.cotmoc("one", "attach", self.record, "papers", first)
        self.cotmoc("one", "attach", self.record, "papers", self.write("b.txt", 20))
        self.fails("wrong_usage", "one", "detach", self.record, "papers", status=2)
        self.fails("unknown_attachment", "one", "detach", self.record, "papers", "c.txt")
        self.cotmoc("one", "detach", self.record, "papers", "b.txt")
        self.assertEqual(self.fetched("one"), first.read_bytes())
        self.cotmoc("one", "detach", self.record, "papers")
        self.fails("unknown_attachment", "one", "fetch", self.record, "papers", "-o", "-")

    def test_records_do_without_a_database_of_files_that_does_not_open(self):
        self.cotmoc("one", "attach", self.record, "papers", self.write("a.txt", 10))
        self.sync("one")
        self.drop_hub()
        for name in ("one", "hub"):
            for file in (self.work / name).glob("attachments.db*"):
                file.write_bytes(b"not a database" * 1000)
        self.start_hub()
        self.cotmoc("one", "set", self.record, "note=later")
        done = self.run_program("cotmoc", "-C", self.work / "one", "sync", "--hub", self.hub.address, "--json")
        said = json.loads(done.stdout)
        self.assertEqual(said["sent"]["change_sets"], 1)
        self.assertEqual(said["attachments"]["error"], "database_damaged")
        self.assertIn(b"database_damaged", done.stderr)
        two = self.sync("two")
        self.assertGreaterEqual(two["received"]["change_sets"], 1)
        self.assertEqual(two["attachments"]["missing"], 1)
        self.drop_hub()
        self.assertIn("database_damaged", (self.work / "hub.log").read_text())

    def test_a_hub_that_was_restored_gets_its_files_again(self):
        photo = self.write("a.png", 300_000)
        self.drop_hub()
        shutil.copytree(self.work / "hub", self.work / "backup")
        self.start_hub()
        self.cotmoc("one", "attach", self.record, "papers", photo)
        self.assertEqual(self.sync("one")["attachments"]["sent"], 1)
        self.drop_hub()
        shutil.rmtree(self.work / "hub")
        shutil.copytree(self.work / "backup", self.work / "hub")
        self.start_hub()
        # The command tells of the hub that went back, by its exit status too.
        self.json("one", "sync", "--hub", self.hub.address, expect=None)
        self.json("one", "sync", "--hub", self.hub.address, expect=None)
        self.sync("two")
        self.drop_hub()
        self.assertEqual(self.fetched("two"), photo.read_bytes())

    def test_a_link_that_is_cut_again_and_again_carries_each_chunk_once(self):
        photo = self.write("film.mp4", CUT_BYTES)
        self.cotmoc("one", "attach", self.record, "papers", photo, timeout=STEP_SECONDS)
        for name, way in (("one", "up"), ("two", "down")):
            began = time.monotonic()
            if way not in CUT_WAYS:
                self.assertTrue(self.sync(name, timeout=STEP_SECONDS)["complete"])
                continue
            mean = min(CUT_BYTES // 8, 500_000)
            link = CuttingLink(self.hub.address, lambda: self.chance.randrange(1, 2 * mean))
            sessions = 0
            moved = 0
            while True:
                done = self.run_program("cotmoc", "-C", self.work / name, "sync", "--hub", link.address, "--json",
                                        "--attachments-up-to", "2048", expect=None, timeout=STEP_SECONDS)
                sessions += 1
                said = json.loads(done.stdout)
                moved += said["attachments"]["bytes_received" if name == "two" else "bytes_sent"]
                if done.returncode == 0 and said["complete"]:
                    break
                self.assertLess(sessions, 40 * CUT_BYTES // mean)
            link.close()
            print(f"{name}: {link.cuts} cuts, {link.passed / CUT_BYTES:.4f} octets passed for each of the file, "
                  f"{moved / CUT_BYTES:.4f} of chunks, {time.monotonic() - began:.0f} s", flush=True)
            self.assertGreater(link.cuts, 3)
            self.assertLess(link.passed, 1.05 * CUT_BYTES + 4096 * link.cuts)
            if name == "two":  # a sender also counts what a cut left in the buffers of its system
                self.assertLess(moved, 1.05 * CUT_BYTES)
        self.assertEqual(self.fetched("two"), photo.read_bytes())

    def test_kill_of_either_side_loses_nothing_that_was_kept(self):
        photo = self.write("film.mp4", 20_000_000)
        self.cotmoc("one", "attach", self.record, "papers", photo)
        address = self.hub.address
        for name in ("one", "two"):
            for victim in ("hub", "device", "hub", "device"):
                process = subprocess.Popen([self.programs / "cotmoc", "-C", self.work / name, "sync", "--hub", address,
                                            "--attachments-up-to", "2048"], stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                           env=harness.environment())
                time.sleep(self.chance.uniform(0.05, 0.5))
                if victim == "hub":
                    self.hub.kill()
                    process.wait(60)
                    self.start_hub(address)
                else:
                    process.kill()
                    process.wait(60)
            said = self.json(name, "sync", "--hub", address, "--attachments-up-to", "2048")
            self.assertTrue(said["complete"])
            self.assertEqual(said["attachments"]["missing"], 0)
        self.drop_hub()
        self.assertEqual(self.fetched("two"), photo.read_bytes())

    def test_a_file_larger_than_the_memory_that_a_process_may_have(self):
        size = int(os.environ.get("COTMOC_LARGE_ATTACHMENT_BYTES", "96000000"))
        film = self.work / "film.mp4"
        with open(film, "wb") as file:
            for _ in range(size // 1_000_000):
                file.write(self.chance.randbytes(1_000_000))
        peaks = []
        for arguments in (("one", "attach", self.record, "papers", film),
                          ("one", "sync", "--hub", self.hub.address),
                          ("two", "sync", "--hub", self.hub.address, "--attachments-up-to", "2048"),
                          ("two", "fetch", self.record, "papers", "-o", self.work / "back.mp4")):
            peaks.append(self.peak(*arguments))
        print("peak memory in MiB:", [round(peak / 2 ** 20, 1) for peak in peaks], flush=True)
        self.assertLess(max(peaks), MEMORY_MAX)
        with open(film, "rb") as one, open(self.work / "back.mp4", "rb") as two:
            while piece := one.read(1_000_000):
                self.assertEqual(piece, two.read(1_000_000))
            self.assertEqual(two.read(1), b"")

    def peak(self, directory, *arguments):
        """The most memory that the command has had, in octets."""
        child = os.fork()
        if child == 0:
            environment = harness.environment()
            with open(os.devnull, "r+b") as null:
                os.dup2(null.fileno(), 1)
                os.execve(self.programs / "cotmoc",
                          ["cotmoc", "-C", str(self.work / directory), *map(str, arguments)], environment)
        _, status, usage = os.wait4(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        return usage.ru_maxrss * 1024


if __name__ == "__main__":
    harness.main()
