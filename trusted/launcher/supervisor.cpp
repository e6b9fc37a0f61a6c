#include "trusted/launcher/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "trusted/launcher/keys.h"
#include "trusted/platform/launch_info.h"

namespace passport::launcher {
namespace {

using platform::Layer;

constexpr std::int64_t kReadyMs = 30'000;       // start of libraries, self-tests and filter on a busy machine
constexpr std::int64_t kHostStopMs = 10'000;    // the host finishes its transaction and answers
constexpr std::int64_t kEnclaveStopMs = 3'000;  // the enclave wipes itself at end of channel
constexpr std::int64_t kOrphanHostMs = 2'000;   // a host without enclave has nothing left to do

std::int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void Signal(const Child& child, int number) {
  // By descriptor, so that a number reused by another process is never hit. It fails only if the child is
  // gone.
  syscall(SYS_pidfd_send_signal, child.pidfd.get(), number, nullptr, 0);
}

// Waits for the child's end, makes it come after grace_ms, and reaps it.
ExitReason AwaitEnd(Child& child, std::int64_t grace_ms) {
  pollfd ended{child.pidfd.get(), POLLIN, 0};
  const std::int64_t deadline = NowMs() + grace_ms;
  for (;;) {
    const std::int64_t left = deadline - NowMs();
    if (left <= 0) break;
    if (poll(&ended, 1, static_cast<int>(left)) > 0) break;
  }
  if ((ended.revents & POLLIN) == 0) Signal(child, SIGKILL);
  siginfo_t info{};
  while (waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED) != 0 && errno == EINTR) {
  }
  return ReasonOf(info);
}

std::optional<End> AfterEnclave(const ExitReason& reason) {
  Say(DescribeEnd(Program::kEnclave, reason));
  if (EndIsFinal(Program::kEnclave, reason)) return End::kFinal;
  return std::nullopt;
}

}  // namespace

Supervisor::Woken Supervisor::WaitFor(int first, int second, std::int64_t timeout_ms) const {
  const std::int64_t deadline = NowMs() + timeout_ms;
  for (;;) {
    pollfd watched[] = {{setup_.signals.get(), POLLIN, 0}, {first, POLLIN, 0}, {second, POLLIN, 0}};
    const std::int64_t left = timeout_ms < 0 ? -1 : std::max<std::int64_t>(deadline - NowMs(), 0);
    const int count = poll(watched, 3, static_cast<int>(left));
    if (count == 0) return Woken::kTimeout;
    if (count < 0) continue;  // interrupted
    if (watched[0].revents != 0) return Woken::kSignal;
    return watched[1].revents != 0 ? Woken::kFirst : Woken::kSecond;
  }
}

// The next record on the launcher channel. kSecond stands for its end: the enclave is gone.
Result<Bytes, Supervisor::Woken> Supervisor::ReceiveFrom(const Enclave& enclave) const {
  const Woken woken = WaitFor(enclave.launcher.get(), -1, kReadyMs);
  if (woken != Woken::kFirst) return Fail(woken);
  Bytes record(platform::kLaunchInfoBytesMax);
  const ssize_t size = recv(enclave.launcher.get(), record.data(), record.size(), 0);
  if (size <= 0) return Fail(Woken::kSecond);
  record.resize(static_cast<std::size_t>(size));
  return record;
}

Result<Unit, std::optional<End>> Supervisor::Judge(const Bytes& encoded) {
  const Result<platform::StartReport> report = platform::StartReport::Parse(encoded);
  if (!report.ok()) {
    Say("the enclave's READY is of another version: install passportd and passport-enclave of one build");
    return Fail(std::optional(End::kFinal));
  }
  TellLayers(report.value().confinement);
  if (report.value().ready) return Unit{};
  const Layer missing = report.value().missing;
  Say("the enclave refuses to run: layer " + std::string(platform::LayerName(missing)) + " is " +
      platform::DescribeState(report.value().confinement.Get(missing)) +
      "; run as root on a kernel that offers it, or accept the loss of an optional layer with --dev");
  return Fail(std::optional(End::kFinal));
}

Result<Unit, std::optional<End>> Supervisor::AwaitReady(Enclave& enclave) {
  const auto give_up = [&](Woken why) -> std::optional<End> {
    if (why == Woken::kTimeout) Say("the enclave did not become ready in time; is the machine overloaded?");
    if (why != Woken::kSecond) Signal(enclave.child, SIGKILL);
    const ExitReason reason = AwaitEnd(enclave.child, kEnclaveStopMs);
    if (why == Woken::kSignal) return End::kOrderly;
    return AfterEnclave(reason);
  };
  const Result<Bytes, Woken> launched = ReceiveFrom(enclave);
  if (!launched.ok()) return Fail(give_up(launched.error()));
  const Result<platform::ConfinementRecord> layers = platform::ConfinementRecord::Parse(launched.value());
  PASSPORT_CHECK(layers.ok());  // our own code wrote it, before the image ran

  platform::LaunchInfo info;
  info.development = setup_.options.development;
  info.release.svn = kSvn;
  info.limits = {setup_.options.sessions_max, setup_.options.presignatures_max};
  info.measurement = setup_.image.measurement;
  info.keys.unique = setup_.unique_key.Clone();
  info.keys.product = setup_.product_key.Clone();
  info.keys.source_mask = kSourceKeyfile;
  randombytes_buf(info.platform_key.ExposeMutable().data(), info.platform_key.Expose().size());
  info.required = setup_.options.development ? platform::kIndispensable : platform::kStrict;
  info.launch = layers.value();
  const crypto::SecretBytes encoded = info.Encode();
  // A failed send means that the enclave is gone, which the next receive reports.
  send(enclave.launcher.get(), encoded.Expose().data(), encoded.Expose().size(), MSG_NOSIGNAL);

  const Result<Bytes, Woken> report = ReceiveFrom(enclave);
  if (!report.ok()) return Fail(give_up(report.error()));
  const Result<Unit, std::optional<End>> judged = Judge(report.value());
  if (!judged.ok()) AwaitEnd(enclave.child, kEnclaveStopMs);
  return judged;
}

