#include "trusted/core/scope_accounts.h"

#include "trusted/policy/account.h"
#include "trusted/policy/scope.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kScopeAccountsFormat = 1;

// What the register says of its account, if anything was ever accepted or chosen in it.
const replica::Version* NewestOf(const replica::Register& value) {
  if (value.tentative) return &value.tentative->version;
  return value.committed.version.number > 0 ? &value.committed.version : nullptr;
}

}  // namespace

ScopeAccounts::ScopeAccounts(RecordBook& records) : records_(records) {
  if (const crypto::SecretBytes* stored = records.Own(policy::RecordKind::kScopeAccounts))
    static_cast<void>(Load(stored->Expose()));
}

// A scope for which there is no room in the table has none for accounts: what cannot be counted is not given.
bool ScopeAccounts::HasRoom(const ScopeId& scope, std::uint32_t accounts_max) const {
  const auto count = counts_.find(scope);
  if (count == counts_.end()) return counts_.size() < kScopesMax;
  return count->second < accounts_max;
}

bool ScopeAccounts::IsLimited(const ScopeId& scope) {
  if (counts_.contains(scope)) return true;
  const auto [holding, record] = records_.FindRegister(policy::ScopeRecordId(scope));
  if (record == nullptr || counts_.size() >= kScopesMax) return false;
  const auto parsed = policy::Scope::Parse(record->committed.version.value);
  if (!parsed.ok()) return false;
  const auto config = policy::ParseScopeConfig(parsed.value().config, false);
  return config.ok() && config.value().accounts_max.has_value();
}

void ScopeAccounts::OnStore(const RecordId& id, const replica::Register& value) {
  const replica::Version* version = NewestOf(value);
  if (policy::KindOf(id) != policy::RecordKind::kAccount || version == nullptr) return;
  const auto [holding, before] = records_.FindRegister(id);
  if (holding == replica::Holding::kMissing || (before != nullptr && NewestOf(*before) != nullptr)) return;
  const auto account = policy::Account::Parse(version->value);
  if (!account.ok() || !IsLimited(account.value().scope)) return;
  ++counts_[account.value().scope];
  records_.PutOwn(policy::RecordKind::kScopeAccounts, Encode());
}

Bytes ScopeAccounts::Encode() const {
  Writer out;
  out.U8(kScopeAccountsFormat).U32(static_cast<std::uint32_t>(counts_.size()));
  for (const auto& [scope, count] : counts_) out.Raw(scope.bytes).U32(count);
  return out.Take();
}

Result<Unit> ScopeAccounts::Load(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kScopeAccountsFormat) return Fail(Status::kMalformed);
  std::map<ScopeId, std::uint32_t> counts;
  for (std::uint32_t left = in.Count(kScopesMax); left > 0 && !in.failed(); --left) {
    const ScopeId scope{in.Array<16>()};
    if (!counts.emplace(scope, in.U32()).second) in.Reject();
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  counts_ = std::move(counts);
  return Ok();
}

}  // namespace passport::core
