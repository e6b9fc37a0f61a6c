"""What depends on the machine: packages, compiler, measurement, the layers and attestation providers of this host."""
import fcntl
import hashlib
import json
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile

from linked import run

PROVIDERS = ("none", "simulated", "tpm2", "snp", "tdx", "sgx", "nitro")
SHARED_FOLDER = "/usr/lib/x86_64-linux-gnu"
CLAIMS_SECONDS_MAX = 30
ANSWER_SECONDS_MAX = 10
OP_START, DEVELOPMENT = 1, 1  # passport-platform, trusted/launcher/README.md


def read_libraries(text):
    """{package: (licence, what for)} of libraries.txt."""
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if any(len(row) != 3 for row in rows):
        sys.exit("tools/audit/libraries.txt: not 'PACKAGE | LICENCE | WHAT FOR' on each line")
    return {package: (licence, purpose) for package, licence, purpose in rows}


def package_of(path):
    """The Debian package that a file of the system came with, or none."""
    for name in {path, path.removeprefix("/usr"), "/usr" + path}:
        found = subprocess.run(["dpkg", "-S", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return None


def version_of(package):
    return run("dpkg-query", "-W", "-f", "${Version}", package)


def third_party(objects, shared, libraries):
    """Per package what of it is linked, and the problems: a library of a package that nobody agreed to."""
    rows, problems = {}, []
    files = [(os.path.normpath(archive), *counts) for archive, counts in objects.items() if archive.startswith("/")]
    files += [(f"{SHARED_FOLDER}/{name}", 0, 0) for name in shared]  # of which no object is in the program
    for file, count, code in files:
        package = package_of(file)
        if package not in libraries:
            problems.append(f"{file} is linked, of package {package}, which tools/audit/libraries.txt does not have")
            continue
        row = rows.setdefault(package, {"package": package, "version": version_of(package), "licence": libraries[package][0],
                                        "purpose": libraries[package][1], "objects": 0, "code_bytes": 0})  # fmt: skip
        row["objects"] += count
        row["code_bytes"] += code
    return [rows[package] for package in sorted(rows)], problems


def compiler(build):
    path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", (build / "CMakeCache.txt").read_text(), re.M).group(1)
    return run(path, "--version").splitlines()[0]


def flags(build):
    """Options of the compiler that every trusted file has, and of the linker for the enclave; no paths of this machine."""
    common = None
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = os.path.relpath(entry["file"], entry["directory"] + "/../..")
        if not file.startswith(("trusted/", "sealing/")):
            continue
        words = [word for word in entry["command"].split() if word.startswith("-") and not re.match(r"-(I|o$|c$|isystem|M)", word)]
        words = [re.sub(r"=/.*=", "=SOURCE=", word) for word in words]
        common = words if common is None else [word for word in common if word in words]
    rule = re.search(r"^build bin/passport-enclave: .*?^  LINK_FLAGS = (.*?)$", (build / "build.ninja").read_text(), re.M | re.S)
    return common or [], [word for word in rule.group(1).split() if "-Map" not in word]


def measurement(program):
    return hashlib.sha256(program.read_bytes()).hexdigest()


def claims(build):
    """What a real enclave claims of itself, started by the real passportd with --dev; or why it could not be asked."""
    with tempfile.TemporaryDirectory() as folder:
        command = [build / "bin/passportd", "--dev", "--enclave", build / "bin/passport-enclave", "--host", build / "bin/audit_facts",
                   "--root-key", f"{folder}/root.key", "--make-root-key", "--", "claims"]  # fmt: skip
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            line = _line_within(process.stdout, CLAIMS_SECONDS_MAX)
        finally:
            process.terminate()
            log = process.communicate()[1]
        try:
            return json.loads(line), None
        except ValueError:
            return None, "no claims: " + (log.strip().splitlines() or ["passportd said nothing"])[-1]


def _line_within(stream, seconds):
    return stream.readline() if select.select([stream], [], [], seconds)[0] else ""


def providers(build, measured):
    """What passport-platform finds on this machine, run as passportd runs it; or why it could not be asked."""
    program = build / "bin/passport-platform"
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, open(os.devnull, "r+b") as null:
        descriptor = fcntl.fcntl(theirs, fcntl.F_DUPFD, 10)
        script = f"exec '{program}' 3<&{descriptor} {descriptor}<&-"
        process = subprocess.Popen(["bash", "-c", script], env={}, pass_fds=[descriptor], stdin=null, stdout=null, stderr=null)
        os.close(descriptor)
        theirs.close()
        try:
            ours.settimeout(ANSWER_SECONDS_MAX)
            ours.send(bytes([OP_START]) + bytes.fromhex(measured) + bytes([DEVELOPMENT]))
            return parse_probes(ours.recv(65536)), None
        except (OSError, ValueError) as error:
            return [], f"{program.name} did not answer: {error}"
        finally:
            ours.close()
            process.terminate()
            process.wait()


def parse_probes(answer):
    """[{provider, available, reason}] of the answer to START: op, outcome, count, and per provider number, bool, text."""
    if len(answer) < 3 or answer[0] != OP_START or answer[1] != 0:
        raise ValueError("START was refused: " + answer[2:].decode(errors="replace"))
    rows, rest = [], answer[3:]
    for _ in range(answer[2]):
        number, available, size = rest[0], rest[1], rest[2]
        rows.append({"provider": PROVIDERS[number], "available": bool(available), "reason": rest[3:3 + size].decode()})
        rest = rest[3 + size:]
    return rows


def machine():
    kernel = os.uname()
    return {"kernel": f"{kernel.sysname} {kernel.release}", "user": "root" if os.geteuid() == 0 else "not root"}


def need(build, programs):
    """The programs that the audit asks or reads, with their link maps; names what to build if one is not there."""
    missing = [name for name in (*programs, "audit_facts") if not (build / "bin" / name).exists()]
    missing += [name for name in programs if not (build / f"{name}.map").exists() and name not in missing]
    if missing:
        sys.exit(f"audit: {' '.join(missing)} of {build} not built: cmake --preset release && "
                 "cmake --build --preset release --target release_checks")  # fmt: skip
    for tool in ("objdump", "readelf", "dpkg"):
        if shutil.which(tool) is None:
            sys.exit(f"audit: {tool} is not installed: tools/install-deps")
    return pathlib.Path(build)
