#!/usr/bin/env python3
"""Shows each finding of tools/audit something that it must find, and something that it must not."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools/audit"))
import audit  # noqa: E402
import here  # noqa: E402
import linked  # noqa: E402
import report  # noqa: E402
import sources  # noqa: E402

TYPES = sources.secret_types(["using NoiseKey64 = crypto::Secret<ByteArray<64>>;\n"])


class Sources(unittest.TestCase):
    def tree(self, code):
        """A tree of one trusted module, for as long as the test runs."""
        root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for module in ("edl/base", "sealing", "trusted/a"):
            (root / module).mkdir(parents=True)
        (root / "trusted/a/b.cpp").write_text(code)
        return root

    def test_lines_of_code_are_without_comments_and_empty_lines(self):
        self.assertEqual(sources.code_lines('// a\n\nint x;  // b\n/* c\nd */\nSay("// no comment");\n'), 2)

    def test_a_budget_is_needed_and_kept(self):
        root, others = self.tree("int x;\nint y;\n"), {"edl/base": 1, "sealing": 1}
        for budget, problems in (({"trusted/a": 2}, 0), ({"trusted/a": 1}, 1), ({}, 1), ({"trusted/a": 2, "trusted/b": 1}, 1)):
            self.assertEqual(len(sources.modules(root, budget | others)[1]), problems, budget)

    def test_marks_are_found(self):
        self.assertTrue(sources.marks(self.tree("// FIX" "ME: later\n")))
        self.assertFalse(sources.marks(self.tree("// fixed\n")))

    def test_secrets_are_found_by_type_and_alias(self):
        text = ("struct Keys {\n  crypto::SecretKey32 root;\n  NoiseKey64 chaining_;\n"
                "  std::map<KeyId, crypto::SecretBytes> parts = {};\n  crypto::Secret<std::array<Pad, 3>> pads{};\n};\n")
        types = sorted({*TYPES, "SecretKey32"})
        self.assertEqual([member for _, _, member in sources.secrets_in(text, types)], ["root", "chaining_", "parts", "pads"])

    def test_functions_locals_and_comments_are_no_members(self):
        text = ("struct Keys {\n  crypto::SecretBytes Encode() const;\n  // crypto::SecretBytes old;\n"
                "  int F() {\n    crypto::SecretBytes local;\n  }\n};\ncrypto::SecretBytes Make();\n")
        self.assertFalse(list(sources.secrets_in(text, TYPES)))


MAP = """Archive member included to satisfy reference by file (symbol)
Linker script and memory map
 .text          0x0000000000001000       0x20 a/libpassport_a.a(x.cpp.o)
 .text.a_name_that_is_long
                0x0000000000001020       0x10 /usr/lib/libz.a(y.o)
 .rodata        0x0000000000002000       0x08 /usr/lib/libz.a(z.o)
 .text          0x0000000000003000        0x0 /usr/lib/libz.a(empty.o)
"""

# Two functions that make system calls, one of them called through a table, and one that nothing reaches.
PROGRAM = """
#include <sys/syscall.h>
#include <unistd.h>
void behind(void) { syscall(SYS_getpid); }
void direct(void) { long n = SYS_getppid; __asm__ volatile("syscall" : "+a"(n) : : "rcx", "r11", "memory"); }
void unreached(void) { syscall(SYS_getuid); }
void (*const table[])(void) = {behind, 0};
int entry(int i) { direct(); table[i](); return 0; }
void (*volatile keep)(void) = unreached;
int main(int argc, char **argv) { (void)argv; return entry(argc - 1); }
"""


class Binary(unittest.TestCase):
    def test_objects_are_those_that_have_bytes(self):
        self.assertEqual(linked.objects(MAP), {"a/libpassport_a.a": (1, 0x20), "/usr/lib/libz.a": (2, 0x10)})

    def test_an_unknown_library_is_a_problem(self):
        dpkg, libc = here.package_of("/usr/bin/dpkg"), here.package_of(f"{here.SHARED_FOLDER}/libc.so.6")
        rows, problems = here.third_party({"/usr/bin/dpkg": (2, 3), "ours.a": (1, 1)}, ["libc.so.6"], dict.fromkeys((dpkg, libc), ("l", "p")))
        self.assertEqual(([(row["package"], row["objects"]) for row in rows], problems), (sorted([(dpkg, 2), (libc, 0)]), []))
        self.assertEqual(len(here.third_party({"/usr/bin/dpkg": (1, 1)}, ["libc.so.6"], {})[1]), 2)

    def test_system_calls_are_found_where_they_can_be_reached(self):
        with tempfile.TemporaryDirectory() as folder:
            source, program = f"{folder}/p.c", f"{folder}/p"
            pathlib.Path(source).write_text(PROGRAM)
            subprocess.run(["cc", "-O1", "-fno-inline", "-static-pie", "-o", program, source], check=True)
            graph = linked.Graph(program)
        calls = linked.system_calls(graph, graph.reachable(graph.named("^entry$")))
        everywhere = linked.system_calls(graph, graph.code)
        self.assertEqual(calls[39], {"behind"})
        self.assertEqual(calls[110], {"direct"})
        self.assertNotIn(102, calls)
        self.assertIn("unreached", everywhere[102])
        self.assertNotIn(110, linked.system_calls(graph, graph.reachable(graph.named("^entry$"), graph.named("^direct$"))))

    def test_a_number_that_is_not_a_constant_is_none(self):
        self.assertEqual(linked.constant_before(["mov    $0x27,%eax", "syscall"], 1, "eax"), 39)
        self.assertIsNone(linked.constant_before(["mov    $0x27,%eax", "mov    %rdi,%rax", "syscall"], 2, "eax"))
        self.assertIsNone(linked.constant_before(["mov    $0x27,%eax", "call   10 <f>", "syscall"], 2, "eax"))


class Pages(unittest.TestCase):
    def compare(self, page, golden):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "p.md")
            if golden is not None:
                path.write_text(golden)
            return audit.compare("p.md", page, path, path.with_suffix(".actual"))

    def test_a_difference_is_a_problem_and_a_missing_file_too(self):
        self.assertFalse(self.compare("a", "a"))
        self.assertTrue(self.compare("a", "b"))
        self.assertTrue(self.compare("a", None))

    def test_only_another_toolchain_excuses_a_difference(self):
        page = "# T\n\nMade with\n\n- gcc {}\n\nx\n{}\n"
        self.assertTrue(self.compare(page.format(1, "a"), page.format(1, "b")))
        self.assertFalse(self.compare(page.format(1, "a"), page.format(2, "b")))

    def test_a_rule_of_an_argument_is_read(self):
        self.assertEqual(report.argument("3:ffffffff=4000"), "argument 3 = 0x4000")
        self.assertEqual(report.argument("2:f0=10"), "argument 2 & 0xf0 = 0x10")

    def test_answers_of_the_platform_helper_are_read(self):
        answer = bytes([1, 0, 2, 2, 0, 2]) + b"no" + bytes([1, 1, 0])
        self.assertEqual(here.parse_probes(answer), [{"provider": "tpm2", "available": False, "reason": "no"},
                                                     {"provider": "simulated", "available": True, "reason": ""}])  # fmt: skip
        with self.assertRaises(ValueError):
            here.parse_probes(bytes([1, 1]) + b"refused")


if __name__ == "__main__":
    unittest.main()
