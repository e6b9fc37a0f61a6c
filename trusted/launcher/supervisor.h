// Supervisor: starts enclave and host, watches both, starts them again together, stops them in order.
#pragma once

#include <cstdint>

#include "trusted/crypto/secret.h"
#include "trusted/launcher/exit_reason.h"
#include "trusted/launcher/spawn.h"
#include "trusted/platform/confinement_record.h"

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

class Supervisor {
 public:
  // Borrows all but the keys for its life. signals is a signalfd of SIGTERM, SIGINT and SIGHUP.
  struct Setup {
    const Options& options;
    const Image& image;
    const Descriptor& host_program;
    const Descriptor& signals;
    crypto::SecretKey32 unique_key;
    crypto::SecretKey32 product_key;
    bool privileged;  // may change uids
    Pace pace = {};
  };
  explicit Supervisor(Setup setup) : setup_(std::move(setup)) {}

  // Runs until a signal asks for the end, an end is final, or too many starts in a row did not last.
  End Run();

 private:
  // What came first of two descriptors becoming readable (-1: none), a signal, and the time.
  enum class Woken : std::uint8_t { kFirst, kSecond, kSignal, kTimeout };
  Woken WaitFor(int first, int second, std::int64_t timeout_ms) const;

  // One life of the pair: nothing if both are gone and may be started again.
  std::optional<End> RunOnce();
  // The conversation with a new enclave up to READY. Tells why and returns how to go on if there is no READY.
  Result<Unit, std::optional<End>> AwaitReady(Enclave& enclave);
  Result<Bytes, Woken> ReceiveFrom(const Enclave& enclave) const;
  Result<Unit, std::optional<End>> Judge(const Bytes& report);
  std::optional<End> Watch(Enclave& enclave, Child& host);
  void TellLayers(const platform::ConfinementRecord& record);
  void WritePidFile(pid_t enclave, pid_t host) const;

  Setup setup_;
  bool layers_told_ = false;
};

}  // namespace passport::launcher
