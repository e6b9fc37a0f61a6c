#!/usr/bin/env python3
"""What an auditor wants to know about the trusted side, from the sources, the linked programs and this machine.

  passport audit            Markdown          (tools/audit/audit.py is what it runs)
  passport audit --json     the same facts for machines
  passport audit --check    compares with tests/audit/golden, which is how a change of the boundary shows in review
  passport audit --golden   writes tests/audit/golden

Needs a release build (--build FOLDER, default build/release). Exit code 1 if a budget is exceeded, something is linked that
nobody agreed to, or anything else is found that must not be; every such finding is said.
"""
import argparse
import difflib
import json
import os
import pathlib
import re
import sys

import here
import linked
import report
import sources

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = pathlib.Path(__file__).resolve().parent
GOLDEN = ROOT / "tests/audit/golden"
CONFINED_PROGRAMS = ("passport-enclave", "passport-verifier")  # under one filter
TRUSTED_PROGRAMS = ("passport-enclave", "passportd", "passport-verifier", "passport-platform")


def built_facts(build):
    """The filter's rows, hash and size, as the code that installs it says."""
    allowed, found = [], {}
    for line in linked.run(build / "bin/audit_facts").splitlines():
        words = line.split("\t")
        if words[0] == "call":
            allowed.append({"name": words[1], "number": int(words[2]), "rules": words[3].split(), "reason": words[4]})
        else:
            found = {"filter_sha256": words[1], "filter_instructions": int(words[2])}
    return {"allowed": allowed, **found}


def programs(build):
    """What is in each trusted program that is built: its hash, our modules, shared libraries and objects of others; and problems."""
    libraries = here.read_libraries((FOLDER / "libraries.txt").read_text())
    rows, problems = [], []
    for name in TRUSTED_PROGRAMS:
        path = build / "bin" / name
        objects = linked.objects((build / f"{name}.map").read_text())
        shared = linked.needed(path)
        packages, foreign = here.third_party(objects, shared, libraries)
        own = sorted(re.sub(r".*libpassport_(.*)\.a", r"\1", archive) for archive in objects if "libpassport_" in archive)
        rows.append({"program": name, "sha256": here.measurement(path), "own": own, "shared": shared, "libraries": packages})
        problems += [f"{name}: {problem}" for problem in foreign]
    return rows, problems


def coverage():
    path = ROOT / "docs/fuzzing-coverage.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(line.split()) for line in lines if line.strip() and not line.startswith("#")]


def lasting_facts(build):
    """What depends on the tree and on how it was built, and the problems."""
    budget = sources.read_budget((FOLDER / "budget.txt").read_text())
    modules, problems = sources.modules(ROOT, budget)
    marks = sources.marks(ROOT)
    surface, unfuzzed = sources.surface(ROOT, build)
    facts = {"modules": modules, "marks": len(marks), "surface": surface, "secrets": sources.secrets(ROOT), "coverage": coverage()}
    facts |= built_facts(build)
    facts["programs"], foreign = programs(build)
    facts["libraries"] = merged_packages(facts["programs"])
    numbers = {row["number"] for row in facts["allowed"]}
    calls = {name: linked.confined_calls(build / "bin" / name, numbers) for name in CONFINED_PROGRAMS}
    facts["system_calls"] = {name: rows for name, (rows, _) in calls.items()}
    unused = calls[CONFINED_PROGRAMS[0]][1]
    facts["compile_flags"], facts["link_flags"] = here.flags(build)
    return facts, problems + marks + unfuzzed + foreign + unused


def facts_here(build):
    """What depends on this machine and this build's bytes."""
    measured = here.measurement(build / "bin/passport-enclave")
    claims, layers_problem = here.claims(build)
    providers, providers_problem = here.providers(build, measured)
    claims = claims or {}
    identity = {"measurement": measured, "compiler": here.compiler(build)}
    identity |= {key: value for key, value in claims.items() if isinstance(value, (str, int)) and key in IDENTITY}
    return {"identity": identity, "layers": claims.get("confinement", {}), "layers_problem": layers_problem,
            "providers": providers, "providers_problem": providers_problem, "machine": here.machine()}  # fmt: skip


def merged_packages(programs):
    """Every package of which something is linked into any of the programs, once."""
    return [row for _, row in sorted({row["package"]: row for program in programs for row in program["libraries"]}.items())]


IDENTITY = ("build", "svn", "signer", "product_id")


def toolchain(facts):
    """What the second golden file depends on besides the tree: its first lines."""
    lines = [f"- {facts['compiler']}", *(f"- {row['package']} {row['version']}" for row in facts["libraries"])]
    return "Made with\n\n" + "\n".join(lines) + "\n\nand compared only where these are the same.\n"


def golden_pages(facts):
    binary = report.page("The machine code of trusted programs", report.BINARY, facts)
    head, rest = binary.split("\n\n", 1)
    return {"boundary.md": report.page("The boundary", report.SOURCES, facts),
            "linked.md": f"{head}\n\n{toolchain(facts)}\n{rest}"}  # fmt: skip


def compare(name, page, golden, actual):
    """Problems of one page against its golden file; prints why if it could not be compared, writes what it should be if it differs."""
    if not golden.exists():
        return [f"tests/audit/golden/{name} is missing: passport audit --golden"]
    wanted = golden.read_text()
    if page == wanted:
        return []
    made_with = [re.search(r"Made with\n\n(.*?)\n\n", text, re.S) for text in (page, wanted)]
    if all(made_with) and made_with[0].group(1) != made_with[1].group(1):
        print(f"{name}: not compared, made with other libraries or another compiler than here:\n{made_with[1].group(1)}")
        return []
    actual.write_text(page)
    difference = difflib.unified_diff(wanted.splitlines(), page.splitlines(), "agreed to", "now", lineterm="", n=0)
    return [f"tests/audit/golden/{name} differs from {actual}; if that is meant: passport audit --golden", *difference]


def main():
    parser = argparse.ArgumentParser(prog="passport audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--check", action="store_true", help="compare with tests/audit/golden and say only what is wrong")
    parser.add_argument("--golden", action="store_true", help="write tests/audit/golden")
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path, help="a release build of this tree")
    options = parser.parse_args()
    build = here.need(options.build.resolve(), TRUSTED_PROGRAMS)
    facts, problems = lasting_facts(build)
    facts["compiler"] = here.compiler(build)
    if options.golden:
        GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, page in golden_pages(facts).items():
        if options.golden:
            (GOLDEN / name).write_text(page)
        elif options.check:
            problems += compare(name, page, GOLDEN / name, build / f"audit-{name}")
    if not options.check and not options.golden:
        facts |= facts_here(build)
        print(json.dumps(facts | {"problems": problems}, indent=1) if options.json else report.whole(facts))
    for problem in problems:
        print(f"audit: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main())
