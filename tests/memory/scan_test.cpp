// A live network's secrets are looked for in all memory of its processes, at every stage of a signature: they
// are in the enclaves' arenas and nowhere else (rules.md 34), and with memfd_secret not even root reads them
// there.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <future>
#include <thread>

#include "tests/memory/process_memory.h"
#include "tests/replay/live_run.h"
#include "tests/replay/secrets.h"
#include "tests/replay/seeded_parts.h"

namespace passport::memory {
namespace {

using replay::LiveRun;

// From now on memfd_secret fails for this process and all it starts, as on a kernel that does not offer it.
bool ForbidSecretMemory() {
  sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_secret, 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{std::size(rules), rules};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// The network of one test, looked at again and again.
class Scan {
 public:
  explicit Scan(const char* enclave) : run(enclave) {}

  // Takes in what the nodes' records have by now. The secrets of a node are in its own enclave only, so all
  // are looked for everywhere.
  void Learn() {
    sought_ = {};
    replay::AddEnvelopeKey(sought_.needles);
    for (std::uint16_t party = 1; party <= replay::kNodes; ++party) {
      // Standing still, the host does not write while its store is read.
      const pid_t host = run.PidsOf(party).host;
      kill(host, SIGSTOP);
      replay::AddEnclaveSecrets(run, party, sought_);
      kill(host, SIGCONT);
    }
  }
  const replay::Sought& sought() const { return sought_; }
  // The seeded enclave has the envelope key as text in its image, so that is where it is.
  Search Of(pid_t pid) const {
    Search out = SearchProcess(pid, sought_.needles);
    std::erase_if(out.outside, [](const std::string& name) {
      return name.starts_with("envelope key") && name.find("base64") != std::string::npos &&
             name.find("in a read-only /memfd:passport-enclave") != std::string::npos;
    });
    return out;
  }

  LiveRun run;

 private:
  replay::Sought sought_;
};

std::string Joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 8); ++i) out += "\n  " + names[i];
  return out;
}

// At one moment: nothing in the host, nothing outside the arena. `readable`: the arena is, and has them.
void ExpectClean(const Scan& scan, std::uint16_t party, bool readable, const char* moment) {
  const cli::NodePids pids = scan.run.PidsOf(party);
  const Search host = scan.Of(pids.host);
  EXPECT_TRUE(host.outside.empty()) << moment << ": the host of node " << party << Joined(host.outside);
  EXPECT_EQ(host.arena_regions, 0u);
  const Search enclave = scan.Of(pids.enclave);
  EXPECT_TRUE(enclave.outside.empty())
      << moment << ": the enclave of node " << party << Joined(enclave.outside);
  EXPECT_EQ(enclave.arena_regions, 2u) << "heap and stack";
  EXPECT_GT(host.bytes_outside, 1u << 20);
  EXPECT_GT(enclave.bytes_outside, 1u << 20);
  if (readable) {
    EXPECT_FALSE(enclave.in_arena.empty()) << moment;
    EXPECT_EQ(enclave.arena_refusals, 0u);
  } else {
    EXPECT_EQ(enclave.bytes_in_arena, 0u);
    EXPECT_GT(enclave.arena_refusals, 0u);
  }
  std::cout << moment << ", node " << party << ": host " << (host.bytes_outside >> 10) << " KiB, enclave "
            << (enclave.bytes_outside >> 10) << " KiB outside the arena and "
            << (enclave.bytes_in_arena >> 10) << " KiB in it, where " << enclave.in_arena.size()
            << " copies are; " << enclave.arena_refusals << " pieces refused" << std::endl;
}

// Node 1 waits for others, which stand still, in the middle of a signature.
std::future<Result<Unit, std::string>> BeginSignature(Scan& scan) {
  for (const std::uint16_t party : {std::uint16_t{2}, std::uint16_t{3}})
    kill(scan.run.PidsOf(party).enclave, SIGSTOP);
  auto signature = std::async(std::launch::async, [&scan] { return scan.run.Sign(1); });
  // The request is taken once it is counted as pending; what is to be looked at is there from then on.
  while (signature.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout) {
    if (scan.run.PendingAt(1) > 0) break;
  }
  return signature;
}

// The network before and after it has signed.
void LookWhileItSigns(Scan& scan, bool readable) {
  scan.Learn();
  EXPECT_EQ(scan.sought().identities, replay::kNodes);
  for (std::uint16_t party = 1; party <= replay::kNodes; ++party) ExpectClean(scan, party, readable, "idle");

  scan.run.MakeAccount();
  ASSERT_TRUE(scan.run.Sign(1).ok());
  scan.Learn();
  EXPECT_GE(scan.sought().shares, replay::kThreshold);
  for (std::uint16_t party = 1; party <= replay::kNodes; ++party)
    ExpectClean(scan, party, readable, "after a signature");
}

// A signature of node 1 in the middle, and after both others are gone. That takes as long as a request may.
void LookWhileItFails(Scan& scan, bool readable) {
  auto signature = BeginSignature(scan);
  ExpectClean(scan, 1, readable, "between rounds");
  // The links die with their hosts: the run is over without an answer of the others, and so are the sessions.
  for (const std::uint16_t party : {std::uint16_t{2}, std::uint16_t{3}})
    kill(scan.run.PidsOf(party).launcher, SIGKILL);
  const auto outcome = signature.get();
  EXPECT_FALSE(outcome.ok());
  ExpectClean(scan, 1, readable, "after an abort and the sessions' end");
}

TEST(Scan, FindsSecretsNowhereAndIsRefusedTheSecretMemory) {
  if (geteuid() != 0) GTEST_SKIP() << "only root reads the memory of an enclave";
  const int probe = static_cast<int>(syscall(SYS_memfd_secret, 0));
  if (probe < 0) GTEST_SKIP() << "this kernel has no memfd_secret";
  close(probe);
  Scan scan(PASSPORT_ENCLAVE_SEEDED);
  LookWhileItSigns(scan, false);
}

// Installs a filter for the rest of this program, so it comes after the test above.
TEST(ScanWithoutSecretMemory, FindsSecretsInTheArenaOnly) {
  if (geteuid() != 0) GTEST_SKIP() << "only root reads the memory of an enclave";
  ASSERT_TRUE(ForbidSecretMemory());
  Scan scan(PASSPORT_ENCLAVE_SEEDED);
  LookWhileItSigns(scan, true);
  LookWhileItFails(scan, true);
}

// An enclave that keeps one copy of its PRODUCT key in its data segment: the search that finds nothing
// elsewhere finds this.
TEST(ScanWithoutSecretMemory, FindsTheOneCopyThatACanaryLeaks) {
  if (geteuid() != 0) GTEST_SKIP() << "only root reads the memory of an enclave";
  Scan scan(PASSPORT_ENCLAVE_LEAKING);
  scan.Learn();
  const Search found = scan.Of(scan.run.PidsOf(1).enclave);
  ASSERT_EQ(found.outside.size(), 1u) << Joined(found.outside);
  EXPECT_TRUE(found.outside[0].starts_with("node 1 product key raw")) << found.outside[0];
}

}  // namespace
}  // namespace passport::memory
