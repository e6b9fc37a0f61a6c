// The member `rp` of a scope's configuration (wire-api.md 6.2).
#pragma once

#include "trusted/json/json.h"
#include "trusted/policy/scope_config.h"

namespace passport::policy {

// `id` must be a domain that the origin's host is or ends with, and the origin a secure context: https, or
// http on localhost. Which domains anybody can register under (public suffixes) only browsers know; they
// refuse such an id themselves. kScopeConfig.
auth::Checked<RelyingParty> ParseRelyingParty(const json::Value& value);

}  // namespace passport::policy
