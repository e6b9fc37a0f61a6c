#!/usr/bin/env python3
"""Proves the wall on the release binaries: check_symbols.py [BUILD_FOLDER], build/release if none is named.

The host holds no symbol of a trusted namespace, the enclave none of the host and no parser of certificates, passport-verifier
nothing of a node, and in neither is anything left to a loader to link; no trusted module imports a function that reaches outside
(network, files, processes, clocks, environment), and trusted_verifier alone one that reads certificates.
No function of the enclave has a stack frame as large as the gap at which the wiping of its stack stops, and none of ours takes more
of it as it runs.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

NETWORK_AND_PROCESSES = set(
    "socket connect bind listen accept accept4 getaddrinfo gethostbyname fork vfork posix_spawn system popen dlopen"
    " execl execlp execle execv execvp execvpe pthread_create".split()
)
FILES_CLOCKS_ENVIRONMENT = set(
    "open open64 openat openat64 creat fopen fopen64 freopen unlink rename mkdir read write pread pwrite recv send recvfrom"
    " sendto recvmsg sendmsg ioctl clock_gettime gettimeofday time getenv secure_getenv rand random srand puts printf"
    " syscall sleep usleep nanosleep".split()
)
CERTIFICATES = re.compile(r"X509(V3)?_(?!PUBKEY)|[di]2[di]_X509$|PEM_")
# What passport-verifier consists of: no keys, no protocol, no core.
VERIFIER_NAMESPACES = set("attest cbor crypto platform platform_link verifier".split())
# The edges of the trusted side: what confines the enclave and moves its frames, passportd, and the helper that opens devices.
EDGES = {"trusted_platform", "trusted_process", "trusted_process_arena", "trusted_launch", "trusted_launcher"}
# Saved registers, an aligned stack pointer: what a frame takes beside what is counted.
FRAME_EXTRA_BYTES = 256
# Only ever on the way to write(2), which the filter answers with death.
FRAMES_BEFORE_DEATH = {"buffered_vfprintf"}
STACK_GAP = re.compile(r"kStackGapBytes = (\d+);")


def trusted_namespaces():
    return sorted(path.name for path in (ROOT / "trusted").iterdir() if path.is_dir()) + ["sealing"]


def symbols(binary, *flags):
    out = subprocess.run(["nm", "-C", *flags, str(binary)], capture_output=True, text=True, check=True).stdout
    return sorted({match.group(1) for match in re.finditer(r"^[0-9a-f ]{16} [A-Za-z] (.+)$", out, re.M)})


def trusted_symbols(names, namespaces):
    """The symbols that belong to one of these namespaces of passport."""
    pattern = re.compile(r"\bpassport::(" + "|".join(namespaces) + r")::")
    return (name for name in names if pattern.search(name))


def forbidden_imports(module, imports):
    """What this trusted module must not import."""
    if module in ("trusted_launcher", "trusted_process", "trusted_devices"):
        return ()
    banned = NETWORK_AND_PROCESSES | (set() if module in EDGES else FILES_CLOCKS_ENVIRONMENT)
    return (name for name in imports if name in banned or (module != "trusted_verifier" and CERTIFICATES.match(name)))


def imports_of(archive):
    out = subprocess.run(["nm", "-u", str(archive)], capture_output=True, text=True, check=True).stdout
    return sorted({match.group(1) for match in re.finditer(r"^ +U (\w+)", out, re.M)})


def check_confined(program, foreign):
    """A program that is locked in: none of these namespaces of passport, all of it in one file."""
    pattern = re.compile(r"\bpassport::(" + "|".join(foreign) + r")::")
    for name in symbols(program, "--defined-only"):
        if pattern.search(name):
            yield f"{program.name}: holds {name}"
    for name in symbols(program, "--undefined-only"):
        yield f"{program.name}: leaves {name} to a loader"
    dynamic = subprocess.run(["readelf", "-d", str(program)], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        yield f"{program.name}: needs the shared library {library}"


GROWING = 1 << 40  # the size of a frame that no constant says
# The stack pointer goes down by a constant; two forms of one that is subtracted, one of a page at a time.
TAKES = re.compile(r"\bsub +\$0x([0-9a-f]{1,8}),%rsp|\badd +\$0x(f{4}[0-9a-f]{12}),%rsp|\blea +-0x([0-9a-f]+)\(%rsp\),%r(?:11|sp)\b")
SAVES = re.compile(r"\b(?:mov +%rsp|lea +0x[0-9a-f]+\(%rsp\)),%(r\w+)")
# It goes up, or is aligned, which FRAME_EXTRA_BYTES has room for; or it is what it was.
GIVES = re.compile(r"\b(?:add|and|lea) +(?:\$0x[0-9a-f]+|0x[0-9a-f]+\(%rsp\)),%rsp|\bsub +\$0xf{4}[0-9a-f]{12},%rsp")
RESTORES = re.compile(r"\b(?:mov +%(r\w+)|lea +-?(?:0x[0-9a-f]+)?\(%(r\w+)\)),%rsp")
READS = re.compile(r"\b(?:cmp|test|push|call|jmp)\w* ")


def taken_by(instruction, saved):
    """How far this instruction takes the stack pointer down; `saved` are the registers that hold an earlier one."""
    if match := TAKES.search(instruction):
        below_zero = match.group(2)
        return (1 << 64) - int(below_zero, 16) if below_zero else int(match.group(1) or match.group(3), 16)
    if match := SAVES.search(instruction):
        saved.add(match.group(1))
    if not re.search(r",%rsp\b(?!\))", instruction) or READS.search(instruction) or GIVES.search(instruction):
        return 0
    match = RESTORES.search(instruction)
    return 0 if match and (match.group(1) or match.group(2)) in saved else GROWING


def frames_in(disassembly):
    """(function, bytes of its stack frame) of every function; GROWING is added where no constant says how many."""
    name, size, saved = None, 0, set()
    for line in disassembly.splitlines():
        if line.endswith(">:"):
            if name is not None:
                yield name, size
            name, size, saved = line.partition("<")[2][:-2], 0, set()
        elif "%rsp" in line:
            size += taken_by(line, saved)
    if name is not None:
        yield name, size


def judge_frames(frames, gap):
    """What is wrong with these frames; names are mangled, and only the libraries' have a size that is not known."""
    for name, size in frames:
        if size >= GROWING and "8passport" in name:
            yield f"{name} takes as much of the stack as it is told: put that on the heap"
        elif size % GROWING + FRAME_EXTRA_BYTES > gap and name not in FRAMES_BEFORE_DEATH:
            yield f"the frame of {name} has {size % GROWING} bytes, kStackGapBytes is {gap}: put something of it on the heap"


