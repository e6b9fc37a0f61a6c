#!/usr/bin/env python3
"""Checks #include lines against the arrows of tools/deps.txt, and deps.txt against the walls of the design.

With --strict an arrow that no include uses is a failure too. Tests and benches may include anything; nothing may include
them.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE_ROOTS = ("edl", "sealing", "trusted", "untrusted", "tools")
FREE_ROOTS = ("tests", "bench")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
RAW_STRING = re.compile(r'R"(\w*)\(.*?\)\1"', re.S)  # generated code inside the generator is not its own include

MATHEMATICS = {f"trusted/{name}" for name in "crypto curve protocol sharing proof ot ote mul dkg sign frost".split()}
PROTOCOLS = MATHEMATICS - {"trusted/crypto", "trusted/curve"}
TOOLS_MAY_USE = {"trusted/crypto", "trusted/curve", "trusted/eth", "trusted/json", "trusted/peer/manifest.h",
                 "trusted/attest", "trusted/claims", "trusted/platform_link", "trusted/release",
                 "trusted/core/admin.h", "trusted/core/attested.h", "trusted/core/backup_messages.h",
                 "trusted/core/backup_statement.h", "trusted/core/policy_statement.h", "sealing",
                 "trusted/core/resume.h", "trusted/platform/filter.h", "trusted/platform/launch_info.h",
                 "trusted/platform/syscall_table.h"}


def module_of(path):
    """The module of a path or module: its first two folders, or one for `sealing` and for tests and benches."""
    parts = path.split("/")
    return parts[0] if parts[0] in ("sealing", *FREE_ROOTS) else "/".join(parts[:2])


def read_arrows():
    arrows = {}
    for number, line in enumerate((ROOT / "tools/deps.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, targets = line.partition(":")
        if not colon or name in arrows:
            sys.exit(f"tools/deps.txt:{number}: not one `module: modules` line per module")
        arrows[name] = set(targets.split())
    return arrows


def broken_walls(arrows):
    """Arrows that the design forbids, whatever deps.txt says (architecture.md 4, rules.md 29)."""
    for source, targets in arrows.items():
        for target in targets:
            module = module_of(target)
            trusted = module == "sealing" or module.startswith("trusted/")
            if module not in arrows:
                yield f"{source} -> {target}: no such module"
            if source.startswith("untrusted/") and trusted:
                yield f"{source} -> {target}: the host must not see trusted code"
            if (source == "sealing" or source.startswith("trusted/")) and module.startswith(("untrusted/", "tools/")):
                yield f"{source} -> {target}: trusted code must not see the host or tools"
            if source in MATHEMATICS and module != "edl/base" and module not in MATHEMATICS:
                yield f"{source} -> {target}: mathematics must not see storage, policy or API"
            if source == "trusted/policy" and module in PROTOCOLS:
                yield f"{source} -> {target}: policy must not see protocols"
            if source.startswith("tools/") and trusted and target not in TOOLS_MAY_USE:
                yield f"{source} -> {target}: tools may use only {' '.join(sorted(TOOLS_MAY_USE))}"
            if module.startswith(FREE_ROOTS):
                yield f"{source} -> {target}: nothing may see tests or benches"


def cycles(arrows):
    """Modules that reach themselves."""
    for start in arrows:
        seen, queue = set(), [module_of(target) for target in arrows[start]]
        while queue:
            module = queue.pop()
            if module not in seen:
                seen.add(module)
                queue += [module_of(target) for target in arrows.get(module, ())]
        if start in seen:
            yield f"{start}: is in a cycle"


def includes():
    """(file, included path) of every quoted include under the module roots."""
    for top in MODULE_ROOTS:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".cpp") and "node_modules" not in path.parts:
                text = RAW_STRING.sub("", path.read_text())
                for target in INCLUDE.findall(text):
                    yield str(path.relative_to(ROOT)), target


def main():
    arrows = read_arrows()
    problems = [*broken_walls(arrows), *cycles(arrows)]
    used = set()
    for file, target in includes():
        source, module = module_of(file), module_of(target)
        if source == module:
            continue
        allowed = {target, module} & arrows.get(source, set())
        if source not in arrows:
            problems.append(f"{file}: module {source} is not in tools/deps.txt")
        elif not allowed:
            problems.append(f"{file}: includes {target}, but {source} -> {module} is no arrow of tools/deps.txt")
        used |= {(source, arrow) for arrow in allowed}
    if "--strict" in sys.argv[1:]:
        problems += [
            f"tools/deps.txt: {source} -> {target} is not used"
            for source in sorted(arrows)
            for target in sorted(arrows[source])
            if (source, target) not in used and "edl/base" not in (source, target) and source != "edl/generated"
        ]
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
