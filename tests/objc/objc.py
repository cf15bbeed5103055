"""Runs the unit tests of the Objective-C interface in a province with a hub: FOLDER_OF_THE_PROGRAMS TEST_PROGRAM."""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
import embedding  # noqa: E402
import harness  # noqa: E402


class Objc(harness.Fleet):
    program = None
    make_authority = embedding.Embedding.make_authority

    def test_units(self):
        self.make_authority()
        self.make_hub()
        self.start_hub()
        self.sync("auth")
        environment = harness.environment(CTM_TEST_WORK=str(self.work), CTM_TEST_ROOT=self.fingerprint,
                                          CTM_TEST_HUB=self.hub.address,
                                          CTM_TEST_COTMOC=str(self.programs / "cotmoc"))
        status = subprocess.run([self.program, *Objc.only], env=environment, timeout=600).returncode
        self.assertEqual(status, 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: objc.py FOLDER_OF_THE_PROGRAMS TEST_PROGRAM [PART_OF_A_NAME]")
    Objc.only = sys.argv[3:]
    Objc.program = str(Path(sys.argv[2]).resolve())
    harness.Fleet.programs = Path(sys.argv[1]).resolve()
    del sys.argv[1:]
    harness.unittest.main(verbosity=2)
