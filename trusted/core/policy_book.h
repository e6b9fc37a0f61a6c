// The policy that peers' evidence is judged by, and the operators' statements that replace it.
#pragma once

#include <set>

#include "trusted/claims/policy.h"
#include "trusted/core/policy_statement.h"
#include "trusted/core/record_book.h"

namespace passport::core {

// What is stored: the file in force, and the last one before it under which a session has opened here.
struct StoredPolicy {
  std::string file;
  bool proven = false;   // sessions have opened under it: it is never weakened
  std::string base;      // otherwise; empty: the built-in one
  Bytes statement = {};  // that put it in force, with its signatures; empty: taken by an earlier version

  Bytes Encode() const;
  // Of the first format, which does not say, every policy counts as proven. kMalformed.
  static Result<StoredPolicy> Parse(ByteSpan bytes);
};

class PolicyBook {
 public:
  // The stored policy, or the built-in one of the manifest's profile.
  PolicyBook(const peer::Manifest& manifest, RecordBook& records);

  const claims::Policy& policy() const { return policy_; }
  // Not: it is stored, and this version cannot read it. It has its version and hash, and accepts nobody.
  bool readable() const { return readable_; }
  bool proven() const { return stored_.proven; }
  // What is stored: also for operators, who compare the next file with it.
  const StoredPolicy& stored() const { return stored_; }
  // What peers are shown of it (SessionEvidence).
  const Bytes& statement() const { return stored_.statement; }
  // The latest statement that this enclave does not satisfy itself and so did not take, since its start.
  struct Unmet {
    std::uint64_t version = 0;
    std::string shortfall;  // claims::Shortfall
  };
  const std::optional<Unmet>& unmet() const { return unmet_; }

  // A verified statement, judged also by what this enclave claims of itself now: a policy that refuses it
  // would leave it alone. kPolicyFile, kPolicyVersion, kPolicyWeaker, kWeaker*, kPeerUnknown (it replaces
  // another policy than the one in force), or the code of the rule that is not met.
  Result<Unit> Take(const PolicyStatement& statement, const claims::Claims& own);
  // The statement of a peer's later policy, which t operators have signed at whatever time. Likewise, but
  // never a weaker one, for whatever start it was made.
  Result<Unit> TakeShown(const PolicyStatement& statement, const claims::Claims& own);
  // A session has opened with a peer that showed a policy of this hash.
  void OnSessionOpened(PartyIndex peer, const Hash32& shown);

 private:
  Result<Unit> MayFollow(const PolicyStatement& statement, PartyIndex self, const claims::Policy& next) const;
  Result<Unit> NotWeaker(const claims::Policy& next) const;  // than the one in force
  Result<Unit> PutInForce(const PolicyStatement& statement, claims::Policy next, const claims::Claims& own);

  RecordBook& records_;
  std::size_t peers_to_prove_;   // of whom at least one does not lie, if there are so many
  std::set<PartyIndex> opened_;  // since its start or the policy's, with the same policy
  claims::Policy policy_;
  claims::Policy base_;  // what the next one may not be weaker than, where policy_ is not proven
  StoredPolicy stored_;
  bool readable_ = true;
  std::optional<Unmet> unmet_;
};

}  // namespace passport::core
