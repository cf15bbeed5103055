#!/usr/bin/env python3
"""Plants one fault after another in a small clean tree and expects tidy.py to name each of them, and no other."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tidy import FILE_MAX, FUNCTION_MAX, LINE_MAX, SCRIPT_LINE_MAX, TEST_FILE_MAX, Tidy  # noqa: E402

CLEAN = {
    "core/base/include/cotmoc/base/errors.inc":
        'COTMOC_ERROR(1, wrong_usage, never, "a", "b")\nCOTMOC_ERROR(2, busy, never, "a", "b")\n',
    "core/base/include/cotmoc/base/result.hpp": "#pragma once\n#include <tl/expected.hpp>\n",
    "core/include/cotmoc/core/value.hpp": "// Never calls rand( itself.\n#pragma once\n#include <vector>\n",
    "core/src/store/database.cpp": '#include <sqlite3.h>\nconst char* text = "getenv(";\nint f() {\n    return 1;\n}\n',
    "crypto/src/keys.cpp": "#include <sodium.h>\n#include <zstd.h>\n",
    "sync/src/session.cpp": "#include <cotmoc/crypto/keys.hpp>\n#include <cotmoc/core/value.hpp>\n",
    "platform/system/src/clock.cpp": "#include <chrono>\nauto now() { return std::chrono::system_clock::now(); }\n",
    "platform/asio/src/tcp.cpp": "#include <boost/asio.hpp>\n",
    "tests/unit/core/test.cpp": "#include <nlohmann/json.hpp>\n#include <doctest/doctest.h>\n",
    "docs/README.md": "[errors](errors.md) [decisions](decisions/README.md)\n",
    "docs/errors.md": "`wrong_usage` `busy`\n",
    "docs/decisions/README.md": "[1](0001.md)\n",
    "docs/decisions/0001.md": "A page.\n",
}

LATER = "TO" + "DO"

# (file, its text, what must be found in the finding)
FAULTS = [
    ("core/src/model/a.cpp", "#include <cotmoc/crypto/keys.hpp>\n", "must not include"),
    ("core/base/src/a.cpp", "#include <cotmoc/core/value.hpp>\n", "must not include"),
    ("crypto/src/a.cpp", "#include <cotmoc/core/value.hpp>\n", "must not include"),
    ("sync/src/a.cpp", "#include <cotmoc/asio/tcp.hpp>\n", "must not include"),
    ("core/src/model/a.cpp", '#include "store/database.hpp"\n', "is below"),
    ("core/src/codec/a.cpp", "#include <sqlite3.h>\n", "may be included only"),
    ("sync/src/a.cpp", "#include <sodium.h>\n", "may be included only"),
    ("sync/src/a.cpp", "#include <sodium/core.h>\n", "may be included only"),
    ("core/src/codec/a.cpp", "#include <zstd.h>\n", "may be included only"),
    ("platform/cli/a.cpp", "#include <boost/asio/ip/tcp.hpp>\n", "may be included only"),
    ("core/src/store/a.cpp", "#include <nlohmann/json.hpp>\n", "may be included only"),
    ("core/include/cotmoc/core/a.hpp", "#pragma once\n#include <tl/expected.hpp>\n", "may be included only"),
    ("core/include/cotmoc/core/a.hpp", "#pragma once\n#include <nlohmann/json_fwd.hpp>\n", "may be included only"),
    ("core/src/a.cpp", "#include <doctest/doctest.h>\n", "may be included only"),
    ("crypto/include/cotmoc/crypto/a.hpp", '#pragma once\n#include "keys.hpp"\n', "public headers include"),
    ("examples/e/main.cpp", '#include "../core/src/model/a.hpp"\n', "public headers only"),
    ("core/src/a.cpp", "auto t = std::chrono::system_clock::now();\n", "reads a clock"),
    ("sync/src/a.cpp", "auto t = steady_clock :: now();\n", "reads a clock"),
    ("sync/src/a.cpp", "auto t = std::time(nullptr);\n", "reads a clock"),
    ("crypto/src/a.cpp", "std::random_device device;\n", "randomness"),
    ("core/src/a.cpp", "int x = std::rand();\n", "randomness"),
    ("core/src/a.cpp", 'auto home = std::getenv("HOME");\n', "environment"),
    ("sync/src/a.cpp", "std::this_thread::sleep_for(x);\n", "sleeps"),
    ("core/src/a.cpp", 'std::setlocale(LC_ALL, "");\n', "locale"),
    ("core/src/a.hpp", "#pragma once\nusing namespace std;\n", "using namespace"),
    ("core/src/a.hpp", "int x;\n", "#pragma once"),
    ("core/src/a.cpp", "// " + "x" * (LINE_MAX - 2) + "\n", "characters"),
    ("core/src/a.cpp", "// đ" + "đ" * (LINE_MAX - 3) + "\n", "characters"),
    ("cmake/a.cmake", "#" * (SCRIPT_LINE_MAX + 1) + "\n", "characters"),
    ("core/src/a.cpp", "int x;\n" * (FILE_MAX + 1), "lines; at most"),
    ("tests/unit/a.cpp", "int x;\n" * (TEST_FILE_MAX + 1), "lines; at most"),
    ("core/src/a.cpp", "int f() {\n" + "    g();\n" * (FUNCTION_MAX - 1) + "}\n", "function of"),
    ("core/src/a.cpp",
     "namespace n {\nclass C {\n    void f() const {\n" + "g();\n" * FUNCTION_MAX + "}\n};\n}\n", "function of"),
    ("core/src/a.cpp", f"// {LATER}: later\n", "unfinished"),
    ("docs/errors.md", f"`wrong_usage` `busy` {LATER}\n", "unfinished"),
    ("tests/e2e/a.sh", "cd " + "/wo" + "rk/main\n", "path of one machine"),
    ("tests/e2e/a.sh", "ctest | grep -" + "q passed\n", "ends before the pipe"),
    ("core/src/a.cpp", 'auto p = "' + "/tm" + 'p/x";\n', "path of one machine"),
    ("core/src/a.cpp", "int x; \n", "white space"),
    ("docs/errors.md", "`wrong_usage`\n", "not in docs/errors.md"),
    ("docs/lonely.md", "A page.\n", "not linked"),
    ("docs/decisions/0001.md", "[gone](gone.md)\n", "dead link"),
    ("core/base/include/cotmoc/base/errors.inc",
     'COTMOC_ERROR(2, busy, never, "a", "b")\nCOTMOC_ERROR(1, wrong_usage, never, "a", "b")\n', "not in order"),
]

# What looks like a fault and is none.
ALLOWED = [
    ("core/src/a.cpp", "// " + "x" * (LINE_MAX - 3) + "\n"),
    ("core/src/a.cpp", "// đ" + "đ" * (LINE_MAX - 4) + "\n"),
    ("core/src/a.cpp", "int f() {\n" + "    g();\n" * (FUNCTION_MAX - 2) + "}\n"),
    ("core/src/a.cpp", "auto a = 1'000'000; /* rand() */ auto b = '\"'; // steady_clock::now()\n"),
    ("core/src/a.cpp", "auto a = secret.random(5); auto b = operand(1); auto c = x.time(2);\n"),
    ("core/src/a.cpp", 'auto a = R"(getenv( " )";\nint b;\n'),
    ("platform/objc/a.mm", "typedef NS_ENUM(int, A) {\n" + "    a,\n" * FUNCTION_MAX + "};\n"),
    ("tests/e2e/a.sh", 'work=$(mktemp -d)\ncp a "$work/tmp/b"\nls ./tmp/a\n'),
    ("tests/e2e/a.sh", 'grep -q a <<<"$text" || grep -q b file\nls | grep b >/dev/null\n'),
]


def findings_with(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**CLEAN, **changes}.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Tidy(folder).run()


class TidyTest(unittest.TestCase):
    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual(findings_with({}), [])

    def test_each_planted_fault_is_found_alone(self):
        for name, text, expected in FAULTS:
            with self.subTest(file=name, fault=expected, text=text[:60]):
                findings = findings_with({name: text})
                self.assertEqual(len(findings), 1, findings)
                self.assertIn(expected, findings[0])

    def test_what_is_allowed_is_not_found(self):
        for name, text in ALLOWED:
            with self.subTest(file=name, text=text[:60]):
                self.assertEqual(findings_with({name: text}), [])

    def test_text_that_is_not_utf8_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "core").mkdir()
            (Path(folder) / "core" / "a.cpp").write_bytes(b"\xff\xfe")
            self.assertIn("UTF-8", Tidy(folder).run()[0])


if __name__ == "__main__":
    unittest.main()
