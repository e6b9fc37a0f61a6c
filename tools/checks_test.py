#!/usr/bin/env python3
"""Shows each rule of tidy.py, check_deps.py, check_symbols.py and ct something that it must refuse."""
import importlib.machinery
import importlib.util
import pathlib
import unittest
import xml.etree.ElementTree

import check_deps
import check_symbols
import tidy


loader = importlib.machinery.SourceFileLoader("ct", str(pathlib.Path(__file__).parent / "ct"))
ct = importlib.util.module_from_spec(importlib.util.spec_from_loader("ct", loader))
loader.exec_module(ct)


def problems(rule, path, text):
    return list(rule(path, text))


class Tidy(unittest.TestCase):
    def test_refuses_a_long_file(self):
        self.assertTrue(problems(tidy.check_sizes, "trusted/a/b.cpp", "\n" * 501))
        self.assertFalse(problems(tidy.check_sizes, "trusted/a/b.cpp", "\n" * 500))

    def test_refuses_a_long_function_wherever_it_stands(self):
        body = "\n  x();" * 60
        for head in (
            "int F(int a) {",
            "namespace n {\nstruct S {\n  S() : a_{1}, b_(2) {",
            "class C { int F() const noexcept {",
            "template <class T>\nauto F(T t) -> int {",
        ):
            self.assertTrue(problems(tidy.check_sizes, "trusted/a/b.cpp", head + body + "\n}\n"), head)
        short = "int F(int a) {" + "\n  x();" * 58 + "\n}\n"
        self.assertFalse(problems(tidy.check_sizes, "trusted/a/b.cpp", short * 4))

    def test_refuses_banned_calls_but_not_their_names_in_text(self):
        for call in ("memcmp(a, b, 3)", "std::memset(a, 0, 3)", "rand()", "strcpy(a, b)", 'printf("x")'):
            self.assertTrue(problems(tidy.check_banned_calls, "trusted/a/b.cpp", f"  {call};\n"), call)
        for text in ("// memcmp(a, b) leaks\n", 'Say("rand()");\n', "strand(1);\n", "rng.random(1);\n"):
            self.assertFalse(problems(tidy.check_banned_calls, "trusted/a/b.cpp", text), text)

    def test_refuses_marks_and_machine_paths(self):
        self.assertTrue(problems(tidy.check_marks, "trusted/a/b.cpp", "// TO" "DO: later\n"))
        self.assertTrue(problems(tidy.check_marks, "tools/a.py", 'open("/' 'tmp/x")\n'))

    def test_refuses_tags_elsewhere_and_tags_used_twice(self):
        self.assertTrue(problems(tidy.check_tags, "trusted/a/b.cpp", 'Hash(Tag{"kg/com"});\n'))
        twice = 'inline constexpr Tag kA{"a"};\ninline constexpr Tag kB{"a"};\n'
        self.assertTrue(problems(tidy.check_tags, "trusted/crypto/tags.h", twice))

    def test_refuses_a_status_number_used_twice(self):
        self.assertTrue(problems(tidy.check_status, "edl/base/status.h", "  kA = 1,\n  kB = 1,\n"))

    def test_refuses_sleeping_and_empty_tests(self):
        self.assertTrue(problems(tidy.check_tests, "tests/a_test.cpp", "  std::this_thread::sleep_for(1s);\n"))
        self.assertTrue(problems(tidy.check_tests, "tests/a_test.cpp", "  EXPECT_TRUE(true);\n"))

    def test_refuses_headers_without_a_sentence_or_guard(self):
        self.assertEqual(len(problems(tidy.check_headers, "trusted/a/b.h", "int F();\n")), 2)

    def test_refuses_pitfalls_without_a_test_that_exists(self):
        good = "".join(f"| {n} | what | `A.Works` |\n" for n in range(1, 48))
        tests = {"tests/a_test.cpp": "TEST(A, Works) {\n", "tests/README.md": ""}
        for table in (good.replace("| 7 |", "| 8 |"), good.replace("| 9 | what | `A.Works`", "| 9 | what | `A.Fails`"),
                      good.replace("| 3 | what | `A.Works`", "| 3 | what | later")):
            self.assertTrue(list(tidy.check_pitfalls({tidy.PITFALLS: table, **tests})))
        self.assertFalse(list(tidy.check_pitfalls({tidy.PITFALLS: good, **tests})))

    def test_refuses_modules_without_readme_and_beast_everywhere(self):
        self.assertTrue(list(tidy.check_tree({"trusted/a/b.h": ""})))
        self.assertTrue(list(tidy.check_tree({"tests/unit/a/b.cpp": "", "tests/README.md": ""})))
        self.assertTrue(list(tidy.check_tree({"trusted/a/b.h": "", "trusted/a/README.md": ""})))
        self.assertFalse(list(tidy.check_tree({path: "" for path in ("a/b/c.h", "a/b/README.md", "a/README.md")})))
        beast = {f"tests/{i}.cpp": "#include <boost/beast/http.hpp>" for i in range(6)}
        self.assertTrue(list(tidy.check_tree(beast)))


