#include "trusted/core/request_memory.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

Failure<api::Error> NotReady() {
  return Fail(MakeError(ErrorCode::kNotReady, "this node has not heard from another one what time it is"));
}

}  // namespace

// What was issued before this enclave could know the time may have been used before it started. A first peer
// that lies the time ahead must not make that last: it ends when enough others are heard.
void RequestMemory::OnTick(std::uint64_t earliest_ms, std::uint64_t latest_ms, bool certain) {
  if (earliest_ms_ == 0 && earliest_ms > 0) started_ms_ = latest_ms;
  if (certain) started_ms_ = std::min(started_ms_, latest_ms);
  earliest_ms_ = std::max(earliest_ms_, earliest_ms);
  latest_ms_ = std::max(latest_ms, earliest_ms_);
  while (!by_age_.empty() && by_age_.front().until_ms < earliest_ms_) {
    const Used& used = by_age_.front();
    const auto account = nonces_.find(used.account);
    account->second.erase(used.nonce);
    if (account->second.empty()) nonces_.erase(account);
    const auto scope = of_scope_.find(used.scope);
    if (--scope->second == 0) of_scope_.erase(scope);
    by_age_.pop_front();
  }
}

Checked<Unit> RequestMemory::CheckFresh(const auth::Binding& binding) const {
  if (earliest_ms_ == 0) return NotReady();
  const std::uint64_t issued = binding.issued_at_ms;
  if (issued > earliest_ms_ && issued - earliest_ms_ > kAheadMs)
    return Fail(MakeError(ErrorCode::kStale, "bind.issued_at is in the future: look at the client's clock"));
  if (issued < latest_ms_ && latest_ms_ - issued > kBoundMs)
    return Fail(MakeError(ErrorCode::kStale, "bind.issued_at is more than 60 s ago"));
  // A client's clock may be ahead, so that what was used before the start may say a time after it.
  if (!is_new_ && issued < started_ms_ + kAheadMs) {
    return Fail(MakeError(
        ErrorCode::kStale,
        "this node may have agreed to it before it started, less than a minute ago: ask another node"));
  }
  return Unit{};
}

// Nothing is forgotten to make room: a nonce that is forgotten could be used again.
Checked<Unit> RequestMemory::CheckRoom(const RecordId& account, const ScopeId& scope) const {
  const auto of_account = nonces_.find(account);
  const auto of_scope = of_scope_.find(scope);
  const bool full = by_age_.size() >= kNoncesMax ||
                    (of_account != nonces_.end() && of_account->second.size() >= kNoncesMaxAccount) ||
                    (of_scope != of_scope_.end() && of_scope->second >= kNoncesMaxScope);
  if (!full) return Unit{};
  api::Error busy = MakeError(ErrorCode::kBusy, "too many bound requests within two minutes");
  const std::uint64_t until = by_age_.front().until_ms;
  busy.retry_after_ms = until - std::min(until, earliest_ms_) + 1;
  return Fail(std::move(busy));
}

Checked<Unit> RequestMemory::TakeBound(const RequestId& request, const RecordId& account,
                                       const auth::Binding& binding) {
  PASSPORT_TRY_VOID(CheckFresh(binding));
  if (const auto known = nonces_.find(account); known != nonces_.end()) {
    const auto use = known->second.find(binding.nonce);
    if (use != known->second.end() && use->second == request) return Unit{};
    if (use != known->second.end())
      return Fail(MakeError(ErrorCode::kReplay, "bind.nonce: make a new one for each request"));
  }
  PASSPORT_TRY_VOID(CheckRoom(account, binding.scope));
  nonces_[account].emplace(binding.nonce, request);
  ++of_scope_[binding.scope];
  const std::uint64_t last = by_age_.empty() ? 0 : by_age_.back().until_ms;
  by_age_.push_back({account, binding.scope, binding.nonce, std::max(last, latest_ms_ + kNonceMs)});
  return Unit{};
}

// The account that was watched first is forgotten when there are too many.
std::deque<RequestMemory::Seen>& RequestMemory::Watched(const RecordId& account) {
  const auto [entry, is_new] = ciphertexts_.try_emplace(account);
  if (is_new) {
    if (watched_.size() >= kWatchedAccountsMax) {
      ciphertexts_.erase(watched_.front());
      watched_.pop_front();
    }
    watched_.push_back(account);
  }
  return entry->second;
}

// First sight is by the earliest time and the end by the latest, so that a host that lies about the time only
// makes the window shorter (rules.md 23).
Checked<Unit> RequestMemory::TakeLegacy(const RecordId& account, ByteSpan encrypted_user,
                                        std::uint32_t window_s) {
  if (earliest_ms_ == 0) return NotReady();
  std::deque<Seen>& seen = Watched(account);
  const Hash32 ciphertext = crypto::HashSha256(encrypted_user);
  const auto known = std::ranges::find(seen, ciphertext, &Seen::ciphertext);
  if (known == seen.end()) {
    if (seen.size() >= kCiphertextsMaxAccount) seen.pop_front();
    seen.push_back({ciphertext, earliest_ms_});
    return Unit{};
  }
  if (latest_ms_ - known->first_ms <= std::uint64_t{window_s} * 1'000) return Unit{};
  return Fail(MakeError(ErrorCode::kReplay, "the encrypted user is older than the scope's replay_window_s"));
}

}  // namespace passport::core
