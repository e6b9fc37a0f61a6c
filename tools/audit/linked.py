"""What the linked programs say: objects from the link map, system calls from the machine code."""
import collections
import re
import subprocess

MAP_SECTION = re.compile(r"^ (\.[\w.$-]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")
MEMBER = re.compile(r"^(.*\.a)\((.*)\)$")
CODE_SECTION = re.compile(r"^\.text|^\.init$|^\.fini$|^\.plt")


def objects(map_text):
    """{archive or object file: (number of its objects, bytes of machine code)} of what a link map says is in the program."""
    text = map_text.split("Linker script and memory map", 1)[-1]
    text = re.sub(r"\n (\.\S+)\n\s+(0x)", r"\n \1 \2", text)  # a long name of a section stands on a line of its own
    members, code = collections.defaultdict(set), collections.Counter()
    for line in text.splitlines():
        found = MAP_SECTION.match(line)
        if not found or int(found.group(2), 16) == 0:
            continue
        member = MEMBER.match(found.group(3))
        archive = member.group(1) if member else found.group(3)
        members[archive].add(member.group(2) if member else "")
        if CODE_SECTION.match(found.group(1)):
            code[archive] += int(found.group(2), 16)
    return {archive: (len(members[archive]), code[archive]) for archive in members}


def needed(program):
    """Shared libraries that a program asks for; a trusted one that is confined has none."""
    return re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", program))


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Graph:
    """Which function of a static program can reach which, by calls and by addresses taken.

    An edge is any branch to, or mention of, an address of another function or datum; a datum has an edge to whatever it points
    to. Nothing is left out by that but addresses that are computed, of which compiled code has none. Much is put in that never
    happens: a virtual call reaches every function whose table is mentioned anywhere before.
    """

    HEAD = re.compile(r"^([0-9a-f]{16}) <(.+)>:$")
    INSTRUCTION = re.compile(r"^ +([0-9a-f]+):\t(.*)$")
    TARGET = re.compile(r"# ([0-9a-f]+) <|^(?:bnd |notrack )*(?:call|j\w+)\s+([0-9a-f]+) <")

    def __init__(self, program):
        self.code = {}  # start of a function: its instructions
        self.names = {}
        self._read_code(run("objdump", "-d", "--no-show-raw-insn", "-C", program))
        self.starts = sorted(self.code)
        self._read_data(run("readelf", "-sW", program), run("readelf", "-rW", program))

    def _read_code(self, listing):
        current = None
        for line in listing.splitlines():
            head = self.HEAD.match(line)
            if head:
                start = int(head.group(1), 16)
                current = self.code.setdefault(start, [])
                self.names[start] = head.group(2)
                continue
            instruction = self.INSTRUCTION.match(line)
            if instruction and current is not None:
                current.append(instruction.group(2))

    def _read_data(self, symbols, relocations):
        self.pointers = {}  # address of a pointer in the data: where it points
        for line in relocations.splitlines():
            words = line.split()
            if len(words) >= 4 and words[2] in ("R_X86_64_RELATIVE", "R_X86_64_IRELATIVE"):
                self.pointers[int(words[0], 16)] = int(words[3], 16)
        self.objects = {}  # start of a datum: its end
        for line in symbols.splitlines():
            words = line.split()
            if len(words) >= 8 and words[3] == "OBJECT" and words[6].isdigit():
                start = int(words[1], 16)
                self.objects[start] = max(self.objects.get(start, 0), start + int(words[2], 0))
        self.object_starts = sorted(self.objects)
        self.slots = sorted(self.pointers)

    def function_at(self, address):
        """The start of the function that an address is in, or none."""
        at = _last_not_above(self.starts, address)
        return self.starts[at] if at >= 0 else None

    def mentions(self, start):
        """Addresses that a function branches to or names."""
        for instruction in self.code[start]:
            for found in self.TARGET.finditer(instruction):
                yield int(found.group(1) or found.group(2), 16)

    def pointers_at(self, address):
        """Where the pointers of the datum at an address point; of a datum without a name, the one pointer at the address."""
        at = _last_not_above(self.object_starts, address)
        if at >= 0 and address < self.objects[self.object_starts[at]]:
            start = self.object_starts[at]
            end = self.objects[start]
        else:
            start, end = address, address + 8
        first = _last_not_above(self.slots, start - 1) + 1
        while first < len(self.slots) and self.slots[first] < end:
            yield self.pointers[self.slots[first]]
            first += 1

    def reachable(self, roots, closed=()):
        """Every function that can run once one of the roots does, if the closed ones cannot."""
        code_end = self.starts[-1] + 0x10000
        seen, queue = set(), list(roots)
        while queue:
            address = queue.pop()
            is_code = self.starts[0] <= address < code_end
            start = self.function_at(address) if is_code else address
            if start in seen or start in closed:
                continue
            seen.add(start)
            queue += self.mentions(start) if is_code else self.pointers_at(address)
        return {start for start in seen if start in self.code}

    def named(self, pattern):
        return {start for start, name in self.names.items() if re.search(pattern, name)}


