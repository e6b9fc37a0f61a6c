// The shipped filter, call by call, as the kernel decides: the golden table is the policy a reviewer reads.
#include <gtest/gtest.h>
#include <seccomp.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/boundary/syscall_probe.h"
#include "trusted/platform/filter.h"
#include "trusted/platform/syscall_table.h"

namespace passport::boundary {
namespace {

using platform::AllowedCall;
using platform::kAllowedCalls;

constexpr int kNumberMax = 470;
constexpr std::uint64_t kX32 = 0x40000000;

Bytes ShippedProgram() {
  const Result<platform::Filter> filter = platform::Filter::Build();
  PASSPORT_CHECK(filter.ok());
  const Result<Bytes> program = filter.value().Export();
  PASSPORT_CHECK(program.ok());
  return program.value();
}

std::string NameOf(int number) {
  char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);
  const std::string out = name == nullptr ? "?" : name;
  free(name);
  return out;
}

std::string Hex(std::uint64_t v) {
  std::ostringstream out;
  out << "0x" << std::hex << v;
  return out.str();
}

// Arguments with which the row's call runs and harms nothing; the ruled ones come from the table itself.
Arguments GoodArguments(const AllowedCall& call, const Ground& ground) {
  Arguments a{};
  switch (call.number) {
    case SYS_recvfrom:
    case SYS_sendto:
      a = {0, ground.buffer, 1, 0, 0, 0};
      break;
    case SYS_getrandom:
      a = {ground.buffer, 16, 0, 0, 0, 0};
      break;
    default:
      break;
  }
  for (std::size_t i = 0; i < call.argument_count; ++i) a[call.arguments[i].index] = call.arguments[i].value;
  return a;
}

// Values around a permitted one: its neighbours, zero, everything, another bit inside the compared ones, and
// one outside.
std::set<std::uint64_t> EdgesOf(const platform::ArgumentRule& rule) {
  const std::uint64_t v = rule.value;
  return {0,
          1,
          2,
          3,
          4,
          5,
          v - 1,
          v + 1,
          v | 0x10,
          v | 0x80000000,
          v | (std::uint64_t{1} << 32),
          ~std::uint64_t{0}};
}

// uretprobe and uprobe, the trampolines of the kernel's own probes (Linux 6.11 and 6.18), pass by every
// seccomp filter and refuse whoever calls them from elsewhere; older kernels let the filter kill.
constexpr std::uint64_t kUretprobe = 335;
constexpr std::uint64_t kUprobe = 336;

std::string RunNumber(const Prober& prober, std::uint64_t number) {
  const std::string verdict = prober.Run(number, {});
  const bool probe = number == kUretprobe || number == kUprobe;
  if (probe && (verdict == "kill" || verdict == "signal 4" || verdict == "allow ENXIO"))
    return "kill or refused";
  return verdict;
}

void TellNumbers(const Prober& prober, std::ostream& out) {
  out << "# every number with all arguments zero\n";
  for (int number = 0; number <= kNumberMax; ++number)
    out << number << " " << NameOf(number) << " " << RunNumber(prober, static_cast<std::uint64_t>(number))
        << "\n";
}

void TellEdges(const Prober& prober, std::ostream& out) {
  out << "# every permitted form, then each of its ruled arguments moved while the others stay\n";
  for (const AllowedCall& call : kAllowedCalls) {
    const Arguments good = GoodArguments(call, prober.ground());
    out << call.name;
    for (std::size_t i = 0; i < call.argument_count; ++i)
      out << " a" << call.arguments[i].index << "=" << Hex(call.arguments[i].value);
    out << " " << prober.Run(static_cast<std::uint64_t>(call.number), good) << "\n";
    for (std::size_t i = 0; i < call.argument_count; ++i) {
      for (const std::uint64_t edge : EdgesOf(call.arguments[i])) {
        Arguments moved = good;
        moved[call.arguments[i].index] = edge;
        out << "  a" << call.arguments[i].index << "=" << Hex(edge) << " "
            << prober.Run(static_cast<std::uint64_t>(call.number), moved) << "\n";
      }
    }
  }
}

void TellOtherDoors(const Prober& prober, std::ostream& out) {
  out << "# the same numbers through other doors of the kernel\n";
  for (const AllowedCall& call : kAllowedCalls)
    out << "x32 " << call.name << " "
        << prober.Run(kX32 | static_cast<std::uint64_t>(call.number), GoodArguments(call, prober.ground()))
        << "\n";
  out << "i386 getpid " << prober.RunI386() << "\n";
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Filter, DecidesEveryCallAsTheGoldenTableSays) {
  const Prober prober(ShippedProgram());
  std::ostringstream actual;
  TellNumbers(prober, actual);
  TellEdges(prober, actual);
  TellOtherDoors(prober, actual);
  const std::string golden = ReadFile(PASSPORT_SOURCE_DIR "/tests/boundary/golden/syscalls.txt");
  if (golden != actual.str()) std::ofstream("syscalls.actual.txt") << actual.str();
  EXPECT_TRUE(golden == actual.str())
      << "the decisions are in syscalls.actual.txt; compare with the golden table";
}

TEST(Filter, ExportsTheSameProgramEachTime) { EXPECT_EQ(ShippedProgram(), ShippedProgram()); }

TEST(Filter, PermitsNoCallWithoutAReason) {
  for (const AllowedCall& call : kAllowedCalls) {
    EXPECT_FALSE(call.reason.empty());
    EXPECT_EQ(NameOf(call.number), call.name);
  }
}

}  // namespace
}  // namespace passport::boundary
