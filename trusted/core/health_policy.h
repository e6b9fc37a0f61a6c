// What GET /health and GET /enclave say about the attestation policy and this node under it.
#pragma once

#include "trusted/core/health_refresh.h"
#include "trusted/core/node.h"

namespace passport::core {

// `own`: what this enclave claims now.
void AddPolicyTroubles(const Node& node, const claims::Claims& own, std::vector<Trouble>& out);
std::string PolicyJson(const Node& node, const claims::Claims& own);

}  // namespace passport::core
