// The platform link's middle: the enclave's requests go to the helpers, the answers to the host, which hands
// them in.
#pragma once

#include <deque>
#include <functional>

#include "trusted/crypto/secret.h"
#include "trusted/launcher/names.h"
#include "trusted/platform_link/platform_link.h"

namespace passport::launcher {

inline constexpr std::size_t kRequestsMax = 16;       // waiting at one time; more are answered with "busy"
inline constexpr std::int64_t kHelperRestMs = 1'000;  // between two starts of a helper that ended

class Relay {
 public:
  // start begins to start a helper, which nobody waits for; once the helper has something to say, it ends
  // what it began. Either says why the helper cannot run. to_host: only sent to.
  using Start = std::function<Result<Unit, Problem>(Helper&)>;
  Relay(Helper& platform, Helper& verifier, Start start, Descriptor to_host, crypto::SecretKey32 key);

  // Reads what became readable: a request of the enclave, or what a helper says.
  void TakeRequest(int enclave);
  void TakeAnswer(Helper& helper);
  // Until the helper that has been at work longest must have answered; negative: none works.
  std::int64_t TimeLeftMs() const;
  // Ends helpers that did not answer in time, which their channels then say.
  void EndLateOnes();

 private:
  // The requests that one helper does, the first of them under way or waiting for its start.
  struct Lane {
    Helper& helper;
    std::deque<platform_link::Request> waiting = {};
    std::int64_t late_ms = 0;
  };
  Lane& LaneOf(platform_link::Kind kind);
  Result<Unit, Problem> Ready(Helper& helper) const;
  void Forward(Lane& lane);
  void Answer(const platform_link::Request& request, platform_link::Outcome outcome, ByteSpan body) const;

  Lane platform_;
  Lane verifier_;
  Start start_;
  Descriptor to_host_;
  crypto::SecretKey32 key_;
};

}  // namespace passport::launcher
