// The policy that peers' evidence is judged by, and the operators' statements that replace it.
#pragma once

#include "trusted/claims/policy.h"
#include "trusted/core/policy_statement.h"
#include "trusted/core/record_book.h"

namespace passport::core {

class PolicyBook {
 public:
  // The stored policy, or the built-in one of the manifest's profile. A stored one that is no policy any
  // more accepts nobody.
  PolicyBook(const peer::Manifest& manifest, RecordBook& records);

  const claims::Policy& policy() const { return policy_; }
  // A verified statement. kPolicyFile, kPolicyWeaker.
  Result<Unit> Take(const PolicyStatement& statement);

 private:
  RecordBook& records_;
  claims::Policy policy_;
};

}  // namespace passport::core
