"""A new device begins with a snapshot: octets on the wire and memory, with real processes.

    begin.py FOLDER_OF_THE_PROGRAMS [RECORDS [OPS [EACH]]]

Two devices of a province write RECORDS records (10,000) and edit them until OPS ops (100,000) are made, a create being
one: EACH edits (50) or at least 100 records an import, in turn, with a session after each, so that it is a change set.
One makes a snapshot by command. A new device then syncs with the hub through cotmoc-bad-link, which counts octets.
Prints a line of JSON, and fails if the digests differ, if the device held more than 64 MiB, or if more than 1.3 times
`zstd -19` of the visible JSON went over the wire, both ways together, until it had all. That is not asked of fewer than
10,000 records, where what every device fetches, the trust feed say, weighs too much.
"""
import ctypes
import ctypes.util
import json
import os
import sys
import time
import unittest
import uuid
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402
import links  # noqa: E402

MEMORY_MAX = 64 << 20
RATIO_MAX = 1.3
RATIO_FROM = 10_000
SPACE = "tinh-a/huyen-b"
WRITERS = {"post": "border_post", "so": "province_officer"}
CREATES = 100

FAMILIES = "Nguyễn Trần Lê Phạm A Y Siu Rơ-Châm".split()
MIDDLES = "Văn Thị Đức Minh Ngọc Quang Thu Hữu".split()
GIVEN = "Hùng Lan Dũng Hoa Khánh Sơn Thảo Phúc Blih Nhật An Hà Tuấn Linh Đạt Vy".split()
WORDS = ["tuần tra", "chung", "cột mốc", "trao đổi", "hàng hóa", "thăm", "hội đàm", "ký kết", "biên bản", "phối hợp",
         "y tế", "cứu hộ", "kiểm dịch", "cửa khẩu", "đường", "bảo vệ"]


def catalogue():
    text = {"type": "text", "merge": "latest"}
    day = {"type": "date", "merge": "latest"}
    return {"catalogue": "begin", "version": 1, "common": {}, "kinds": {"delegation": {"label": "Đoàn", "fields": {
        "direction": {"type": "enum", "merge": "latest", "values": ["outgoing", "incoming"]}, "partner": text,
        "head": {"type": "text", "merge": "review"}, "unit": text, "people": {"type": "integer", "merge": "review"},
        "start_date": day, "end_date": day, "place": text, "purpose": text, "phone": text}}}}


class Words:
    """What posts write, as in cotmoc-snapshot-size; the same for the same seed."""

    def __init__(self):
        self.random = Random(7)
        self.made = []

    def day(self):
        return time.strftime("%Y-%m-%d", time.gmtime((19_000 + self.random.randrange(1500)) * 86_400))

    def value(self, field):
        draw = self.random
        if field == "head":
            return " ".join(draw.choice(names) for names in (FAMILIES, MIDDLES, GIVEN))
        if field == "purpose":
            words = [draw.choice(WORDS) for _ in range(draw.randrange(4, 9))]
            return " ".join(words + [str(draw.randrange(1000))])
        if field == "people":
            return draw.randrange(1, 41)
        if field == "phone":
            return "09" + str(draw.randrange(10_000_000, 99_999_999))
        return self.day() if field == "start_date" else f"mốc {draw.randrange(900)}"

    def record(self):
        draw = self.random
        name = str(uuid.UUID(int=draw.getrandbits(128), version=4))
        self.made.append(name)
        fields = {field: self.value(field) for field in ("head", "people", "phone", "place", "purpose", "start_date")}
        fields.update(direction=draw.choice(["outgoing", "incoming"]), partner=draw.choice(["Attapeu", "Ratanakiri"]),
                      end_date=self.day(), unit=f"đồn {draw.randrange(30)}")
        return {"id": name, "kind": "delegation", "space": SPACE, "fields": fields}

    def edit(self):
        field = self.random.choice(["head", "purpose", "people", "phone", "start_date", "place"])
        return {"id": self.random.choice(self.made), "kind": "delegation", "space": SPACE,
                "fields": {field: self.value(field)}}


def packed_size(file):
    """Octets that `zstd -19` makes of it."""
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_compress.restype = library.ZSTD_compressBound.restype = ctypes.c_size_t
    data = file.read_bytes()
    size = library.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    into = ctypes.create_string_buffer(size)
    return library.ZSTD_compress(into, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)), 19)


