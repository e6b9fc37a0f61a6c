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
VERIFIER_NAMESPACES = set("attest crypto platform platform_link verifier".split())
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


def frames_in(disassembly):
    """(function, bytes of its stack frame) of every function: what it takes off the stack pointer, a page at a time too."""
    name, size = None, 0
    grow = re.compile(r"\bsub +%r\w+,%rsp")
    take = re.compile(r"\bsub +\$0x([0-9a-f]{1,8}),%rsp|\blea +-0x([0-9a-f]{1,8})\(%rsp\),%r11")
    for line in disassembly.splitlines():
        if line.endswith(">:"):
            if name is not None:
                yield name, size
            name, size = line.partition("<")[2][:-2], 0
        elif "%rsp" in line and (match := take.search(line)):
            size += int(match.group(1) or match.group(2), 16)
        elif "%rsp" in line and grow.search(line):
            size += GROWING
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
