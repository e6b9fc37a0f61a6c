"""What the sources say: modules with their lines and budgets, marks, secrets, calls with their fuzz targets."""
import json
import re
import sys

CODE = (".h", ".cpp")
MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
COMMENT_OR_TEXT = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)
ALIAS = re.compile(r"^\s*using (\w+) = [^;]*\b(?:Heap)?Secret<", re.M)
# Secrets by class: what wipes itself (trusted/crypto/secret.h), and the two keys whose bytes a library holds.
SECRET_CLASSES = {"Secret", "HeapSecret", "SecretBytes", "SigningKey", "EnvelopeKey"}
HOLDER = re.compile(r"^\s*(?:template <[^>]*>\s*)?(?:struct|class) (?:\[\[\w+\]\] )?(\w+)[^;{]*\{")
EXPOSE = re.compile(r"\bExpose(?:Mutable|Delta)?\(\)")


def without_comments(text):
    """The same text without comments; strings stay."""
    return COMMENT_OR_TEXT.sub(lambda match: "" if match.group().startswith("/") else match.group(), text)


def code_lines(text):
    return sum(1 for line in without_comments(text).splitlines() if line.strip())


def module_folders(root):
    return ["edl/base", "sealing", *sorted(f"trusted/{path.name}" for path in (root / "trusted").iterdir() if path.is_dir())]


def files_of(root, module):
    return [path for path in sorted((root / module).iterdir()) if path.suffix in CODE]


def read_budget(text):
    """{module: most lines of code} of budget.txt: a module and a number on each line."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if any(len(row) != 2 or not row[1].isdigit() for row in rows) or len({row[0] for row in rows}) != len(rows):
        sys.exit("tools/audit/budget.txt: not one 'MODULE LINES' on each line, or a module twice")
    return {module: int(lines) for module, lines in rows}


def modules(root, budget):
    """One row per trusted module, and the problems: over budget, no budget, a budget without a module."""
    rows, problems = [], []
    for module in module_folders(root):
        texts = [path.read_text() for path in files_of(root, module)]
        row = {"module": module, "files": len(texts), "lines": sum(text.count("\n") for text in texts),
               "code": sum(code_lines(text) for text in texts), "budget": budget.get(module),
               "exposures": sum(len(EXPOSE.findall(without_comments(text))) for text in texts)}  # fmt: skip
        rows.append(row)
        if row["budget"] is None:
            problems.append(f"{module}: has no line in tools/audit/budget.txt")
        elif row["code"] > row["budget"]:
            problems.append(f"{module}: {row['code']} lines of code, over its budget of {row['budget']}: "
                            "make it smaller, or raise the budget in a commit that says why")  # fmt: skip
    problems += [f"tools/audit/budget.txt: there is no module {module}" for module in sorted(budget.keys() - set(module_folders(root)))]
    return rows, problems


def marks(root):
    """Places in trusted code that somebody meant to come back to; there must be none."""
    return [f"{path.relative_to(root)}:{number}: a mark of unfinished work" for module in module_folders(root)
            for path in files_of(root, module)
            for number, line in enumerate(path.read_text().splitlines(), 1) if MARK.search(line)]  # fmt: skip


def secret_types(texts):
    """Names of the types that are secrets: the classes, and every alias of one."""
    return sorted(SECRET_CLASSES | {name for text in texts for name in ALIAS.findall(text)} | {"SecretScalarOf"})


def secrets_in(text, types):
    """(class, type, member) of every member of a class of one header that is a secret, or a container of some."""
    secret = re.compile(r"^\s*([\w:<>, ]*\b(?:" + "|".join(types) + r")\b[\w:<>, *&]*?)\s(\w+)(?:\s*(?:=|\{)[^;]*)?;")
    holder, depth, opened = [], 0, []
    for line in without_comments(text).splitlines():
        found = HOLDER.match(line)
        if found:
            holder.append(found.group(1))
            opened.append(depth)
        member = secret.match(line)
        inside = holder and depth == opened[-1] + 1  # not in the body of one of its functions
        if member and inside and member.group(2) != "operator" and not re.match(r"\s*(using|return|friend)\b", line):
            yield holder[-1], member.group(1).strip(), member.group(2)
        depth += line.count("{") - line.count("}")
        while opened and depth <= opened[-1]:
            opened.pop()
            holder.pop()


def secrets(root):
    """Every member that holds a secret: where an auditor begins to follow one."""
    headers = [path for module in module_folders(root) for path in files_of(root, module) if path.suffix == ".h"]
    types = secret_types([path.read_text() for path in headers])
    return [{"file": str(path.relative_to(root)), "class": holder, "type": kind, "member": member}
            for path in headers for holder, kind, member in secrets_in(path.read_text(), types)]  # fmt: skip


def surface(root, build):
    """Calls and effects with their limits, as the generator saw them, and whether each call has a fuzz target."""
    folder = build / "generated/edl/generated"
    found = json.loads((folder / "node_surface.json").read_text())
    targets = fuzz_targets(root)
    generated = {path.stem.removeprefix("fuzz_") for path in folder.glob("fuzz_*.cpp")}
    problems = []
    for call in found["calls"]["calls"]:
        call["fuzzed"] = call["name"] in generated
        if not call["fuzzed"]:
            problems.append(f"call {call['name']} has no fuzz target")
    found["fuzz_targets"] = sorted(targets | generated)
    return found, problems


def fuzz_targets(root):
    """Names of the targets that the build files of the tests register, besides those generated from the calls."""
    texts = [path.read_text() for path in sorted((root / "tests").glob("**/CMakeLists.txt"))]
    return {name for text in texts for name in re.findall(r"^\s*passport_fuzz\((\w+)", text, re.M)}
