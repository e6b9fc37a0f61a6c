"""The audit as Markdown. Every section is a function from the facts to lines; the golden files are some of the sections."""


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def calls(facts):
    surface = facts["surface"]
    rows = [(f"`{call['name']}`", f"0x{call['id']:04x}", ", ".join(call["phases"]), call["body_bytes_max"],
             "yes" if call["fuzzed"] else "**no**") for call in surface["calls"]["calls"]]  # fmt: skip
    effects = [(f"`{effect['name']}`", f"0x{effect['id']:04x}", effect["order"], effect["body_bytes_max"])
               for effect in surface["effects"]["effects"]]  # fmt: skip
    return ["## What the host can call", "",
            f"A record has at most {surface['record_bytes_max']} bytes. No call goes the other way; fields are in"
            " `docs/boundary-surface.md`.", "",
            *table(("call", "id", "phases", "body bytes, at most", "fuzz target"), rows),
            *table(("effect in an answer", "id", "order", "body bytes, at most"), effects),
            "Fuzz targets: " + ", ".join(f"`{name}`" for name in surface["fuzz_targets"]) + ".", ""]  # fmt: skip


def argument(rule):
    index, comparison = rule.split(":")
    mask, value = (int(part, 16) for part in comparison.split("="))
    whole = mask in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return f"argument {index} = {value:#x}" if whole else f"argument {index} & {mask:#x} = {value:#x}"


def filter_rows(facts):
    rows = [(f"`{row['name']}`", row["number"], "; ".join(argument(rule) for rule in row["rules"]) or "any", row["reason"])
            for row in facts["allowed"]]  # fmt: skip
    return ["## System calls that the filter allows", "", "Everything else ends the process.", "",
            *table(("call", "number", "if", "what for"), rows)]  # fmt: skip


def secrets(facts):
    rows = [(f"`{row['file']}`", f"`{row['class']}`", f"`{row['member']}`", f"`{row['type']}`") for row in facts["secrets"]]
    return ["## Members that hold secrets", "",
            "Found by type (`trusted/crypto/secret.h`): these are wiped when they die. Locals of functions are not listed.", "",
            *table(("declared in", "class", "member", "type"), rows)]  # fmt: skip


def libraries(facts):
    rows = [(row["package"], row["licence"], row["purpose"]) for row in facts["libraries"]]
    return ["## Libraries of others in trusted programs", "", *table(("Debian package", "licence", "what for"), rows)]


def build_flags(facts):
    return ["## How trusted code is compiled", "", "`" + " ".join(facts["compile_flags"]) + "`", "",
            "The enclave is linked with `" + " ".join(facts["link_flags"]) + "`.", ""]  # fmt: skip


def linked_objects(facts):
    lines = ["## What is linked into the trusted programs", "", "From the linker's maps.", ""]
    for program in facts["programs"]:
        own = ", ".join(f"`{name}`" for name in program["own"])
        shared = ", ".join(f"`{name}`" for name in program["shared"]) or "none"
        rows = [(row["package"], row["objects"]) for row in program["libraries"]]
        lines += [f"### {program['program']}", "", f"Ours: {own}. Shared libraries: {shared}.", "",
                  *table(("Debian package", "objects"), rows)]  # fmt: skip
    return lines


def system_calls(facts):
    lines = ["## System calls in the machine code of the confined programs", "",
             "Functions with an instruction for one, and how many of them code that runs under the filter could reach, counting every"
             " address taken as a call. What is reachable and not allowed is what the filter is there for: most of it is error"
             " handling of the C library and of libcrypto.", "",
             f"Filter: {facts['filter_instructions']} instructions, SHA-256 `{facts['filter_sha256']}`.", ""]  # fmt: skip
    for program, calls in facts["system_calls"].items():
        rows = [(f"`{row['name']}`", "-" if row["number"] is None else row["number"], "yes" if row["allowed"] else "no", row["sites"],
                 len(row["after_lock"])) for row in calls]  # fmt: skip
        lines += [f"### {program}", "", *table(("call", "number", "allowed", "functions", "reachable under the filter"), rows)]
    return lines


def modules(facts):
    rows = [(f"`{row['module']}`", row["files"], row["lines"], row["code"], row["budget"], row["exposures"]) for row in facts["modules"]]
    total = [sum(row[at] for row in rows) for at in (1, 2, 3)]
    return ["## Trusted code", "",
            f"{total[0]} files, {total[1]} lines, of which {total[2]} are code; {facts['marks']} marks of unfinished work.", "",
            *table(("module", "files", "lines", "of code", "budget", "`Expose()`"), rows)]  # fmt: skip


def coverage(facts):
    if not facts["coverage"]:
        return ["## Coverage by fuzzing", "", "Not measured: there is no docs/fuzzing-coverage.txt.", ""]
    return ["## Coverage by fuzzing", "", "As recorded in `docs/fuzzing-coverage.txt`.", "",
            *table(("file", "lines reached", "lines", "executions"), facts["coverage"])]  # fmt: skip


def identity(facts):
    rows = [(key.replace("_", " "), f"`{value}`") for key, value in facts["identity"].items()]
    rows += [(f"{program['program']} SHA-256", f"`{program['sha256']}`") for program in facts["programs"]]
    versions = [(row["package"], row["version"]) for row in facts["libraries"]]
    return ["## This build", "", *table(("", ""), rows), *table(("Debian package", "version"), versions)]


def layers(facts):
    if facts["layers_problem"]:
        return ["## Layers of confinement on this host", "", facts["layers_problem"], ""]
    return ["## Layers of confinement on this host", "",
            f"As a real enclave claims them, started by `passportd --dev` as {facts['machine']['user']} on"
            f" {facts['machine']['kernel']}.", "", *table(("layer", "state"), facts["layers"].items())]  # fmt: skip


def providers(facts):
    if facts["providers_problem"]:
        return ["## Attestation providers on this host", "", facts["providers_problem"], ""]
    rows = [(row["provider"], "yes" if row["available"] else "no", row["reason"]) for row in facts["providers"]]
    return ["## Attestation providers on this host", "", *table(("provider", "available", "why"), rows)]


NOTE = "Written by `passport audit --golden`; do not edit. A difference is a change of the boundary: read it as one."
SOURCES = (calls, filter_rows, secrets, libraries, build_flags)
BINARY = (linked_objects, system_calls)
REST = (modules, coverage, identity, layers, providers)


def page(title, sections, facts, note=NOTE):
    lines = [f"# {title}", "", note, ""]
    for section in sections:
        lines += section(facts)
    return "\n".join(lines).rstrip() + "\n"


def whole(facts):
    return page("Audit of the trusted side", (*REST, *SOURCES, *BINARY), facts,
                "Made by `passport audit`. The sections after the attestation providers are those of `tests/audit/golden`.")  # fmt: skip
