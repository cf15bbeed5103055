"""What an app that embeds the library holds in memory, stage by stage, beside an empty program and SQLite alone.

    memory.py FOLDER_OF_THE_PROGRAMS [RECORDS]    prints the table of docs/size.md

Each program is a process of its own against a real hub. It fails if a stage holds more than CEILINGS, which are far
above what was measured for 10,000 records: they catch what begins to keep every record in memory.
"""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

# MiB of the heap in use after each stage.
CEILINGS = {"start": 2, "open": 4, "a tenth": 24, "all": 24, "list": 24, "sync": 24}


class Memory(harness.Fleet):
    records = 10_000

    def stages(self, program, *arguments):
        done = self.run_program(program, *arguments, timeout=3000)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def enrol(self, name):
        """A device of the sample app, whose passphrase costs what a phone's does."""
        device = self.work / name
        vault = self.work / f"{name}.vault"
        request = self.run_program("example-embedding-cpp", "create", device, vault, name, COTMOC_KDF="phone").stdout
        grant = self.cotmoc("auth", "authority", "enrol", "-", "--role", "border_post", "--space", "tinh-a/huyen-b",
                            stdin=request)
        (self.work / f"{name}.grant").write_text(grant + "\n")
        self.run_program("example-embedding-cpp", "join", device, vault, self.work / f"{name}.grant", self.fingerprint)
        return device, vault

    def test_memory(self):
        self.make_authority()
        self.make_hub()
        writer = self.enrol("don-w")
        reader = self.enrol("don-r")
        self.start_hub()
        self.sync("auth")
        count = str(self.records)
        tables = [
            ("an empty program", self.stages("cotmoc-memory-floor", "empty")),
            ("SQLite alone", self.stages("cotmoc-memory-floor", "sqlite", self.work / "floor.db", count)),
            ("an app that writes", self.stages("cotmoc-memory", "write", *writer, self.hub.address, count)),
            ("an app that receives", self.stages("cotmoc-memory", "read", *reader, self.hub.address)),
        ]
        names = {"a tenth": f"{self.records // 10:,} records", "all": f"{self.records:,} records"}
        print("\n| process | stage | heap in use, MiB | resident, MiB | peak of the stage, MiB |")
        print("|---|---|---|---|---|")
        for process, stages in tables:
            for stage in stages:
                figures = " | ".join(f"{stage[figure] / 1024:.1f}" for figure in ("heap", "resident", "peak"))
                print(f"| {process} | {names.get(stage['stage'], stage['stage'])} | {figures} |")
        for process, stages in tables[2:]:
            for stage in stages:
                self.assertLess(stage["heap"] / 1024, CEILINGS[stage["stage"]], (process, stage))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: memory.py FOLDER_OF_THE_PROGRAMS [RECORDS]")
    if len(sys.argv) > 2:
        Memory.records = int(sys.argv.pop(2))
    harness.Fleet.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=0)
