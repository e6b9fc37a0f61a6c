// Who may create scopes in a closed network: who has an operator's token (rules.md 33).
#pragma once

#include "trusted/peer/manifest.h"
#include "trusted/policy/scope_rules.h"

namespace passport::core {

// Whether this network takes a scope with this configuration. A token that is there is judged in an open
// network too. kNotPermitted, kUnauthorized.
auth::Checked<Unit> CheckCreation(const peer::Manifest& manifest, const policy::VerifiedConfig& verified);

}  // namespace passport::core
