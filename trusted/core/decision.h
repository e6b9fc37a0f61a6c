// One enclave's own decision about one wallet request: evidence and its own records in, permission or refusal
// out.
#pragma once

#include "trusted/core/changes.h"
#include "trusted/core/outbox.h"
#include "trusted/policy/authorise.h"

namespace passport::core {

// A version of a record that a decision rests on.
struct RecordRef {
  RecordId id;
  std::uint64_t version = 0;
  Hash32 hash{};
  bool operator==(const RecordRef&) const = default;
};
void WriteRecordRef(Writer& out, const RecordRef& ref);
RecordRef ReadRecordRef(Reader& in);

struct AccountFacts {
  policy::Caller caller;
  policy::Account account;
  RecordRef scope_ref;
  RecordRef account_ref;
};
struct Decision {
  AccountFacts facts;
  api::Request request;
  policy::Grant grant;
};
template <class T>
using Judged = std::variant<T, api::Error, replica::NeedRecords>;

// The scope that the X-Scope-Id header names. kMissingHeader, kUnknownScope.
Judged<policy::Scope> FindScope(const auth::Evidence& evidence, RegisterView& view, RecordRef* ref);
// Who is calling and for which account, proofs verified. kUnknownUser and the errors of trusted/auth.
Judged<AccountFacts> FindAccount(const auth::Evidence& evidence, RegisterView& view,
                                 policy::Scope* scope_out);
// Reports that this enclave agrees to what `party` asks for on an account; zero: a client.
void LogGrant(Outbox& outbox, const RequestId& request, PartyIndex party, const AccountFacts& facts);
// Parses the body and runs every gate. Signing requests only.
Judged<Decision> Decide(const auth::Evidence& evidence, RegisterView& view, bool devnet);

}  // namespace passport::core
