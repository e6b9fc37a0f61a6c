// Supervisor: starts enclave and host, watches both, starts them again together, stops them in order.
#pragma once

#include <cstdint>

#include "trusted/launcher/keys.h"
#include "trusted/launcher/relay.h"

namespace passport::launcher {

// passportd's own exit codes.
enum class End : int { kOrderly = 0, kBadOptions = 2, kCannotStart = 3, kFinal = 4, kCrashLoop = 5 };

// How patient the supervisor is with starts that do not last.
struct Pace {
  std::int64_t lasted_ms = 5'000;  // a life this long ends a row of quick deaths
  std::int64_t delay_first_ms = 100;
  std::int64_t delay_max_ms = 5'000;  // doubled up to here
  int quick_deaths_max = 10;
};

// What passportd starts, measured or opened once.
struct Programs {
  Image enclave;
  Descriptor host;
  Descriptor platform = {};  // none: not ok()
  std::optional<Image> verifier = {};
};

class Supervisor {
 public:
  // Borrows options, programs and signals, a signalfd of SIGTERM, SIGINT and SIGHUP, for its life.
  struct Setup {
    const Options& options;
    const Programs& programs;
    const Descriptor& signals;
    platform::Release release = {};
    platform::SealingKeys keys = {};
    std::optional<platform::SealingKeys> previous = {};
    Pace pace = {};
  };
  explicit Supervisor(Setup setup) : setup_(std::move(setup)) {}

  // Runs until a signal asks for the end, an end is final, or too many starts in a row did not last.
  End Run();

 private:
  // Why there is no READY: how to go on, nothing meaning another start.
  using NotReady = std::optional<End>;

  // One life of enclave, host and helpers: nothing if they are gone and may be started again.
  std::optional<End> RunOnce();
  std::optional<End> RunWithHelpers();
  // Tells a confined program what it starts from; waits until it is ready. Both log why it is not.
  Result<Unit, NotReady> Tell(Program program, Confined& confined, platform::LaunchInfo info) const;
  Result<Unit, NotReady> AwaitReady(Program program, Confined& confined);
  Result<Bytes, NotReady> ReceiveFrom(Program program, Confined& confined) const;
  Result<Unit, NotReady> Judge(Program program, const Bytes& report);
  Result<Unit, NotReady> BeginVerifier();
  Result<Unit, NotReady> EndVerifier();
  Result<Unit, Problem> StartHelper(Helper& helper);  // see Relay::Start
  Result<platform::LaunchInfo, Problem> EnclaveInfo();
  // to_host becomes the other end of its descriptor 4.
  Result<Child, Problem> SpawnHost(const Confined& enclave, Descriptor& to_host) const;
  std::optional<End> Watch(Confined& enclave, Child& host, Relay& relay);
  void TellLayers(const platform::ConfinementRecord& record);
  void WritePidFile(pid_t enclave, pid_t host) const;
  process::Identity AsUser(uid_t uid) const;

  Setup setup_;
  Helper platform_{Program::kPlatform};
  Helper verifier_{Program::kVerifier};
  std::vector<platform_link::Probe> providers_;
  bool layers_told_ = false;
};

// Starts passport-platform, which then probes its devices, and waits for what it finds. With no program it is
// not running, and `probes` stays.
Result<Unit, Problem> BeginPlatform(const Options& options, const Programs& programs, Helper& platform);
Result<Unit, Problem> EndPlatform(Helper& platform, std::vector<platform_link::Probe>& probes);

}  // namespace passport::launcher
