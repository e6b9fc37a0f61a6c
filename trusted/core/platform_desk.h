// What the enclave asks of passportd while it runs, and the answers that come back through the host
// (trusted/platform_link).
#pragma once

#include <functional>
#include <map>

#include "trusted/platform_link/platform_link.h"

namespace passport::core {

// Gives a request to passportd. Empty: there is no passportd to ask.
using PlatformSend = std::function<void(ByteSpan request)>;

class PlatformDesk {
 public:
  // The body of the answer; kDenied (it could not be done), kBusy (too many wait), kAttestUnavailable (no
  // answer within kAnswerMs).
  using Done = std::function<void(const Result<Bytes>& answer)>;
  static constexpr std::size_t kWaitingMax = 12;  // passportd keeps 16 waiting
  static constexpr std::uint64_t kAnswerMs = 10'000;

  PlatformDesk(PlatformSend send, crypto::SecretKey32 key) : send_(std::move(send)), key_(std::move(key)) {}

  bool available() const { return send_ != nullptr; }
  // `done` is called once, in a later call of the host's. kAttestUnavailable if there is nobody to ask, kBusy
  // over kWaitingMax; then it is not called.
  Result<Unit> Ask(platform_link::Kind kind, Bytes body, Done done);
  // provision(PLATFORM). kMalformed for what passportd did not make, kNotFound for what nobody waits for:
  // late, or brought twice.
  Result<Unit> OnAnswer(ByteSpan record);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Waiting {
    platform_link::Kind kind;
    Done done;
    std::uint64_t since_ms = 0;
  };

  PlatformSend send_;
  crypto::SecretKey32 key_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;
};

}  // namespace passport::core
