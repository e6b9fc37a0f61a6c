// How many accounts a scope with a limit has, as far as this enclave has accepted or learnt of them (rules.md
// 33).
#pragma once

#include <map>

#include "trusted/core/record_book.h"

namespace passport::core {

// Counted from when the scope had a limit. Each enclave counts for itself and a registration needs a write
// quorum W of n: so a scope gets past its limit by less than the part n / W of it, and only by registrations
// that run at the same time.
class ScopeAccounts {
 public:
  static constexpr std::uint32_t kScopesMax = 4'096;

  explicit ScopeAccounts(RecordBook& records);

  // Whether the scope may register one more.
  bool HasRoom(const ScopeId& scope, std::uint32_t accounts_max) const;
  // Before a register is stored: an account that was not there counts.
  void OnStore(const RecordId& id, const replica::Register& value);

  Bytes Encode() const;  // first byte 1
  Result<Unit> Load(ByteSpan bytes);

 private:
  bool IsLimited(const ScopeId& scope);

  RecordBook& records_;
  std::map<ScopeId, std::uint32_t> counts_;
};

}  // namespace passport::core
