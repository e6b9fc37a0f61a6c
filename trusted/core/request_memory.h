// What this enclave remembers of the requests that it agreed to, so that no proof serves longer or more often
// than its account or scope allows (rules.md 23, 24).
#pragma once

#include <deque>
#include <map>

#include "edl/base/ids.h"
#include "trusted/auth/user.h"

namespace passport::core {

class RequestMemory {
 public:
  // New: of an enclave that never had a record, so that it has not agreed to anything before this start.
  explicit RequestMemory(bool is_new) : is_new_(is_new) {}

  static constexpr std::uint64_t kBoundMs = 60'000;   // how old a bound request may be
  static constexpr std::uint64_t kAheadMs = 30'000;   // and how far the client's clock may be ahead
  static constexpr std::uint64_t kNonceMs = 120'000;  // how long a nonce is remembered: longer than both
  static constexpr std::size_t kNoncesMax = 32'768;
  static constexpr std::size_t kNoncesMaxScope = 16'384;
  static constexpr std::size_t kNoncesMaxAccount = 4'096;
  static constexpr std::size_t kCiphertextsMaxAccount = 64;
  static constexpr std::size_t kWatchedAccountsMax = 16'384;

  // Of the interval that the time is in; earliest 0: no peer was heard yet. Certain: NetworkTime::IsCertain.
  void OnTick(std::uint64_t earliest_ms, std::uint64_t latest_ms, bool certain);

  // A bound request that all gates let through: its nonce serves this request and no other. Asked again for
  // the same request, as it is when the gateway tries other signers, it agrees again. kNotReady, kStale,
  // kReplay, kBusy.
  auth::Checked<Unit> TakeBound(const RequestId& request, const RecordId& account,
                                const auth::Binding& binding);
  // A legacy request in a scope with a replay window: the encrypted user is good for so long from when this
  // enclave first saw it. Of each account the 64 seen first last are remembered. kNotReady, kReplay.
  auth::Checked<Unit> TakeLegacy(const RecordId& account, ByteSpan encrypted_user, std::uint32_t window_s);

 private:
  using Nonce = ByteArray<16>;
  struct Used {
    RecordId account;
    ScopeId scope;
    Nonce nonce{};
    std::uint64_t until_ms = 0;
  };
  struct Seen {
    Hash32 ciphertext{};
    std::uint64_t first_ms = 0;  // by the earliest time
  };
  auth::Checked<Unit> CheckFresh(const auth::Binding& binding) const;
  auth::Checked<Unit> CheckRoom(const RecordId& account, const ScopeId& scope) const;
  std::deque<Seen>& Watched(const RecordId& account);

  bool is_new_;
  std::uint64_t earliest_ms_ = 0;
  std::uint64_t latest_ms_ = 0;
  std::uint64_t started_ms_ = 0;  // when the first peer was heard, or later
  std::map<RecordId, std::map<Nonce, RequestId>> nonces_;
  std::map<ScopeId, std::size_t> of_scope_;
  std::deque<Used> by_age_;
  std::map<RecordId, std::deque<Seen>> ciphertexts_;
  std::deque<RecordId> watched_;  // accounts with ciphertexts, the first watched first
};

}  // namespace passport::core
