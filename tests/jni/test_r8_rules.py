#!/usr/bin/env python3
"""Plants faults in the R8 rules of the AAR and expects each to be found."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from r8_rules import findings, looked_up  # noqa: E402

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


if __name__ == "__main__":
    unittest.main()