class Dependencies(unittest.TestCase):
    def test_refuses_every_wall_that_is_broken(self):
        for source, target in (
            ("untrusted/a", "trusted/b"),
            ("untrusted/a", "sealing"),
            ("trusted/a", "untrusted/b"),
            ("trusted/sign", "sealing"),
            ("trusted/sign", "trusted/core"),
            ("trusted/policy", "trusted/sign"),
            ("tools/cli", "trusted/sign"),
            ("trusted/core", "tests"),
        ):
            arrows = {source: {target}, target: set()}
            self.assertTrue(list(check_deps.broken_walls(arrows)), f"{source} -> {target}")
        self.assertTrue(list(check_deps.broken_walls({"trusted/a": {"trusted/missing"}})))

    def test_refuses_cycles(self):
        self.assertTrue(list(check_deps.cycles({"a/b": {"c/d"}, "c/d": {"a/b"}})))
        self.assertFalse(list(check_deps.cycles({"a/b": {"c/d"}, "c/d": set()})))

    def test_the_arrows_in_use_break_no_wall(self):
        self.assertFalse(list(check_deps.broken_walls(check_deps.read_arrows())))

    def test_a_path_belongs_to_its_module(self):
        self.assertEqual(check_deps.module_of("trusted/peer/manifest.h"), "trusted/peer")
        self.assertEqual(check_deps.module_of("sealing/head.h"), "sealing")
        self.assertEqual(check_deps.module_of("tests/unit/peer/network.h"), "tests")


class Symbols(unittest.TestCase):
    def test_refuses_trusted_code_in_the_host(self):
        names = check_symbols.trusted_namespaces()
        self.assertIn("crypto", names)
        symbol = "passport::sealing::Sealer::Seal(passport::sealing::RecordHeader const&)"
        self.assertTrue(list(check_symbols.trusted_symbols([symbol], names)))
        self.assertTrue(list(check_symbols.trusted_symbols(["vtable for passport::crypto::Rng"], names)))
        self.assertFalse(list(check_symbols.trusted_symbols(["passport::host::net::Listen()", "core::x()"], names)))

    def test_refuses_forbidden_imports_of_trusted_code(self):
        self.assertTrue(list(check_symbols.forbidden_imports("trusted_core", ["socket", "malloc"])))
        self.assertTrue(list(check_symbols.forbidden_imports("sealing", ["fopen"])))
        self.assertFalse(list(check_symbols.forbidden_imports("trusted_core", ["malloc", "memcpy"])))

    def test_certificates_are_for_the_verifier_alone(self):
        parsers = ["d2i_X509", "X509_verify", "PEM_read_bio_X509"]
        self.assertEqual(list(check_symbols.forbidden_imports("trusted_crypto", parsers)), parsers)
        self.assertFalse(list(check_symbols.forbidden_imports("trusted_crypto", ["i2d_X509_PUBKEY", "d2i_PUBKEY"])))
        self.assertFalse(list(check_symbols.forbidden_imports("trusted_verifier", parsers)))

    def test_stack_frames_are_added_up(self):
        code = "1 <a>:\n 1:\tsub    $0x20,%rsp\n 2:\tsub    $0xffffffffffffff80,%rsp\n"
        code += "3 <b>:\n 3:\tlea    -0x19000(%rsp),%r11\n 4:\tsub    $0x1000,%rsp\n 5:\tsub    $0x8,%rsp\n"
        self.assertEqual(list(check_symbols.frames_in(code)), [("a", 0x20), ("b", 0x1A008)])

    def test_every_way_to_take_stack_is_seen(self):
        for code, size in (
            ("lea    -0x80(%rsp),%rsp", 0x80),
            ("add    $0xffffffffffffff80,%rsp", 0x80),
            ("add    $0x80,%rsp", 0),
            ("and    $0xffffffffffffffc0,%rsp", 0),
            ("lea    0x80(%rsp),%rsp", 0),
            ("mov    %rsp,%r12\n 2:\tmov    %r12,%rsp", 0),
            ("lea    0x8(%rsp),%r10\n 2:\tlea    -0x8(%r10),%rsp", 0),
            ("mov    %rax,%rsp", check_symbols.GROWING),
            ("mov    0x8(%rbx),%rsp", check_symbols.GROWING),
            ("lea    -0x8(%r10),%rsp", check_symbols.GROWING),
            ("lea    (%rax,%rbp,1),%rsp", check_symbols.GROWING),
            ("cmp    %rax,%rsp", 0),
            ("mov    %rax,0x8(%rsp)", 0),
        ):
            self.assertEqual(list(check_symbols.frames_in(f"1 <a>:\n 1:\t{code}\n")), [("a", size)], code)

    def test_refuses_frames_as_large_as_the_gap_and_frames_that_grow(self):
        growing = list(check_symbols.frames_in("1 <_ZN8passport1fEv>:\n 1:\tsub    %rax,%rsp\n"))
        large = [("big", 16129)]
        self.assertTrue(list(check_symbols.judge_frames(growing, 16384)))
        self.assertTrue(list(check_symbols.judge_frames(large, 16384)))
        fine = [("bn_mul_mont", 8 + check_symbols.GROWING), ("most", 16128), ("buffered_vfprintf", 33312)]
        self.assertFalse(list(check_symbols.judge_frames(fine, 16384)))