def _last_not_above(values, wanted):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low - 1


def constant_before(instructions, at, register):
    """What the last instruction before `at` that writes a register put into it, if that is a constant; else none."""
    names = {"eax": r"%[er]ax", "edi": r"%[er]di"}[register]
    for instruction in reversed(instructions[max(0, at - 40):at]):
        constant = re.match(rf"mov\w*\s+\$0x([0-9a-f]+),{names}$", instruction)
        if constant:
            return int(constant.group(1), 16)
        if re.match(rf"xor\s+%{register},%{register}$", instruction):
            return 0
        if re.search(rf",{names}$", instruction) or re.match(r"(call|ret|jmp)\b", instruction):
            return None
    return None


def system_calls(graph, functions):
    """{number, or none where it is no constant: names of functions that make it} among these functions."""
    wrappers = graph.named(r"^syscall$")
    out = collections.defaultdict(set)
    for start in functions:
        instructions = graph.code[start]
        for at, instruction in enumerate(instructions):
            if re.match(r"syscall\b", instruction) and start not in wrappers:
                out[constant_before(instructions, at, "eax")].add(graph.names[start])
            target = re.match(r"(?:call|jmp)\s+([0-9a-f]+) <", instruction)
            if target and int(target.group(1), 16) in wrappers:
                out[constant_before(instructions, at, "edi")].add(graph.names[start])
    return out


# What a confined program runs only before its filter is on: cut out, the rest is what may run after.
BEFORE_THE_LOCK = (r"^passport::platform::(CheckStart|StartLibraries|Confine|\(anonymous namespace\)::ReceiveLaunchInfo|"
                   r"Filter::\w+)\(")  # fmt: skip


def confined_calls(program, allowed):
    """One row per system call number that the program has an instruction for, and the problems."""
    graph = Graph(program)
    roots = graph.named(r"^main$")
    closed = graph.named(BEFORE_THE_LOCK)
    if not roots or not closed:
        return [], [f"{program}: no main, or nothing before the lock: the audit cannot tell what runs after it"]
    anywhere = system_calls(graph, graph.code)
    after = system_calls(graph, graph.reachable(roots, closed))
    names = call_names()
    rows = []
    for number in sorted(anywhere, key=lambda value: -1 if value is None else value):
        rows.append({"number": number, "name": "not a constant" if number is None else names.get(number, "?"),
                     "allowed": number in allowed, "sites": len(anywhere[number]),
                     "after_lock": sorted(after.get(number, ()))})  # fmt: skip
    missing = [f"allowed system call {names.get(number, number)} ({number}) is nowhere in the program: take its row out"
               for number in sorted(allowed) if number not in anywhere]  # fmt: skip
    return rows, missing


def call_names():
    """{number: name} from the kernel's header."""
    text = run("sh", "-c", "echo '#include <asm/unistd_64.h>' | cc -E -dM -")
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}
