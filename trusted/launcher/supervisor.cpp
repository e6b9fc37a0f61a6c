#include "trusted/launcher/supervisor.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "edl/base/codec.h"

namespace passport::launcher {
namespace {

using platform::Layer;
using platform_link::Op;

constexpr std::int64_t kReadyMs = 30'000;       // start of libraries, self-tests and filter on a busy machine
constexpr std::int64_t kHostStopMs = 10'000;    // the host finishes its transaction and answers
constexpr std::int64_t kEnclaveStopMs = 3'000;  // the enclave wipes itself at end of channel
constexpr std::int64_t kHostEndMs = 100;        // from when the channel of a dying host closes to its end
constexpr std::int64_t kOrphanHostMs = 2'000;   // a host without enclave has nothing left to do

std::optional<End> AfterEnd(Program program, const process::ExitReason& reason) {
  Say(process::DescribeEnd(program, reason));
  if (process::EndIsFinal(program, reason)) return End::kFinal;
  return std::nullopt;
}

platform::SealingKeys Clone(const platform::SealingKeys& keys) {
  return {keys.unique.Clone(), keys.product.Clone(), keys.source_mask, keys.key_epoch};
}

End CannotStart(const Problem& why) {
  Say(why);
  return End::kCannotStart;
}

}  // namespace

Result<Unit, Problem> BeginPlatform(const Options& options, const Programs& programs, Helper& platform) {
  if (!programs.platform.ok()) return Unit{};
  process::Plan plan{.path = options.platform_path, .program = programs.platform};
  // It opens its devices as root, then becomes the other user itself.
  if (geteuid() == 0) plan.arguments = {"--uid", std::to_string(options.platform_uid)};
  if (!options.tpm2.empty()) plan.arguments.insert(plan.arguments.end(), {"--tpm2", options.tpm2});
  Descriptor its_end;
  if (!process::MakePair(platform.peer, its_end)) return Fail(Problem("no descriptors left: free some"));
  plan.channels = {its_end.get()};
  platform.started_ms = NowMs();
  PASSPORT_TRY(platform.child, process::SpawnOpen(plan));
  its_end.Close();
  Bytes start = ToBytes(programs.enclave.measurement);
  start.push_back(options.development ? platform_link::kStartDevelopment : 0);
  Append(start,
         ReadSmallFile(options.TpmBlob(), kBlobBytesMax));  // which names its TPM; empty before it is made
  platform.starting = true;
  platform.Send(Op::kStart, start);  // a failure shows in what is received
  return Unit{};
}

Result<Unit, Problem> EndPlatform(Helper& platform, std::vector<platform_link::Probe>& probes) {
  if (!std::exchange(platform.starting, false)) return Unit{};
  const Result<Bytes, Problem> answer = platform.Receive(Op::kStart);
  Result<std::vector<platform_link::Probe>> parsed =
      platform_link::ParseProbes(answer.ok() ? ByteSpan(answer.value()) : ByteSpan());
  if (answer.ok() && parsed.ok()) {
    probes = std::move(parsed).value();
    return Unit{};
  }
  Say(process::DescribeEnd(Program::kPlatform, platform.Stop(kOrphanHostMs)));
  return Fail(
      "passport-platform does not start: " +
      (answer.ok() ? Problem("it is of another build; install all programs of one") : answer.error()));
}

process::Identity Supervisor::AsUser(uid_t uid) const {
  return geteuid() == 0 && !setup_.options.without.Has(Layer::kSeparateUid) ? process::Identity(uid)
                                                                            : std::nullopt;
}

// The next record on the launcher channel.
Result<Bytes, Supervisor::NotReady> Supervisor::ReceiveFrom(Program program, Confined& confined) const {
  const auto woken = FirstReadable({setup_.signals.get(), confined.launcher.get()}, kReadyMs);
  Bytes record(platform::kLaunchInfoBytesMax);
  const ssize_t size = woken == 1 ? recv(confined.launcher.get(), record.data(), record.size(), 0) : 0;
  if (size > 0) {
    record.resize(static_cast<std::size_t>(size));
    return record;
  }
  if (!woken)
    Say(std::string(process::NameOf(program)) + " did not become ready in time; is the machine overloaded?");
  if (woken != 1) process::Signal(confined.child, SIGKILL);
  const process::ExitReason reason = AwaitEnd(confined.child, kEnclaveStopMs);
  if (woken == 0) return Fail(NotReady(End::kOrderly));
  return Fail(AfterEnd(program, reason));
}

Result<Unit, Supervisor::NotReady> Supervisor::Judge(Program program, const Bytes& encoded) {
  const std::string name(process::NameOf(program));
  const Result<platform::StartReport> report = platform::StartReport::Parse(encoded);
  if (!report.ok()) {
    Say(name + " is of another version: install all programs of one build");
    return Fail(NotReady(End::kFinal));
  }
  if (program == Program::kEnclave) TellLayers(report.value().confinement);
  if (report.value().ready) return Unit{};
  const Layer missing = report.value().missing;
  Say(name + " refuses to run: layer " + std::string(platform::LayerName(missing)) + " is " +
      platform::DescribeState(report.value().confinement.Get(missing)) +
      "; run as root on a kernel that offers it, or accept the loss of an optional layer with --require or "
      "--dev");
  return Fail(NotReady(End::kFinal));
}

// What it says first is our own code's, before it became another image: nobody can keep us waiting for that.
Result<Unit, Supervisor::NotReady> Supervisor::Tell(Program program, Confined& confined,
                                                    platform::LaunchInfo info) const {
  PASSPORT_TRY(const Bytes launched, ReceiveFrom(program, confined));
  const Result<platform::ConfinementRecord> layers = platform::ConfinementRecord::Parse(launched);
  PASSPORT_CHECK(layers.ok());
  info.launch = layers.value();
  info.development = setup_.options.development;
  info.required = setup_.options.Required();
  info.without = setup_.options.without;
  const crypto::SecretBytes encoded = info.Encode();
  // A failed send means that it is gone, which the next receive reports.
  send(confined.launcher.get(), encoded.Expose().data(), encoded.Expose().size(), MSG_NOSIGNAL);
  return Unit{};
}

Result<Unit, Supervisor::NotReady> Supervisor::AwaitReady(Program program, Confined& confined) {
  PASSPORT_TRY(const Bytes report, ReceiveFrom(program, confined));
  Result<Unit, NotReady> judged = Judge(program, report);
  if (!judged.ok()) AwaitEnd(confined.child, kEnclaveStopMs);
  return judged;
}

Result<Unit, Supervisor::NotReady> Supervisor::BeginVerifier() {
  if (!setup_.programs.verifier) return Unit{};
  verifier_.started_ms = NowMs();
  Result<Confined, Problem> spawned = process::SpawnConfined(
      *setup_.programs.verifier, AsUser(setup_.options.verifier_uid), setup_.options.without);
  if (!spawned.ok()) return Fail(NotReady(CannotStart(spawned.error())));
  PASSPORT_TRY_VOID(Tell(Program::kVerifier, spawned.value(), {}));
  static_cast<Confined&>(verifier_) = std::move(spawned).value();
  verifier_.starting = true;
  return Unit{};
}

Result<Unit, Supervisor::NotReady> Supervisor::EndVerifier() {
  if (!std::exchange(verifier_.starting, false)) return Unit{};
  Result<Unit, NotReady> ready = AwaitReady(Program::kVerifier, verifier_);
  if (!ready.ok()) verifier_.peer.Close();
  return ready;
}

Result<Unit, Problem> Supervisor::StartHelper(Helper& helper) {
  const bool begun = helper.starting;
  if (&helper == &platform_)
    return begun ? EndPlatform(platform_, providers_)
                 : BeginPlatform(setup_.options, setup_.programs, platform_);
  if ((begun ? EndVerifier() : BeginVerifier()).ok()) return Unit{};
  return Fail(Problem("it does not start; see passportd's log"));
}

void Supervisor::TellLayers(const platform::ConfinementRecord& record) {
  if (std::exchange(layers_told_, true)) return;
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
  Descriptor file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0600));
  // Whoever looks after the machine may read it, whatever the umask.
  const bool written = file.ok() && fchmod(file.get(), 0644) == 0 &&
                       write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!written || rename(next.c_str(), path.c_str()) != 0)
    Say("warning: cannot write the pid file " + path + ": " + ErrorText(errno));
}

