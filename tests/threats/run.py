#!/usr/bin/env python3
"""Runs one test a row of the threat table, then the same test with each of its mechanisms switched off.

    run.py BUILD [--rows T5,T8] [--jobs N] [--no-switches] [--list]

BUILD is a build folder made with -DCOTMOC_TEST_SWITCHES=ON. The rows stand in threats.json. A test must pass as the
program is, and fail when the mechanism named by COTMOC_SWITCH_OFF is left out; a named test case that does not exist is
a failure too. COTMOC_THREATS_SCALE multiplies the counts (docs/threat-model.md tells the long runs).
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SWITCH = re.compile(r'switched_off\(\s*"([a-z0-9-]+)"')
SOURCES = ("core", "crypto", "sync", "platform")
DOCTEST = re.compile(r"test cases: +(\d+) +\| +(\d+) passed +\| +(\d+) failed")
SECONDS_MAX = 900
ROWS = 25


class Outcome:
    def __init__(self, status, output, seconds):
        self.status = status
        self.output = output
        self.seconds = seconds

    @property
    def passed(self):
        return self.status == 0


def command_of(test, build):
    """A doctest case, a program with arguments, or a script with the folder of the programs."""
    programs = build / "bin"
    if "case" in test:
        program, pattern = test["case"].split(" ", 1)
        return [str(programs / program), "--no-colors=true", f"--test-case={pattern}"]
    words = [word.format(source=ROOT, build=build, programs=programs) for word in test["command"].split()]
    if not words[0].startswith(("/", "python3", "bash")):
        words[0] = str(programs / words[0])
    return words


def run(test, build, switch=None):
    environment = dict(os.environ)
    environment.pop("COTMOC_SWITCH_OFF", None)
    if switch:
        environment["COTMOC_SWITCH_OFF"] = switch
    environment.update(test.get("environment", {}))
    start = time.monotonic()
    try:
        done = subprocess.run(command_of(test, build), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=environment, timeout=SECONDS_MAX)
        status, output = done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        status, output = 124, (late.stdout or b"").decode(errors="replace") + "\nout of time"
    except OSError as error:
        status, output = 127, str(error)
    return Outcome(status, output, time.monotonic() - start)


def cases_run(outcome):
    """How many test cases of doctest ran, not skipped; None for other programs."""
    found = DOCTEST.search(outcome.output)
    return int(found.group(1)) if found else None


def problem_of(test, outcome):
    """Why the test does not count as passed."""
    if not outcome.passed:
        return f"exit status {outcome.status}"
    if "case" in test:
        count = cases_run(outcome)
        if not count:
            return "no test case of that name"
        if count < test.get("cases", 1):
            return f"{count} test cases of that name, not {test['cases']}"
    if "count" in test and not re.search(test["count"], outcome.output):
        return f"does not say {test['count']}"
    return None


def proof_of(test, outcome):
    """Why a test with a mechanism switched off does not count as failed. It must have run and found fault: a program
    that is not there, or a case of another name, proves nothing."""
    if outcome.status in (0, 124, 126, 127):
        return "passes all the same" if outcome.status == 0 else f"exit status {outcome.status}"
    if "case" in test and not re.search(r"\bERROR\b|FATAL|failed|Sanitizer|SIGABRT", outcome.output):
        return "did not come to a check"
    return None


def counts_of(row, tests):
    """What the tests told of themselves: lines that begin with the row, else the number of cases."""
    told, cases, checks = [], 0, 0
    for test, outcome in tests:
        lines = re.findall(rf"^{row}: (.+)$", outcome.output, re.M)
        told += lines
        if not lines and "count" in test:
            found = re.search(test["count"], outcome.output)
            told += [found.group(0)] if found else []
        elif not lines:
            cases += cases_run(outcome) or 1
            found = re.search(r"assertions: +(\d+)", outcome.output)
            checks += int(found.group(1)) if found else 0
    if cases:
        told.append(f"{cases} cases" + (f", {checks:,} checks" if checks else ""))
    return "; ".join(told)


def switches_in_source():
    names = set()
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.[ch]pp"):
            names |= set(SWITCH.findall(path.read_text(encoding="utf-8")))
    return names


def check_table(table):
    """The table has all rows, and every switch of the source is used by one of them."""
    wrong = []
    rows = [row["row"] for row in table]
    if rows != [f"T{number}" for number in range(1, ROWS + 1)]:
        wrong.append(f"the rows are not T1 to T{ROWS}: {rows}")
    used = {switch for row in table for test in row["tests"] for switch in test.get("switches", [])}
    known = switches_in_source()
    wrong += [f"no test is run with the mechanism {name} switched off" for name in sorted(known - used)]
    wrong += [f"there is no mechanism {name} to switch off" for name in sorted(used - known)]
    wrong += [f"{row['row']} names no mechanism" for row in table if not any(
        test.get("switches") for test in row["tests"])]
    return wrong


def print_failure(title, outcome, why):
    print(f"\n--- {title}: {why}")
    print("\n".join(outcome.output.rstrip().split("\n")[-40:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: Path(text).resolve())
    parser.add_argument("--rows", help="such as T5,T8")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("COTMOC_JOBS", os.cpu_count() or 1)))
    parser.add_argument("--no-switches", action="store_true", help="the tests alone")
    parser.add_argument("--list", action="store_true", help="print rows, tests and mechanisms; run nothing")
    options = parser.parse_args()
    table = json.loads((HERE / "threats.json").read_text(encoding="utf-8"))
    problems = check_table(table)
    if options.rows:
        wanted = options.rows.split(",")
        table = [row for row in table if row["row"] in wanted]
    if options.list:
        for row in table:
            print(f"{row['row']:4} {row['promise']}")
            for test in row["tests"]:
                print(f"       {test.get('case') or test['command']}  [{', '.join(test.get('switches', []))}]")
        return 0

    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        runs = [(row, test, pool.submit(run, test, options.build),
                 [] if options.no_switches else [(switch, pool.submit(run, test, options.build, switch))
                                                 for switch in test.get("switches", [])])
                for row in table for test in row["tests"]]
        return report(table, runs, problems, options)


def report(table, runs, problems, options):
    failed, rows_passed, rows_proved, mechanisms = list(problems), 0, 0, 0
    print(f"{'row':4} {'promise':66} {'seconds':>7}  counts")
    for row in table:
        name, wrong, done, unproved, seconds = row["row"], [], [], [], 0.0
        for _, test, future, switched in (entry for entry in runs if entry[0] is row):
            title = test.get("case") or test["command"]
            outcome = future.result()
            done.append((test, outcome))
            seconds += outcome.seconds
            why = problem_of(test, outcome)
            if why:
                wrong.append(title)
                print_failure(f"{name} {title}", outcome, why)
            for switch, off in switched:
                outcome = off.result()
                why = proof_of(test, outcome)
                mechanisms += 1
                if why:
                    unproved.append(switch)
                    print_failure(f"{name} {title} with {switch} switched off", outcome, why)
        counts = counts_of(name, done)
        print(f"{name:4} {row['promise']:66} {seconds:7.1f}  {'FAILED ' if wrong else ''}{counts}", flush=True)
        if not options.no_switches:
            names = [switch for test in row["tests"] for switch in test.get("switches", [])]
            verdict = f"not proved: {', '.join(unproved)}" if unproved else "fails without each of: "
            print(f"     {verdict}{'' if unproved else ', '.join(names)}", flush=True)
        rows_passed += 0 if wrong else 1
        rows_proved += 0 if unproved else 1
        failed += [f"{name}: {title}" for title in wrong]
        failed += [f"{name}: passes with {switch} switched off" for switch in unproved]
    print(f"\n{rows_passed} of {len(table)} rows pass")
    if not options.no_switches:
        print(f"{rows_proved} of {len(table)} fail when switched off ({mechanisms} runs with a mechanism left out)")
    for line in failed:
        print(f"FAILED {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
