"""The profiles of docs/bad-links.md with real processes in real time: long.py FOLDER_OF_THE_PROGRAMS [PROFILE…]

For each: one post sends 1,000 records through cotmoc-bad-link, another one fetches them; prints what went over the
line.
"""
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402
import links  # noqa: E402

PROFILES = ["lan", "satellite", "3g-drop", "2g-hill"]


class Long(harness.Fleet):
    profiles = PROFILES

    def setUp(self):
        super().setUp()
        self.make_authority()
        self.make_hub()
        self.start_hub()

    def records(self):
        return "\n".join(json.dumps({"kind": "delegation", "fields": {
            "direction": "incoming", "start_date": "2024-05-01",
            "partner": "".join(str(uuid.uuid4()) for _ in range(6))}}) for _ in range(1000))

    def carry(self, device, profile):
        link = links.BadLink(self.programs, self.hub.address, "--profile", profile)
        began = time.monotonic()
        self.cotmoc(device, "sync", "--watch", "--max-seconds", 1800, "--hub", link.address, timeout=2000)
        seconds = time.monotonic() - began
        ended = link.stop()
        octets = sum(up + down for up, down, _ in ended)
        print(f"{profile} {device}: {octets} octets, {len(ended)} connections, "
              f"{sum(cut for _, _, cut in ended)} cut, {seconds:.0f} s", flush=True)
        return octets

    def test_profiles(self):
        for number, profile in enumerate(self.profiles):
            sender, reader = f"sender-{number}", f"reader-{number}"
            self.make_device(sender)
            self.cotmoc(sender, "sync", "--hub", self.hub.address)
            self.cotmoc(sender, "import", "-", stdin=self.records())
            self.carry(sender, profile)
            self.make_device(reader)
            carried = self.carry(reader, profile)
            self.make_device(reader + "-lan")
            whole = self.json(reader + "-lan", "sync", "--hub", self.hub.address)["wire_bytes"]
            ratio = carried / (whole["up"] + whole["down"])
            print(f"{profile}: {ratio:.3f} x the octets of an uncut first sync", flush=True)
            self.assertLessEqual(ratio, 1.25)
            self.assertEqual(self.digests(sender)["tinh-a/huyen-b"], self.digests(reader)["tinh-a/huyen-b"])


if __name__ == "__main__":
    if len(sys.argv) > 2:
        Long.profiles = sys.argv[2:]
        del sys.argv[2:]
    try:
        harness.main()
    except subprocess.TimeoutExpired as late:
        sys.exit(f"did not get there: {late}")