class Begin(harness.Fleet):
    records, ops, each = 10_000, 100_000, 50

    def run_program(self, *arguments, timeout=3600, **options):
        return super().run_program(*arguments, timeout=timeout, **options)

    def make_authority(self):
        (self.work / "catalogue.json").write_text(json.dumps(catalogue()), encoding="utf-8")
        self.fingerprint = self.cotmoc("auth", "authority", "init", "--province", "tinh-a", "--spaces",
                                       harness.HERE / "fleet.json", "--catalogue", self.work / "catalogue.json")

    def write_space(self):
        """Returns how many imports it took."""
        words, imports, left, began = Words(), 0, self.records, time.monotonic()
        edits = self.ops - self.records
        while left or edits:
            device = list(WRITERS)[imports % len(WRITERS)]
            if left:
                lines = [words.record() for _ in range(min(max(CREATES, self.each), left))]
                left -= len(lines)
            else:
                lines = [words.edit() for _ in range(min(self.each, edits))]
                edits -= len(lines)
            self.cotmoc(device, "import", "-", stdin="\n".join(json.dumps(line) for line in lines))
            self.sync(device, expect=None)  # conflicts are news
            imports += 1
            if imports % 100 == 0:
                print(f"{left} records and {edits} edits left, {time.monotonic() - began:.0f} s", file=sys.stderr)
        for device in (*WRITERS, *WRITERS):
            self.sync(device, expect=None)
        return imports

    def measured(self, *arguments):
        """The command's standard output, and the most octets that its process held, as the kernel counts."""
        read, write = os.pipe()
        program = str(self.programs / "cotmoc")
        child = os.posix_spawn(program, [program, *map(str, arguments)], harness.environment(),
                               file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
        os.close(write)
        with os.fdopen(read) as output:
            text = output.read()
        _, status, usage = os.wait4(child, 0)
        self.assertIn(os.waitstatus_to_exitcode(status), (0, 3))  # conflicts are news
        return text, usage.ru_maxrss << 10

    def test_begin(self):
        self.make_authority()
        self.make_hub()
        for name, role in {**WRITERS, "new": "border_post"}.items():
            self.make_device(name, role)
        self.start_hub()
        self.sync("auth")
        imports = self.write_space()
        made = json.loads(self.cotmoc("so", "snapshot", SPACE, "--json"))
        self.sync("so", expect=None)
        link = links.BadLink(self.programs, self.hub.address, "--profile", "lan", "--rate", 0)
        self.addCleanup(link.drop)
        began = time.monotonic()
        text, peak = self.measured("-C", self.work / "new", "sync", "--hub", link.address, "--snapshot-at", 1,
                                   "--json")
        seconds = time.monotonic() - began
        told = json.loads(text)
        octets = sum(up + down for up, down, _ in link.stop())
        space = next(each for each in self.json("new", "status")["spaces"] if each["space"] == SPACE)
        (self.work / "visible.jsonl").write_bytes(
            self.run_program("cotmoc", "-C", self.work / "new", "export", "--space", SPACE).stdout)
        packed = packed_size(self.work / "visible.jsonl")
        print(json.dumps({
            "records": space["records"], "ops": self.ops, "imports": imports, "change_sets": made["change_sets"],
            "snapshot": made["bytes"], "octets": octets, "json_zstd_19": packed, "ratio": round(octets / packed, 3),
            "snapshot_ratio": round(made["bytes"] / packed, 3), "peak_mib": round(peak / (1 << 20), 1),
            "seconds": round(seconds, 1)}), flush=True)
        self.assertTrue(told["complete"])
        self.assertFalse(space["incomplete"])
        self.assertEqual(space["records"], self.records)
        self.assertEqual(space["by_hash_only"], made["change_sets"])
        self.assertEqual(space["digest"], self.digests("so")[SPACE])
        self.assertLessEqual(peak, MEMORY_MAX)
        if self.records >= RATIO_FROM:
            self.assertLessEqual(octets, RATIO_MAX * packed)


if __name__ == "__main__":
    for name, number in zip(("records", "ops", "each"), sys.argv[2:]):
        setattr(Begin, name, int(number))
    del sys.argv[2:]
    harness.main()
