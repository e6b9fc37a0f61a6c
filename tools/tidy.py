#!/usr/bin/env python3
"""Checks what formatters and compilers do not: sizes, banned calls, marks, tags, status numbers, READMEs.

Every rule is a function from (path, text) to problems, so that tools/checks_test.py can show each one a bad example.
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
BEAST_FILES_MAX = 5  # rules.md 10: each costs many seconds of build
CODE = (".h", ".cpp")
SCRIPTS = (".py", ".mjs", ".js", ".sh", ".edl", ".cmake")
BANNED_TRUSTED = "memcmp memset rand srand random strcpy strcat sprintf printf fprintf getenv time system alloca"
BANNED_CALL = re.compile(r"(?<![\w.>])(?:std::)?(" + "|".join(BANNED_TRUSTED.split()) + r")\s*\(")
# passportd and the enclave's start are programs: they speak to an operator and fill C structures.
PROGRAMS = ("trusted/launcher/", "trusted/platform/", "trusted/process/")
BANNED_CALL_PROGRAMS = re.compile(r"(?<![\w.>])(?:std::)?(rand|srand|random|strcpy|strcat|sprintf|system|alloca)\s*\(")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|root)/")
TAG_TEXT = re.compile(r'\bTag\s*\{\s*"|inline constexpr Tag \w+\{"([^"]+)"\}')
PITFALLS = "tests/unit/protocol/PITFALLS.md"
TEST_HEAD = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.M)
STATUS_LINE = re.compile(r"^\s*(k\w+) = (\d+),", re.M)


def blank_comments_and_strings(text):
    """The same text, same lines, with the insides of comments and literals gone."""
    pattern = re.compile(
        r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S
    )
    return pattern.sub(lambda match: '""' + "\n" * match.group().count("\n"), text)


def functions(text):
    """(first line, lines) of every function body outside another function, by counting braces."""
    clean = re.sub(r"(?m)^\s*#.*$", "", blank_comments_and_strings(text))
    stack, statement, line, statement_line = [], "", 1, 1
    for at, char in enumerate(clean):
        if char == "\n":
            line += 1
        if char == "{":
            inside = any(is_function for is_function, _, _ in stack)
            initialiser = at > 0 and not clean[at - 1].isspace()  # clang-format puts a space before a body
            head = re.sub(r"<[^<>]*>", "", statement)  # `class T` of a template makes no scope
            scope = re.search(r"\b(namespace|class|struct|union|enum|extern)\b", head) and not re.search(
                r"\)\s*(const|noexcept|override|final|&|\s)*$", head
            )
            is_function = not inside and not initialiser and not scope and "(" in statement
            stack.append((is_function, statement_line, statement if initialiser else ""))
            statement = ""
        elif char == "}" and stack:
            is_function, first, statement = stack.pop()
            if is_function:
                yield first, line - first + 1
        elif char == ";":
            statement = ""
        else:
            if not statement.strip():
                statement_line = line
            statement += char


def check_sizes(path, text):
    if path.endswith(CODE + SCRIPTS) and text.count("\n") > FILE_LINES_MAX:
        yield f"{path}: {text.count(chr(10))} lines; a file has at most {FILE_LINES_MAX}"
    if path.endswith(CODE):
        for first, lines in functions(text):
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{first}: a function of {lines} lines; at most {FUNCTION_LINES_MAX}"


def check_banned_calls(path, text):
    if not path.startswith(("trusted/", "sealing/", "edl/base/")) or not path.endswith(CODE):
        return
    pattern = BANNED_CALL_PROGRAMS if path.startswith(PROGRAMS) else BANNED_CALL
    for number, line in enumerate(blank_comments_and_strings(text).splitlines(), 1):
        for match in pattern.finditer(line):
            yield f"{path}:{number}: {match.group(1)} is not used in trusted code"


def check_marks(path, text):
    if not path.endswith(CODE + SCRIPTS):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if MARK.search(line):
            yield f"{path}:{number}: a mark of unfinished work; do it, or write it into an issue"
        if MACHINE_PATH.search(line) and path != "tools/tidy.py":
            yield f"{path}:{number}: a path of somebody's machine"


def check_tags(path, text):
    if path.endswith(CODE) and path.startswith(("trusted/", "sealing/")) and path != "trusted/crypto/tags.h":
        for number, line in enumerate(text.splitlines(), 1):
            if TAG_TEXT.search(line):
                yield f"{path}:{number}: a domain-separation tag outside trusted/crypto/tags.h"
    if path == "trusted/crypto/tags.h":
        counts = collections.Counter(tag for tag in TAG_TEXT.findall(text) if tag)
        yield from (f"{path}: tag \"{tag}\" has two uses" for tag, count in counts.items() if count > 1)


def check_status(path, text):
    if path != "edl/base/status.h":
        return
    for part, what in ((0, "name"), (1, "number")):
        counts = collections.Counter(match[part] for match in STATUS_LINE.findall(text))
        yield from (f"{path}: {what} {key} is used twice" for key, count in counts.items() if count > 1)


def check_tests(path, text):
    if not path.startswith("tests/") or not path.endswith(CODE):
        return
    for number, line in enumerate(blank_comments_and_strings(text).splitlines(), 1):
        if SLEEP.search(line):
            yield f"{path}:{number}: tests do not sleep; step the clock, or wait for the event itself"
        if re.search(r"\b(EXPECT|ASSERT)_TRUE\(true\)", line):
            yield f"{path}:{number}: an assertion that cannot fail"


def check_headers(path, text):
    if path.endswith(".h") and not text.startswith("// "):
        yield f"{path}:1: a header begins with one sentence that says what it is"
    if path.endswith(".h") and "#pragma once" not in text:
        yield f"{path}: no #pragma once"


RULES = (check_sizes, check_banned_calls, check_marks, check_tags, check_status, check_tests, check_headers)


def check_pitfalls(files):
    """The table of pitfalls names each of the 47 once, and tests that exist or the reason why there is none."""
    text = files.get(PITFALLS, "")
    tests = {f"{suite}.{name}" for path, code in files.items() if path.startswith("tests/") and path.endswith(".cpp")
             for suite, name in TEST_HEAD.findall(code)}
    rows = [line.split("|")[1:-1] for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    if text and [int(row[0]) for row in rows] != list(range(1, 48)):
        yield f"{PITFALLS}: the rows are not 1 to 47, each once"
    for row in rows:
        named = re.findall(r"`(\w+\.\w+)`", row[2])
        if not named and not row[2].strip().startswith(("not applicable:", "open:")):
            yield f"{PITFALLS}: row {row[0].strip()} names no test and no reason"
        yield from (f"{PITFALLS}: row {row[0].strip()}: there is no test {test}" for test in named if test not in tests)


def check_tree(files):
    """Problems of the tree as a whole, given {path: text}."""
    yield from check_pitfalls(files)
    folders = {path.rsplit("/", 1)[0] for path in files if path.endswith(CODE) and "/" in path}
    folders |= {folder.split("/")[0] for folder in folders}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in files and not folder.endswith("/golden"):  # compared, not read
            yield f"{folder}: a folder of sources has a README.md"
    beast = [path for path, text in files.items() if path.endswith(CODE) and "#include <boost/beast" in text]
    if len(beast) > BEAST_FILES_MAX:
        yield f"{len(beast)} files include Beast, at most {BEAST_FILES_MAX} may: {' '.join(sorted(beast))}"


def tracked_files():
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in names.stdout.decode().split("\0"):
        path = ROOT / name
        if name.endswith(CODE + SCRIPTS + (".md", ".txt")) and path.is_file():
            yield name, path.read_text(errors="replace")


def main():
    files = dict(tracked_files())
    problems = [problem for path, text in files.items() for rule in RULES for problem in rule(path, text)]
    problems += check_tree(files)
    print("\n".join(sorted(problems)))
    trusted = [path for path in files if path.endswith(CODE) and path.startswith(("trusted/", "sealing/", "edl/base/"))]
    lines = sum(files[path].count("\n") for path in trusted)
    print(f"{lines} lines in {len(trusted)} files of trusted, sealing and edl/base")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
