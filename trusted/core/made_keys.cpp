#include "trusted/core/made_keys.h"

#include <algorithm>

#include "trusted/policy/account.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kMadeKeyFormat = 1;
constexpr std::uint32_t kMadeMax = 256;  // the shares of older ones stay where they are

enum class Fate { kOpen, kNamed, kNeverNamed };

// While the account is reserved, by whatever request, one that once reserved it may do so again and name the
// key.
Fate FateOf(const KeyId& key, const policy::Account& account) {
  if (account.state == policy::AccountState::kReserved) return Fate::kOpen;
  const bool named = std::ranges::find(account.keys, key, &policy::AccountKey::id) != account.keys.end();
  return named ? Fate::kNamed : Fate::kNeverNamed;
}

}  // namespace

MadeKeys::MadeKeys(RecordBook& records) : records_(records) {
  if (const crypto::SecretBytes* stored = records.Own(policy::RecordKind::kMadeKeys))
    static_cast<void>(Load(stored->Expose()));
}

void MadeKeys::OnMade(const KeyId& key, const RecordId& account) {
  if (made_.size() >= kMadeMax) made_.pop_front();
  made_.push_back({key, account});
  records_.PutOwn(policy::RecordKind::kMadeKeys, Encode());
}

void MadeKeys::OnVersion(const RecordId& record, const replica::Version& version) {
  if (std::ranges::find(made_, record, &Made::account) == made_.end()) return;
  const auto account = policy::Account::Parse(version.value);
  if (!account.ok()) return;
  const std::size_t settled = std::erase_if(made_, [&](const Made& each) {
    if (each.account != record) return false;
    const Fate fate = FateOf(each.key, account.value());
    if (fate == Fate::kNeverNamed) records_.EraseShare(each.key, 0);
    return fate != Fate::kOpen;
  });
  if (settled > 0) records_.PutOwn(policy::RecordKind::kMadeKeys, Encode());
}

Bytes MadeKeys::Encode() const {
  Writer out;
  out.U8(kMadeKeyFormat).U32(static_cast<std::uint32_t>(made_.size()));
  for (const Made& each : made_) out.Raw(each.key.bytes).Raw(each.account.bytes);
  return out.Take();
}

Result<Unit> MadeKeys::Load(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kMadeKeyFormat) return Fail(Status::kMalformed);
  std::deque<Made> made;
  for (std::uint32_t left = in.Count(kMadeMax); left > 0 && !in.failed(); --left) {
    const KeyId key{in.Array<32>()};
    made.push_back({key, RecordId{in.Array<32>()}});
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  made_ = std::move(made);
  return Ok();
}

}  // namespace passport::core
