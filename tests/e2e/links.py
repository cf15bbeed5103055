"""Real processes over bad links: cotmoc-bad-link stands between `cotmoc` and `cotmoc-hub`."""
import json
import os
import select
import signal
import socket
import subprocess
import time
import uuid

import harness


class BadLink:
    """A running proxy. `address` is what it printed; `ended` what it told of connections that are over."""

    def __init__(self, programs, target, *options):
        self.process = subprocess.Popen(
            [str(programs / "cotmoc-bad-link"), "--target", target, *map(str, options)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().removeprefix("listening on ").strip()
        if not self.address:
            raise RuntimeError("cotmoc-bad-link did not start")

    def stop(self):
        """The lines of all connections: (octets up, octets down, whether it was cut)."""
        self.process.send_signal(harness.STOP)
        text, _ = self.process.communicate(timeout=30)
        words = [line.split() for line in text.splitlines()]
        return [(int(line[3]), int(line[5]), line[-1] == "cut") for line in words]

    def drop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class Watcher:
    """`sync --watch --json`, and the lines that it prints."""

    def __init__(self, test, directory, *options):
        self.process = subprocess.Popen(
            [str(test.programs / "cotmoc"), "-C", str(test.work / directory), "sync", "--watch", "--json",
             *map(str, options)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=harness.environment())
        self.unread = b""

    def line(self, seconds=30):
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.process.stdout], [], [], seconds)
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise AssertionError(f"the watcher says nothing more: {self.unread!r}")
            self.unread += piece
        line, _, self.unread = self.unread.partition(b"\n")
        return json.loads(line)

    def wait_for(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while True:
            line = self.line(max(end - time.monotonic(), 0.1))
            if condition(line):
                return line

    def stop(self, number=harness.STOP, seconds=15):
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=seconds)
        return self.process.returncode, errors.decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Links(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.make_device("one")
        self.make_device("two")

    def link(self, *options):
        link = BadLink(self.programs, self.hub.address, *options)
        self.addCleanup(link.drop)
        return link

    def record_count(self, directory):
        return sum(space["records"] for space in self.json(directory, "status")["spaces"])

    def wait_until_hub_grew(self, octets, seconds=60):
        def size():
            return harness.octets_of(self.work / "hub", "hub.db*")
        before, end = size(), time.monotonic() + seconds
        while size() < before + octets:
            self.assertLess(time.monotonic(), end, "nothing arrives at the hub")
            time.sleep(0.05)

    def add_much(self, directory, count=600):
        """Nothing of it compresses well: about 350 octets a record."""
        lines = "\n".join(json.dumps({"kind": "delegation", "fields": {
            "direction": "incoming", "start_date": "2024-05-01",
            "partner": "".join(str(uuid.uuid4()) for _ in range(20))}}) for _ in range(count))
        self.cotmoc(directory, "import", "-", stdin=lines)

    def test_cut_again_and_again_it_arrives_and_little_goes_twice(self):
        self.start_hub()
        self.add_much("one")
        # 250 kB at 100 kB a second, and each connection lives half a second to a second.
        link = self.link("--profile", "lan", "--rate", 100_000, "--cut-from", 500, "--cut-until", 1_000)
        self.fails("connection_lost", "one", "sync", "--hub", link.address)
        self.cotmoc("one", "sync", "--watch", "--max-seconds", "50", "--hub", link.address)
        ended = link.stop()
        self.assertGreaterEqual(sum(cut for _, _, cut in ended), 2)
        carried = sum(up + down for up, down, _ in ended)
        received = self.json("two", "sync", "--hub", self.hub.address)
        self.assertTrue(received["complete"])
        self.assertEqual(self.record_count("two"), 600)
        self.assertEqual(self.digests("one")["tinh-a/huyen-b"], self.digests("two")["tinh-a/huyen-b"])
        self.assertLessEqual(carried, received["wire_bytes"]["down"] * 1.25)

    def test_budgets_hold_to_the_octet_and_lose_nothing(self):
        self.start_hub()
        self.add_much("one")
        used = 0
        for _ in range(40):
            told = self.json("one", "sync", "--hub", self.hub.address, "--max-bytes", 20_000)
            octets = told["wire_bytes"]["up"] + told["wire_bytes"]["down"]
            self.assertLessEqual(octets, 20_000)
            used += octets
            if told["complete"]:
                break
        self.assertTrue(told["complete"])
        whole = self.json("two", "sync", "--hub", self.hub.address)
        self.assertLessEqual(used, whole["wire_bytes"]["down"] * 1.25)
        self.assertNotIn("connection_lost", (self.work / "hub.log").read_text())

    def test_a_link_that_swallows_or_a_log_in_page_is_named(self):
        self.start_hub()
        self.add_delegation("one")
        page = self.link("--portal")
        said = self.fails("captive_portal", "one", "sync", "--hub", page.address)
        self.assertIn("log in", said)
        swallowing = self.link("--profile", "lan", "--blackhole-down", 60)
        began = time.monotonic()
        self.fails("no_answer", "one", "sync", "--hub", swallowing.address)
        self.assertLess(time.monotonic() - began, 60)
        self.assertTrue(self.json("one", "sync", "--hub", self.hub.address)["complete"])

    def test_watching_waits_for_the_hub_and_takes_up_what_other_commands_write(self):
        address = f"127.0.0.1:{free_port()}"
        self.add_delegation("one")
        watcher = Watcher(self, "one", "--hub", address)
        self.addCleanup(watcher.process.kill)
        refused = watcher.line()
        self.assertFalse(refused["complete"])
        self.start_hub(address)
        arrived = watcher.wait_for(lambda line: line.get("complete"), 40)
        self.assertEqual(arrived["sent"]["change_sets"], 1)
        # Between its sessions the replica is free for others, and what they write goes at once.
        self.add_delegation("one")
        again = watcher.wait_for(lambda line: line.get("complete") and line["sent"]["change_sets"] == 1, 20)
        self.assertEqual(again["sent"]["change_sets"], 1)
        status, errors = watcher.stop()
        self.assertEqual(status, 0, errors)
        self.assertEqual(errors.count("error[connection_failed]"), 1)
        self.assertEqual(self.json("two", "sync", "--hub", address)["received"]["change_sets"], 2)

    def test_a_signal_in_the_middle_of_a_transfer_ends_it_cleanly(self):
        self.start_hub()
        self.add_much("one")
        link = self.link("--profile", "lan", "--rate", 30_000)
        watcher = Watcher(self, "one", "--hub", link.address)
        self.addCleanup(watcher.process.kill)
        self.wait_until_hub_grew(60_000)
        began = time.monotonic()
        status, errors = watcher.stop(signal.SIGINT)
        self.assertEqual(status, 0, errors)
        self.assertLess(time.monotonic() - began, 20)
        rest = self.json("one", "sync", "--hub", self.hub.address)
        self.assertTrue(rest["complete"])
        whole = self.json("two", "sync", "--hub", self.hub.address)
        self.assertEqual(self.record_count("two"), 600)
        # What the first session had brought over did not go again.
        self.assertLess(rest["wire_bytes"]["up"], whole["wire_bytes"]["down"] * 0.9)


if __name__ == "__main__":
    harness.main()