std::optional<End> Supervisor::Watch(Confined& enclave, Child& host, Relay& relay) {
  enum Woken : std::size_t { kSignal, kEnclaveEnd, kHostEnd, kPlatform, kVerifier, kRequest };
  for (;;) {
    const auto woken = FirstReadable({setup_.signals.get(), enclave.child.pidfd.get(), host.pidfd.get(),
                                      platform_.awaited(), verifier_.awaited(), enclave.launcher.get()},
                                     relay.TimeLeftMs());
    if (!woken) {
      relay.EndLateOnes();
    } else if (*woken == kSignal) {
      Say("stopping");
      process::Signal(host, SIGTERM);
      AwaitEnd(host, kHostStopMs);
      AwaitEnd(enclave.child, kEnclaveStopMs);
      return End::kOrderly;
    } else if (*woken == kEnclaveEnd) {
      const process::ExitReason reason = AwaitEnd(enclave.child, 0);
      const std::optional<End> end = AfterEnd(Program::kEnclave, reason);
      // An enclave ends in order when its host is gone, whose channel closes before its own end can be seen.
      const bool in_order = !reason.by_signal && reason.number == 0;
      if (in_order && FirstReadable({host.pidfd.get()}, kHostEndMs))
        return AfterEnd(Program::kHost, AwaitEnd(host, 0));
      if (in_order) Say("the enclave ended while its host was running, which had closed its channel");
      process::Signal(host, SIGTERM);
      AwaitEnd(host, kOrphanHostMs);
      return end;
    } else if (*woken == kHostEnd) {
      const std::optional<End> end = AfterEnd(Program::kHost, AwaitEnd(host, 0));
      const process::ExitReason reason = AwaitEnd(enclave.child, kEnclaveStopMs);
      if (reason.by_signal || reason.number != 0) Say(process::DescribeEnd(Program::kEnclave, reason));
      return end;
    } else if (*woken == kRequest) {
      relay.TakeRequest(enclave.launcher.get());
    } else {
      relay.TakeAnswer(*woken == kPlatform ? platform_ : verifier_);
    }
  }
}

