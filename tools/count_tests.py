#!/usr/bin/env python3
"""Counts the test cases that one ctest run really ran: count_tests.py JUNIT_FILE GTEST_FOLDER.

Prints "passed failed skipped". A GoogleTest program counts by its cases, any other ctest entry as one; a program that died
before it wrote its results counts as one failure.
"""
import pathlib
import sys
import xml.etree.ElementTree


def main():
    junit, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    passed = failed = skipped = 0
    reports = {}
    for path in folder.glob("*.xml"):
        reports.setdefault(path.stem, []).append(path)
    entries = xml.etree.ElementTree.parse(junit).getroot().iter("testcase") if junit.exists() else ()
    for entry in entries:
        status = entry.get("status")
        if status == "run" and reports:
            passed += 0 if f"test_{entry.get('name')}" in reports else 1
        elif status == "run":
            passed += 1
        elif status == "fail":
            failed += 0 if f"test_{entry.get('name')}" in reports else 1
        else:
            skipped += 1
    for paths in reports.values():
        for path in paths:
            root = xml.etree.ElementTree.parse(path).getroot()
            cases = [case for case in root.iter("testcase") if case.get("status") == "run"]
            bad = sum(1 for case in cases if case.find("failure") is not None)
            idle = sum(1 for case in cases if case.find("skipped") is not None)
            passed, failed, skipped = passed + len(cases) - bad - idle, failed + bad, skipped + idle
    print(passed, failed, skipped)


if __name__ == "__main__":
    main()