def check_frames(enclave):
    gap = int(STACK_GAP.search((ROOT / "trusted/platform/arena_stack.h").read_text()).group(1))
    command = ["objdump", "-d", "--no-show-raw-insn", str(enclave)]
    frames = list(frames_in(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    if len(frames) < 1000:
        yield f"{enclave.name}: only {len(frames)} functions seen"
    yield from (f"{enclave.name}: {problem}" for problem in judge_frames(frames, gap))


def main():
    build = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "build/release")
    problems = []
    host, enclave, verifier = (build / f"bin/passport-{name}" for name in ("host", "enclave", "verifier"))
    for program in (host, enclave, verifier):
        if not program.exists():
            problems.append(f"{program.relative_to(ROOT)} is not built")
    if host.exists():
        found = trusted_symbols(symbols(host), trusted_namespaces())
        problems += [f"passport-host: holds {name}" for name in found]
    if enclave.exists():
        problems += check_confined(enclave, ["host", "verifier"])
        problems += check_frames(enclave)
    if verifier.exists():
        problems += check_confined(verifier, ["host", *sorted(set(trusted_namespaces()) - VERIFIER_NAMESPACES)])
    archives = [
        path for path in sorted(build.rglob("libpassport_*.a")) if re.match(r"libpassport_(trusted_|sealing|edl_)", path.name)
    ]
    for archive in archives:
        module = archive.stem.removeprefix("libpassport_")
        problems += [f"{module}: imports {name}" for name in forbidden_imports(module, imports_of(archive))]
    print("\n".join(problems) if problems else f"{len(archives)} trusted modules, host, enclave and verifier: nothing forbidden")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