Result<platform::LaunchInfo, Problem> Supervisor::EnclaveInfo() {
  platform::LaunchInfo info;
  info.release = setup_.release;
  info.limits = {setup_.options.sessions_max, setup_.options.presignatures_max};
  info.measurement = setup_.programs.enclave.measurement;
  info.keys = Clone(setup_.keys);
  if (setup_.previous) info.previous = Clone(*setup_.previous);
  randombytes_buf(info.platform_key.ExposeMutable().data(), info.platform_key.Expose().size());
  info.providers = providers_;
  if (setup_.options.tpm2.empty()) return info;
  PASSPORT_TRY(const Bytes counter, platform_.Ask(Op::kCounterRead, {}));
  Reader in(counter);
  info.counter = in.U64();
  if (!in.Done()) return Fail(Problem("passport-platform is of another build; install all programs of one"));
  return info;
}

std::optional<End> Supervisor::RunOnce() {
  Result<Unit, Problem> probed = BeginPlatform(setup_.options, setup_.programs, platform_);
  if (probed.ok()) probed = EndPlatform(platform_, providers_);
  if (!probed.ok()) Say(probed.error());
  const std::optional<End> end = probed.ok() ? RunWithHelpers() : std::nullopt;
  for (Helper* helper : {&platform_, &verifier_}) {
    if (helper->running()) helper->Stop(kOrphanHostMs);
  }
  return end;
}

std::optional<End> Supervisor::RunWithHelpers() {
  Result<Unit, NotReady> verifying = BeginVerifier();
  if (verifying.ok()) verifying = EndVerifier();
  if (!verifying.ok()) return verifying.error();
  Result<platform::LaunchInfo, Problem> info = EnclaveInfo();
  if (!info.ok()) return CannotStart(info.error());
  crypto::SecretKey32 key = info.value().platform_key.Clone();
  Result<Confined, Problem> enclave = process::SpawnConfined(
      setup_.programs.enclave, AsUser(setup_.options.enclave_uid), setup_.options.without);
  if (!enclave.ok()) return CannotStart(enclave.error());
  Result<Unit, NotReady> ready = Tell(Program::kEnclave, enclave.value(), std::move(info).value());
  if (ready.ok()) ready = AwaitReady(Program::kEnclave, enclave.value());
  if (!ready.ok()) return ready.error();

  Descriptor to_host;
  Result<Child, Problem> host = SpawnHost(enclave.value(), to_host);
  // Only the host holds its end now: when it dies, the enclave sees the end of the channel.
  enclave.value().peer.Close();
  if (!host.ok()) {
    AwaitEnd(enclave.value().child, kEnclaveStopMs);
    return CannotStart(host.error());
  }
  const pid_t pids[] = {enclave.value().child.pid, host.value().pid};
  WritePidFile(pids[0], pids[1]);
  Say("started: enclave process " + std::to_string(pids[0]) + ", host process " + std::to_string(pids[1]));
  const auto start = [this](Helper& helper) { return StartHelper(helper); };
  Relay relay(platform_, verifier_, start, std::move(to_host), std::move(key));
  return Watch(enclave.value(), host.value(), relay);
}

Result<Child, Problem> Supervisor::SpawnHost(const Confined& enclave, Descriptor& to_host) const {
  Descriptor answers;
  if (!process::MakePair(to_host, answers)) return Fail(Problem("no descriptors left: free some"));
  shutdown(to_host.get(), SHUT_RD);  // nothing is taken from the host here
  return process::SpawnOpen({.path = setup_.options.host_path,
                             .program = setup_.programs.host,
                             .arguments = setup_.options.host_arguments,
                             .is_host = true,
                             .channels = {enclave.peer.get(), answers.get()},
                             .identity = AsUser(setup_.options.host_uid),
                             .data_dir = setup_.options.data_dir});
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
    if (FirstReadable({setup_.signals.get()}, delay_ms)) return End::kOrderly;
    delay_ms = std::min(delay_ms * 2, setup_.pace.delay_max_ms);
  }
}

}  // namespace passport::launcher
