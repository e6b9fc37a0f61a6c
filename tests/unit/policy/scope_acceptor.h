// One enclave as an acceptor of scope changes: the rules it really runs, and the records it has accepted so
// far.
#pragma once

#include <map>

#include "tools/client/developer_key.h"
#include "trusted/core/changes.h"

namespace passport::policy_test {

// The name of the error that refused it; "" if it was accepted.
using Verdict = std::string;

api::SignedConfig Sign(const client::DeveloperKey& key, std::string_view config);
// The id of the scope that this signature creates.
ScopeId IdOf(const api::SignedConfig& creation);
std::string UuidOf(const api::SignedConfig& creation);

class ScopeAcceptor {
 public:
  explicit ScopeAcceptor(bool devnet = true);
  explicit ScopeAcceptor(const peer::Manifest& manifest);

  Verdict Create(const api::SignedConfig& config);
  Verdict Update(const ScopeId& scope, const api::SignedConfig& config);
  // The scope as it stands; must exist.
  policy::Scope At(const ScopeId& scope) const;
  // Takes a scope's content for granted, as one learned from others.
  void Learn(const policy::Scope& scope);

 private:
  Verdict Judge(const RecordId& id, const core::Change& change);

  core::Identity identity_;
  core::SeenIndex seen_;
  core::NetworkRules rules_;
  std::map<RecordId, replica::Version> records_;
};

}  // namespace passport::policy_test
