// Whether what a node says about itself is signed by its enclave, and by an enclave of the expected network.
#pragma once

#include "tools/cli/node_api.h"

namespace passport::cli {

// Why the facts are not what the identity key in them signed for `nonce`: one sentence each, none if they
// are. The signature covers core::AttestedFacts and nothing else.
std::vector<std::string> AttestationFaults(const EnclaveFacts& facts, const ByteArray<32>& nonce);

// Why these are not the facts of a node of that network, which every operator has signed.
std::vector<std::string> ManifestFaults(const EnclaveFacts& facts, const peer::SignedManifest& expected);

}  // namespace passport::cli
