#!/usr/bin/env python3
"""T24: versions with known faults are refused when the project is built and when it starts, and the list of what it is
made of is there.

    bad_dependencies.py BUILD SOURCE
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv[1]).resolve()
SOURCE = Path(sys.argv[2]).resolve()

OLD_SODIUM = 'const char *sodium_version_string(void) { return "1.0.17"; }\n'
# Takes every signature, as a library with a bad build of its field arithmetic might.
LAX_SODIUM = """int crypto_sign_verify_detached(const unsigned char *s, const unsigned char *m, unsigned long long n,
    const unsigned char *k) { (void)s; (void)m; (void)n; (void)k; return 0; }
"""


class BadDependencies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cotmoc-t24-")
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)

    def start_with(self, name, source):
        """The program with one function of libsodium replaced."""
        (self.work / f"{name}.c").write_text(source)
        library = self.work / f"{name}.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, self.work / f"{name}.c"], check=True)
        environment = dict(os.environ, COTMOC_PASSPHRASE="năm từ là đủ rồi", COTMOC_KDF="low", LANG="C.UTF-8",
                           LD_PRELOAD=str(library))
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return subprocess.run([BUILD / "bin/cotmoc", "-C", self.work / "post", "init", "--name", "post"],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def test_a_libsodium_below_the_floor_is_refused_at_start(self):
        done = self.start_with("old", OLD_SODIUM)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("libsodium before 1.0.18: 1.0.17", done.stderr)
        self.assertFalse((self.work / "post/replica.db").exists())

    def test_a_libsodium_that_computes_wrongly_is_refused_at_start(self):
        done = self.start_with("lax", LAX_SODIUM)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("self-test: signatures", done.stderr)

    def test_the_build_refuses_old_libraries(self):
        options = ["-DCOTMOC_BUILD_TESTS=OFF", "-DCOTMOC_BUILD_PLATFORM=OFF",
                   f"-DCOTMOC_SQLITE_SOURCE_DIR={self.sqlite_folder()}"]
        for module, version, wanted in (("libsodium", "1.0.17", "1.0.18"), ("libzstd", "1.4.9", "1.5.2")):
            pkg = self.work / module
            pkg.mkdir()
            (pkg / f"{module}.pc").write_text(
                f"Name: {module}\nDescription: old\nVersion: {version}\nLibs: -l{module[3:]}\nCflags:\n")
            done = subprocess.run(
                ["cmake", "-S", SOURCE, "-B", self.work / f"build-{module}", "-G", "Ninja", *options],
                env=dict(os.environ, PKG_CONFIG_PATH=str(pkg)), capture_output=True, text=True, timeout=300)
            self.assertNotEqual(done.returncode, 0, module)
            self.assertRegex(done.stdout + done.stderr, f"{module} *>= *{wanted}|{module}.*{version}", module)

    def test_what_the_programs_are_made_of_is_listed(self):
        listed = json.loads((BUILD / "sbom.json").read_text(encoding="utf-8"))
        self.assertEqual(listed["bomFormat"], "CycloneDX")
        versions = {part["name"]: part["version"] for part in listed["components"]}
        for name in ("sqlite3mc", "libsodium", "libzstd", "nlohmann-json", "tl-expected", "boost", "cli11"):
            self.assertRegex(versions.get(name, ""), r"^\d+\.\d+", name)
        header = (self.sqlite_folder() / "sqlite3.h").read_text(encoding="utf-8")
        self.assertEqual(versions["sqlite3mc"], re.search(r'#define SQLITE_VERSION +"([0-9.]+)"', header).group(1))

    def sqlite_folder(self):
        cache = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
        given = re.search(r"^COTMOC_SQLITE_SOURCE_DIR:PATH=(.+)$", cache, re.M)
        return Path(given.group(1)) if given else SOURCE / ".deps/sqlite3mc"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
