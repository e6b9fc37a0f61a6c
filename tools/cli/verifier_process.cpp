#include "tools/cli/verifier_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "trusted/platform/launch_info.h"
#include "trusted/platform_link/helper.h"

namespace passport::cli {
namespace {

using platform_link::HelperAnswer;
using platform_link::HelperRequest;

constexpr timeval kPatience{20, 0};
constexpr int kFree = 10;  // descriptors from here on are nobody's

// Both ends of a SEQPACKET pair; closed with the object.
struct Pair {
  Pair() {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) ends[0] = ends[1] = -1;
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  }
  ~Pair() {
    for (const int end : ends) {
      if (end >= 0) close(end);
    }
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  void CloseTheirs() {
    close(ends[1]);
    ends[1] = -1;
  }
  bool Send(ByteSpan record) const {
    return send(ends[0], record.data(), record.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(record.size());
  }
  Bytes Receive() const {
    Bytes out(platform_link::kHelperBytesMax);
    const ssize_t size = recv(ends[0], out.data(), out.size(), 0);
    out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return out;
  }
  int ends[2];  // ours, theirs
};

// Exactly the descriptors that passportd would give it, and an empty environment.
[[noreturn]] void Become(const std::string& program, int requests, int launcher) {
  const int null_device = open("/dev/null", O_RDWR);
  const int from[] = {fcntl(requests, F_DUPFD, kFree), fcntl(launcher, F_DUPFD, kFree)};
  for (const int to : {0, 1, 2}) dup2(null_device, to);
  dup2(from[0], platform_link::kHelperChannel);
  dup2(from[1], platform::kLauncherDescriptor);
  close_range(platform::kDescriptorCount, ~0u, 0);
  char name[] = "passport-verifier";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  execve(program.c_str(), arguments, environment);
  _exit(127);
}

Result<attest::Findings, std::string> Ask(const std::string& program, const Pair& requests,
                                          const Pair& launcher, ByteSpan evidence) {
  platform::LaunchInfo info;
  info.development = true;  // this user may lack what production demands
  if (!launcher.Send(info.Encode().Expose()))
    return Fail(program + " does not start: is it passport-verifier?");
  const auto report = platform::StartReport::Parse(launcher.Receive());
  if (!report.ok()) return Fail(program + " does not start: is it passport-verifier, of this version?");
  if (!report.value().ready)
    return Fail(program + " cannot run without the layer " +
                std::string(platform::LayerName(report.value().missing)) + " of confinement");
  const Bytes request = HelperRequest{platform_link::Op::kVerify, evidence}.Encode();
  if (!requests.Send(request)) return Fail(program + " ended before it was asked");
  const Bytes record = requests.Receive();
  const auto answer = HelperAnswer::Parse(record);
  if (!answer.ok()) return Fail(program + " gave no answer within 20 s");
  if (!answer.value().ok) return Fail(program + ": " + std::string(AsText(answer.value().body)));
  auto findings = attest::Findings::Parse(answer.value().body);
  if (!findings.ok()) return Fail(program + " is of another version");
  return std::move(findings).value();
}

}  // namespace

Result<attest::Findings, std::string> RunVerifier(const std::string& program, ByteSpan evidence) {
  Pair requests;
  Pair launcher;
  const pid_t child = requests.ends[0] < 0 || launcher.ends[0] < 0 ? -1 : fork();
  if (child < 0) return Fail("cannot start " + program + ": " + std::strerror(errno));
  if (child == 0) Become(program, requests.ends[1], launcher.ends[1]);
  requests.CloseTheirs();
  launcher.CloseTheirs();
  auto out = Ask(program, requests, launcher, evidence);
  kill(child, SIGKILL);  // it would end by itself when its channel closes; a wrong program might not
  waitpid(child, nullptr, 0);
  return out;
}

}  // namespace passport::cli
