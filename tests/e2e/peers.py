"""Laptops that sync with each other: `serve` and `sync --peer`, with real processes and no hub between them."""
import json
import os
import select
import subprocess
from concurrent.futures import ThreadPoolExecutor

import attachments
import harness


class Serving:
    """A running `cotmoc serve --json`. `address` is what it printed; lines of its sessions follow."""

    def __init__(self, test, directory, *options, listen="127.0.0.1:0", **changes):
        self.process = subprocess.Popen(
            [str(test.programs / "cotmoc"), "-C", str(test.work / directory), "serve", "--listen", listen, "--json",
             *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=harness.environment(**changes))
        self.unread = b""
        self.lock = test.work / directory / "lock"
        test.addCleanup(self.drop)
        self.address = self.line()["listening"]

    def line(self, seconds=60):
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.process.stdout], [], [], seconds)
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise AssertionError("serve says nothing more")
            self.unread += piece
        line, _, self.unread = self.unread.partition(b"\n")
        return json.loads(line)

    def stop(self):
        """Its exit status and what it wrote to standard error."""
        self.process.send_signal(harness.STOP)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors.decode()

    def drop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Peers(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two")

    def call(self, directory, named, serving):
        """The caller's report. What the other side said of it stands in `serving.told` then, and it is closed again."""
        report = self.json(directory, "sync", "--peer", f"{named}@{serving.address}")
        serving.told = serving.line() if report["round_trips"] > 1 else None
        # Of a call that moved nothing it tells nothing, and may still be closing.
        harness.wait_until(lambda: not serving.lock.read_text())
        return report

    def state(self, directory, record):
        return self.json(directory, "show", record)["state"]

    def test_two_laptops_without_a_hub(self):
        # `one` was enrolled before `two`, so it learns of it now: first of all a caller that is not known yet
        # hands over the trust feed.
        record = self.add_delegation("one", "partner=Attapeu")
        serving = Serving(self, "one")
        other = self.add_delegation("two", "partner=Sekong")
        report = self.call("two", "one", serving)
        self.assertTrue(report["complete"])
        self.assertEqual((report["sent"]["change_sets"], report["received"]["change_sets"]), (1, 1))
        told = serving.told
        self.assertEqual((told["name"], told["complete"], told["error"]), ("two", True, ""))
        self.assertEqual(told["received"]["change_sets"], 1)
        # Its owner works meanwhile: nothing is locked between callers.
        self.assertEqual(self.json("one", "show", other)["fields"]["partner"], "Sekong")
        self.cotmoc("one", "set", record, "partner=Ratanakiri")
        self.assertEqual(self.state("one", other), "sealed")
        self.assertEqual(self.state("two", record), "sealed")
        self.assertTrue(self.call("two", "one", serving)["complete"])
        self.assertEqual(self.json("two", "show", record)["fields"]["partner"], "Ratanakiri")
        self.assertEqual(self.digests("one"), self.digests("two"))
        idle = self.call("two", self.json("one", "status")["device"][:16], serving)
        self.assertEqual((idle["round_trips"], idle["sent"]["change_sets"]), (1, 0))
        self.assertEqual(serving.stop(), (0, ""))
        for name in ("one", "two"):
            self.assertEqual(self.json(name, "verify"), {"ok": True, "problems": []})
            self.assertIsNotNone(self.json(name, "status")["spaces"][0]["last_sync"])

    def test_the_hub_is_only_the_hub(self):
        record = self.add_delegation("one", "partner=Attapeu")
        serving = Serving(self, "one")
        self.call("two", "one", serving)
        # The hub stays unknown, and what the neighbour holds counts for nothing.
        self.fails("no_hub", "two", "sync")
        self.start_hub()
        self.sync("two")
        self.assertEqual(self.state("two", record), "hub")
        self.call("two", "one", serving)
        self.assertEqual(self.state("one", record), "sealed")
        self.make_device("so", "province_officer", "*")
        self.sync("auth")
        self.sync("so")
        self.sync("two")
        self.call("two", "one", serving)
        self.assertEqual(self.state("one", record), "province")
        status = self.json("one", "status")
        self.assertEqual(status["spaces"][-1]["at_hub"], 0)
        self.assertFalse(status["hub"]["went_back"])

    def test_what_is_wrong_is_named(self):
        self.make_device("three", "border_post", "tinh-a/huyen-c")
        serving = Serving(self, "three")
        address = serving.address
        self.fails("unknown_device", "two", "sync", "--peer", f"three@{address}")    # enrolled after `two`
        self.fails("handshake_failed", "two", "sync", "--peer", f"one@{address}")
        for peer in ("one", f"one@{address.split(':')[0]}", f"@{address}", f"two@{address}", "one@127.0.0.1:0"):
            self.fails("wrong_usage", "two", "sync", "--peer", peer, status=2)
        self.fails("wrong_usage", "two", "sync", "--peer", f"one@{address}", "--hub", address, status=2)
        self.fails("wrong_usage", "two", "serve", status=2)
        self.fails("wrong_usage", "two", "serve", "--listen", "nonsense", status=2)
        self.fails("cannot_listen", "two", "serve", "--listen", address)
        self.cotmoc("new", "init", "--name", "new")
        self.fails("not_joined", "new", "serve", "--listen", "127.0.0.1:0")
        self.fails("not_joined", "new", "sync", "--peer", f"one@{address}")
        self.fails("no_replica", "nothing", "serve", "--listen", "127.0.0.1:0")
        self.fails("wrong_passphrase", "two", "serve", "--listen", "127.0.0.1:0", COTMOC_PASSPHRASE="x")
        self.assertEqual(serving.stop()[0], 0)
        self.fails("connection_failed", "three", "sync", "--peer", f"two@{address}")

    def test_a_lost_laptop_is_turned_away_and_not_called(self):
        self.start_hub()
        self.sync("auth")
        for name in ("one", "two"):
            self.sync(name)
        lost = Serving(self, "two")
        self.cotmoc("auth", "authority", "revoke", "two", "--reason", "lost", "--hub", self.hub.address)
        self.sync("auth")
        self.sync("one")
        kept = self.add_delegation("one", "partner=Attapeu")
        serving = Serving(self, "one")
        self.fails("revoked", "two", "sync", "--peer", f"one@{serving.address}")
        told = serving.line()
        self.assertEqual((told["name"], told["error"], told["sent"]["change_sets"]), ("two", "revoked", 0))
        self.fails("unknown_record", "two", "show", kept)
        self.fails("revoked", "one", "sync", "--peer", f"two@{lost.address}")
        self.assertEqual(lost.stop()[0], 0)
        self.sync("two")        # the hub tells it
        self.fails("revoked", "two", "serve", "--listen", "127.0.0.1:0")

    def test_a_caller_waits_for_the_owner_and_hears_that_the_device_is_busy(self):
        serving = Serving(self, "one")
        owner = subprocess.Popen([str(self.programs / "cotmoc"), "-C", str(self.work / "one"), "import", "-"],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=harness.environment())
        row = {"kind": "delegation", "fields": {"direction": "incoming", "start_date": "2024-05-01"}}
        owner.stdin.write(json.dumps(row).encode() + b"\n")
        owner.stdin.flush()
        # Not by asking with a command: that one would lock the owner out.
        harness.wait_until(lambda: "import" in (self.work / "one" / "lock").read_text())
        words = self.fails("busy", "two", "sync", "--peer", f"one@{serving.address}")
        self.assertIn("the other device", words)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.call, "two", "one", serving)
            owner.stdin.close()
            owner.wait(30)
            self.assertTrue(waiting.result()["complete"])

    def test_several_callers_have_their_turns(self):
        names = [f"post-{number}" for number in range(4)]
        for name in names:
            self.make_device(name)
            self.add_delegation(name, f"partner={name}")
        serving = Serving(self, "one")
        # Whoever was enrolled later than a device knows it, and brings it the trust feed.
        with ThreadPoolExecutor() as pool:
            reports = list(pool.map(lambda name: self.json(name, "sync", "--peer", f"one@{serving.address}"), names))
        self.assertTrue(all(report["complete"] for report in reports))
        self.assertEqual({serving.line()["name"] for _ in names}, set(names))
        self.assertEqual(len(self.lines("one", "list")), len(names))
        self.assertEqual(serving.stop()[0], 0)

    def test_a_neighbour_can_be_watched_too(self):
        record = self.add_delegation("two", "partner=Attapeu")
        serving = Serving(self, "one")
        watcher = subprocess.Popen([str(self.programs / "cotmoc"), "-C", str(self.work / "two"), "sync", "--watch",
                                    "--peer", f"one@{serving.address}"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=harness.environment())
        self.assertEqual(serving.line()["received"]["change_sets"], 1)
        watcher.send_signal(harness.STOP)
        _, errors = watcher.communicate(timeout=30)
        self.assertEqual((watcher.returncode, errors), (0, b""))
        self.assertEqual(self.json("one", "show", record)["fields"]["partner"], "Attapeu")

    def test_a_stopped_server_ends_its_session_and_the_next_one_goes_on(self):
        rows = [{"kind": "delegation", "fields": {"direction": "incoming", "start_date": "2024-05-01",
                                                  "partner": os.urandom(3000).hex()}} for _ in range(800)]
        self.cotmoc("two", "import", "-", stdin="\n".join(map(json.dumps, rows)))
        serving = Serving(self, "one")
        caller = subprocess.Popen([str(self.programs / "cotmoc"), "-C", str(self.work / "two"), "sync", "--peer",
                                   f"one@{serving.address}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  env=harness.environment())
        harness.wait_until(lambda: caller.poll() is not None or "serve" in (self.work / "one" / "lock").read_text())
        self.assertEqual(serving.stop()[0], 0)
        _, errors = caller.communicate(timeout=60)
        if caller.returncode != 0:      # else it was faster than the signal
            self.assertIn(b"error[connection_", errors)
        serving = Serving(self, "one")
        self.assertTrue(self.call("two", "one", serving)["complete"])
        self.assertEqual(self.digests("one"), self.digests("two"))


class Files(harness.Fleet):
    make_authority = attachments.Attachments.make_authority

    def test_a_photo_travels_by_a_neighbour_to_the_province(self):
        self.make_authority()
        self.make_hub()
        for name in ("one", "two"):
            self.make_device(name)
        self.make_device("so", "province_officer", "*")
        self.start_hub()
        for name in ("auth", "one", "two", "so"):
            self.sync(name)
        record = self.add_delegation("two", "partner=Attapeu")
        photo = self.work / "photo.jpg"
        photo.write_bytes(os.urandom(700_000))
        self.cotmoc("two", "attach", record, "papers", photo)

        # `two` never meets the hub again; `one` carries the photo.
        serving = Serving(self, "one")
        told = self.json("two", "sync", "--peer", f"one@{serving.address}")
        self.assertEqual((told["complete"], told["attachments"]["sent"]), (True, 1))
        line = serving.line()
        self.assertEqual((line["attachments_received"], line["attachments_sent"], line["error"]), (1, 0, ""))
        again = self.json("two", "sync", "--peer", f"one@{serving.address}")
        self.assertEqual(again["attachments"]["sent"], 0)
        self.assertEqual(serving.stop()[0], 0)
        self.assertEqual(self.sync("one")["attachments"]["sent"], 1)
        self.assertEqual(self.sync("so")["attachments"]["received"], 1)
        output = self.work / "seen.jpg"
        self.cotmoc("so", "fetch", record, "papers", "-o", output)
        self.assertEqual(output.read_bytes(), photo.read_bytes())

        # And from who serves to who calls.
        scan = self.work / "scan.pdf"
        scan.write_bytes(os.urandom(300_000))
        self.cotmoc("one", "attach", record, "papers", scan)
        serving = Serving(self, "one")
        without = self.json("two", "sync", "--peer", f"one@{serving.address}", "--no-attachments")
        self.assertEqual((without["attachments"]["received"], without["attachments"]["missing"]), (0, 1))
        self.assertEqual(self.json("two", "sync", "--peer", f"one@{serving.address}")["attachments"]["received"], 1)
        self.cotmoc("two", "fetch", record, "papers", "scan.pdf", "-o", self.work / "back.pdf")
        self.assertEqual((self.work / "back.pdf").read_bytes(), scan.read_bytes())

    def test_a_neighbour_of_another_district_gets_no_file(self):
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two", "border_post", "tinh-a/huyen-c")
        record = self.add_delegation("one", "partner=Attapeu")
        paper = self.work / "paper.pdf"
        paper.write_bytes(os.urandom(50_000))
        self.cotmoc("one", "attach", record, "papers", paper)
        serving = Serving(self, "one")
        told = self.json("two", "sync", "--peer", f"one@{serving.address}")
        self.assertEqual((told["attachments"]["received"], told["received"]["change_sets"]), (0, 0))
        self.fails("unknown_record", "two", "show", record)


if __name__ == "__main__":
    harness.main()
