// One enclave's own decision about one wallet request: evidence and its own records in, permission or refusal
// out.
#pragma once

#include "trusted/core/changes.h"
#include "trusted/core/outbox.h"
#include "trusted/core/request_memory.h"
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
  policy::ScopeConfig config;
  policy::Account account;
  RecordRef scope_ref;
  RecordRef account_ref;
  std::optional<RecordRef> session_ref;  // of the session, if one came with the request
};
struct Decision {
  AccountFacts facts;
  policy::SigningKey key;
  api::Request request;
  policy::Grant grant;
};
// What a decision rests on besides the evidence.
struct Deciding {
  RegisterView& view;
  ChainCodeView& chain_codes;
  RequestMemory& memory;
  policy::NetworkFacts network;
  RequestId request;  // as the gateway named it
};
policy::NetworkFacts FactsOf(const peer::Manifest& manifest);

// The scope that the X-Scope-Id header names. kMissingHeader, kUnknownScope.
Judged<policy::Scope> FindScope(const auth::Evidence& evidence, RegisterView& view, RecordRef* ref);
// Who is calling and for which account, proofs verified. kUnknownUser and the errors of trusted/auth.
Judged<AccountFacts> FindAccount(const auth::Evidence& evidence, const Deciding& with);
// The key that a caller asks for, of an account whose proofs hold. The errors of policy::KeyAt and
// ChainCodes.
Judged<policy::SigningKey> FindKey(const AccountFacts& facts, const Deciding& with);
// The last gate of every wallet request: whether its proof may serve for it once more. Only here does a
// decision change anything. The errors of RequestMemory.
auth::Checked<Unit> Remember(const auth::Evidence& evidence, const AccountFacts& facts, const Deciding& with);
// Reports that this enclave agrees to what `party` asks for on an account; zero: a client.
void LogGrant(Outbox& outbox, const RequestId& request, PartyIndex party, const AccountFacts& facts);
// Parses the body and runs every gate. Signing requests only.
Judged<Decision> Decide(const auth::Evidence& evidence, const Deciding& with);

}  // namespace passport::core