void Supervisor::TellLayers(const platform::ConfinementRecord& record) {
  if (layers_told_) return;
  layers_told_ = true;
  std::string missing;
  for (const auto& [name, state] : record.Listing()) {
    if (state == "off" || state.starts_with("unavailable")) missing += ", " + name + " " + state;
  }
  if (!missing.empty()) Say("warning: layers of confinement that do not hold: " + missing.substr(2));
  Say("system call filter sha256 " + ToHex(record.filter_sha256));
}

void Supervisor::WritePidFile(pid_t enclave, pid_t host) const {
  const std::string& path = setup_.options.pid_file;
  if (path.empty()) return;
  const std::string line = "launcher " + std::to_string(getpid()) + " enclave " + std::to_string(enclave) +
                           " host " + std::to_string(host) + "\n";
  const std::string next = path + ".next";
  Descriptor file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  // Whoever looks after the machine may read it, whatever the umask.
  const bool written = file.ok() && fchmod(file.get(), 0644) == 0 &&
                       write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!written || rename(next.c_str(), path.c_str()) != 0)
    Say("warning: cannot write the pid file " + path + ": " + ErrorText(errno));
}

std::optional<End> Supervisor::Watch(Enclave& enclave, Child& host) {
  const Woken woken = WaitFor(enclave.child.pidfd.get(), host.pidfd.get(), -1);
  if (woken == Woken::kSignal) {
    Say("stopping");
    Signal(host, SIGTERM);
    AwaitEnd(host, kHostStopMs);
    AwaitEnd(enclave.child, kEnclaveStopMs);
    return End::kOrderly;
  }
  if (woken == Woken::kFirst) {
    const std::optional<End> end = AfterEnclave(AwaitEnd(enclave.child, 0));
    Signal(host, SIGTERM);
    AwaitEnd(host, kOrphanHostMs);
    return end;
  }
  const ExitReason reason = AwaitEnd(host, 0);
  Say(DescribeEnd(Program::kHost, reason));
  const ExitReason enclave_reason = AwaitEnd(enclave.child, kEnclaveStopMs);
  if (enclave_reason.by_signal || enclave_reason.number != 0)
    Say(DescribeEnd(Program::kEnclave, enclave_reason));
  if (EndIsFinal(Program::kHost, reason)) return End::kFinal;
  return std::nullopt;
}

std::optional<End> Supervisor::RunOnce() {
  const Identity enclave_identity = setup_.privileged ? Identity(setup_.options.enclave_uid) : std::nullopt;
  const Identity host_identity = setup_.privileged ? Identity(setup_.options.host_uid) : std::nullopt;
  Result<Enclave, Problem> enclave = SpawnEnclave(setup_.image, enclave_identity);
  if (!enclave.ok()) {
    Say(enclave.error());
    return End::kCannotStart;
  }
  const Result<Unit, std::optional<End>> ready = AwaitReady(enclave.value());
  if (!ready.ok()) return ready.error();
  enclave.value().launcher.Close();

  Result<Child, Problem> host =
      SpawnHost(setup_.options, setup_.host_program, enclave.value().host_end, host_identity);
  // Only the host holds its end now: when it dies, the enclave sees the end of the channel.
  enclave.value().host_end.Close();
  if (!host.ok()) {
    Say(host.error());
    AwaitEnd(enclave.value().child, kEnclaveStopMs);
    return End::kCannotStart;
  }
  WritePidFile(enclave.value().child.pid, host.value().pid);
  Say("started: enclave process " + std::to_string(enclave.value().child.pid) + ", host process " +
      std::to_string(host.value().pid));
  return Watch(enclave.value(), host.value());
}

End Supervisor::Run() {
  std::int64_t delay_ms = setup_.pace.delay_first_ms;
  int quick_deaths = 0;
  for (;;) {
    const std::int64_t started = NowMs();
    if (const std::optional<End> end = RunOnce()) return *end;
    if (NowMs() - started >= setup_.pace.lasted_ms) {
      quick_deaths = 0;
      delay_ms = setup_.pace.delay_first_ms;
    }
    if (++quick_deaths >= setup_.pace.quick_deaths_max) {
      Say("giving up after " + std::to_string(quick_deaths) +
          " starts that did not last; see the lines above");
      return End::kCrashLoop;
    }
    Say("starting both again in " + std::to_string(delay_ms) + " ms");
    if (WaitFor(-1, -1, delay_ms) == Woken::kSignal) return End::kOrderly;
    delay_ms = std::min(delay_ms * 2, setup_.pace.delay_max_ms);
  }
}

}  // namespace passport::launcher
