#!/usr/bin/env python3
"""Plants faults in the R8 rules of the AAR and expects each to be found."""
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from r8_rules import findings, forgotten, listing_of, looked_up, never_read  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "platform/jni/src/java_types.cpp").read_text(encoding="utf-8")
RULES = (ROOT / "platform/jni/android/consumer-rules.pro").read_text(encoding="utf-8")

# What stands in the rules, what stands there instead, and a word of what is told.
FAULTS = [
    ("-keep,includedescriptorclasses class", "-keepclasseswithmembernames,includedescriptorclasses class", "Native"),
    ("-keep,includedescriptorclasses class", "-keep,allowshrinking class", "Native"),
    ("    native <methods>;\n", "", "native <methods>"),
    ("    static void uncaught(java.lang.Throwable);\n", "", "uncaught"),
    ("    int status;\n", "", "int status"),
    ("<init>(int, ", "<init>(long, ", "<init>"),
    ("-keep class vn.cotmoc.ProgressBridge", "-keepclassmembers class vn.cotmoc.ProgressBridge", "ProgressBridge"),
    ("void progress(int, boolean, ", "void progress(int, ", "void progress(int, boolean, long"),
    ("-keep interface vn.cotmoc.Transport { *; }", "-keep interface vn.cotmoc.Transport", "int send(byte[])"),
    ("-keep interface vn.cotmoc.KeyStore { *; }", "-keepnames interface vn.cotmoc.KeyStore { *; }", "KeyStore"),
    ("-keep interface vn.cotmoc.Replica$Work { *; }", "# -keep interface vn.cotmoc.Replica$Work { *; }", "$Work"),
]

HOLDS = """-keepclassmembers class vn.cotmoc.* {
    vn.cotmoc.Replica replica;
}"""
# What stands there instead of HOLDS, and whether the fields are kept all the same.
HOLDING = [
    ("", False),
    (HOLDS.replace("-keepclassmembers", "-keepclassmembers,allowobfuscation"), True),
    (HOLDS.replace("-keepclassmembers", "-keepclassmembers,allowshrinking"), False),
    (HOLDS.replace("-keepclassmembers", "-keepclassmembers,allowoptimization"), False),
    (HOLDS.replace("-keepclassmembers", "-keepclassmembernames"), False),
    (HOLDS.replace("cotmoc.*", "*"), False),
    (HOLDS.replace("cotmoc.*", "**"), True),
    (HOLDS.replace("replica;", "other;"), False),
    (HOLDS.replace("vn.cotmoc.Replica replica;", "*;"), True),
]
PLANTED = """package vn.cotmoc;
final class Planted<T> {
    private final Object held;
    private final Replica replica;
    private final Object read;
    private static Replica first;
    Planted(Replica replica, Object other) { this.replica = replica; held = read = other; first = replica; }
    Object read() { return read; }
    final class Inner {
        private final Object[] inside;
        Inner() { inside = new Object[1]; }
    }
}"""


def listing_with(planted):
    """javap's listing of the library's classes and one more source."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Planted.java"
        source.write_text(planted, encoding="utf-8")
        library = sorted(map(str, (ROOT / "platform/jni/java").rglob("*.java")))
        subprocess.run(["javac", "--release", "8", "-encoding", "UTF-8", "-Xlint:-options", "-d", folder, str(source),
                        *library], check=True)
        jar = Path(folder) / "all.jar"
        with zipfile.ZipFile(jar, "w") as archive:
            for path in sorted(Path(folder).rglob("*.class")):
                archive.write(path, path.relative_to(folder))
        return listing_of(jar)


class R8RulesTest(unittest.TestCase):
    def test_the_rules_as_they_are_keep_everything(self):
        self.assertEqual(list(findings(SOURCE, RULES)), [])

    def test_each_planted_fault_is_found(self):
        for stands, instead, told in FAULTS:
            with self.subTest(instead=instead, stands=stands):
                self.assertIn(stands, RULES)
                found = "\n".join(findings(SOURCE, RULES.replace(stands, instead)))
                self.assertIn(told, found)

    def test_a_new_look_up_is_found(self):
        more = SOURCE + '\nx = find.one_method("vn/cotmoc/Fresh", "told", "([Ljava/lang/String;J)[B");'
        self.assertIn("vn.cotmoc.Fresh is not kept", list(findings(more, RULES)))
        self.assertIn(("vn.cotmoc.Fresh", "byte[] told(java.lang.String[], long)"), looked_up(more))

    def test_a_look_up_that_cannot_be_read_is_no_pass(self):
        self.assertTrue(list(findings(SOURCE + "\nx = find.look(name);", RULES)))

    @classmethod
    def setUpClass(cls):
        cls.listing = listing_with(PLANTED)

    def test_a_field_that_only_holds_is_kept(self):
        self.assertIn(HOLDS, RULES)
        self.assertIn(("vn.cotmoc.Cursor", "vn.cotmoc.Replica replica"), never_read(self.listing))
        for instead, kept in [(HOLDS, True), *HOLDING]:
            with self.subTest(instead=instead):
                told = "\n".join(forgotten(self.listing, RULES.replace(HOLDS, instead)))
                self.assertEqual("vn.cotmoc.Cursor: vn.cotmoc.Replica replica is never read" not in told, kept)

    def test_a_new_field_that_only_holds_is_found(self):
        self.assertEqual([line.split(" is")[0] for line in forgotten(self.listing, RULES)],
                         ["vn.cotmoc.Planted: java.lang.Object held",
                          "vn.cotmoc.Planted: vn.cotmoc.Replica first",
                          "vn.cotmoc.Planted$Inner: java.lang.Object[] inside",
                          "vn.cotmoc.Planted$Inner: vn.cotmoc.Planted this$0"])


if __name__ == "__main__":
    unittest.main()