def memcheck_error(kind, *frames):
    """An error as memcheck writes it; a frame is (object, function, folder, file, line)."""
    tags = ("obj", "fn", "dir", "file", "line")
    stack = "".join(
        "<frame>" + "".join(f"<{tag}>{value}</{tag}>" for tag, value in zip(tags, frame)) + "</frame>" for frame in frames
    )
    return xml.etree.ElementTree.fromstring(f"<error><kind>{kind}</kind><what>w</what><stack>{stack}</stack></error>")


class ConstantTime(unittest.TestCase):
    here = ("ct_base", "F()", "./build/ct-gcc/./tools", "ct", 1)
    library = ("/lib/libsodium.so.23.3.0", "decrypt(int)")
    listed = "tools/ct | #!/usr/bin/env python3\n  why\nlibsodium.so | decrypt\n  why\n"

    def judge(self, target, code, errors):
        return list(ct.judge(target, code, errors, "", ct.Branches(self.listed)))

    def test_refuses_a_canary_that_is_not_reported(self):
        canary = ("ct_base", "CanaryBranch()", "./build/ct-gcc/./tests/ct", "canaries.cpp", 1)
        self.assertFalse(self.judge("canary-branch", 0, [memcheck_error("UninitCondition", canary)]))
        self.assertTrue(self.judge("canary-branch", 0, []))
        self.assertTrue(self.judge("canary-branch", 0, [memcheck_error("UninitCondition", self.here)]))
        self.assertTrue(self.judge("canary-branch", 3, [memcheck_error("UninitCondition", canary)]))

    def test_refuses_a_branch_that_is_not_listed_and_every_index(self):
        self.assertFalse(self.judge("mul", 0, [memcheck_error("UninitCondition", self.here)]))
        self.assertFalse(self.judge("mul", 0, [memcheck_error("UninitCondition", self.library, self.here)]))
        self.assertTrue(self.judge("mul", 0, [memcheck_error("UninitValue", self.here)]))
        self.assertTrue(self.judge("mul", 0, [memcheck_error("UninitCondition", (*self.here[:4], 2))]))
        self.assertTrue(self.judge("mul", 0, [memcheck_error("UninitCondition", self.library, self.library, self.here)]))

    def test_refuses_a_target_that_fails(self):
        self.assertTrue(self.judge("mul", 3, []))

    def test_refuses_a_listed_place_without_a_reason(self):
        with self.assertRaises(ValueError):
            ct.Branches("tools/ct | x\n")

    def test_finds_assembly_that_branches(self):
        text = '__asm__("movq %0, %1; jc 1f\\n\\t"\n "mulxq %2, %3, %4\\n\\t"  // why\n : "+r"(a));\n__asm__("" : "+r"(v));\n'
        found = [instruction for _, instruction in ct.instructions_of(text)]
        self.assertEqual(found, ["movq", "jc", "mulxq"])
        self.assertEqual([word for word in found if not ct.STEADY.fullmatch(word)], ["jc"])

    def test_reads_reports_of_memory_sanitizer(self):
        report = ("==7==WARNING: MemorySanitizer: use-of-uninitialized-value\n"
                  "FRAME|/b/ct_base|F()|build/ct-msan/./build/ct-msan/../../tools/ct|1\n\nSUMMARY: x\n")  # fmt: skip
        errors = list(ct.msan_errors(report * 2))
        self.assertEqual(len(errors), 2)
        self.assertEqual(ct.place_of(errors[0]), (("tools/ct", "#!/usr/bin/env python3"), "tools/ct:1"))
        self.assertFalse(list(ct.judge("mul", 0, errors, "", ct.Branches(self.listed), "msan")))
        self.assertTrue(list(ct.judge("mul", 0, errors, "", ct.Branches(""), "msan")))

    def test_knows_a_division(self):
        for instruction in ("\tdiv    %rsi", "\tidivq  (%rax)", "\tdivl   0x8(%rsp)"):
            self.assertTrue(ct.DIVISION.search(instruction), instruction)
        self.assertFalse(ct.DIVISION.search("\tmulx   %rax,%rbx,%rcx"))


if __name__ == "__main__":
    unittest.main()
