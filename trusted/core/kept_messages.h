// Messages of runs outlive the session that they were sent in, as long as both ends are the same starts of
// their nodes (rules.md 5): what the peer has not said it has is kept, and sent again in the next session, in
// order and byte for byte.
#pragma once

#include <deque>

#include "trusted/core/peer_message.h"
#include "trusted/crypto/secret.h"

namespace passport::core {

// What an end says first in each session, and now and then in it. Counted are messages of runs only, since
// the two starts met.
struct KeptReport {
  std::uint64_t received = 0;   // so many of the peer's
  std::uint64_t forgotten = 0;  // so many of its own are not kept any more
  Bytes Encode() const;
  static Result<KeptReport> Parse(ByteSpan bytes);
};

// Of one peer.
class KeptMessages {
 public:
  // The rounds of 50 signatures. To seal them all takes less than a call may (rules.md 28).
  static constexpr std::size_t kBytesMax = 2'097'152;
  // So much is received before the peer is told out of turn.
  static constexpr std::size_t kUntoldMax = kBytesMax / 8;

  // Counted as sent, whether it is sent now or in the next session; the oldest are forgotten for it. Valid
  // until the next call.
  const crypto::SecretBytes& Add(crypto::SecretBytes message);
  // One of the peer's.
  void Count(std::size_t bytes);
  bool MustTell() const { return untold_ >= kUntoldMax; }
  bool HasNews() const { return untold_ > 0; }
  KeptReport Tell();
  // False: messages of one end or the other are lost for good, if this is what opens a session. Later in one,
  // what the report does not count may be on its way.
  bool Hear(const KeptReport& report);
  // Those that the peer has not said it has, the oldest first.
  const std::deque<crypto::SecretBytes>& kept() const { return kept_; }
  void Forget();

 private:
  void ForgetOldest();
  std::uint64_t forgotten() const { return sent_ - kept_.size(); }

  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::size_t untold_ = 0;  // bytes received since the peer was told
  std::size_t bytes_ = 0;   // in kept_
  std::deque<crypto::SecretBytes> kept_;
};

}  // namespace passport::core
