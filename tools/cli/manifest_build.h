// Making a network's first manifest out of what its nodes say about themselves.
#pragma once

#include "tools/cli/node_api.h"

namespace passport::cli {

struct NodePlan {
  EnclaveFacts facts;
  std::string peer_address;
  std::string api_address;
  crypto::Ed25519PublicKey operator_key{};
};

struct NetworkPlan {
  std::uint16_t t = 0;
  std::uint16_t keygen_quorum = 0;
  peer::RollbackRule rollback = peer::RollbackRule::kStrict;
  peer::Profile profile = peer::Profile::kProduction;
  std::vector<NodePlan> nodes;  // parties 1 to n in this order
};

// rules.md 21: throws a UsageProblem with the reason for t < 2, t > n, 2t <= n and n above the manifest's
// limit. Returns a warning for t = n, else nothing.
std::string CheckThreshold(std::size_t n, std::size_t t);

// A new network id, epoch 0. Throws a Problem that names the node whose facts do not make a row.
peer::Manifest BuildManifest(const NetworkPlan& plan);

// For people: one line about the network, one per node and one about signatures.
std::string Describe(const peer::SignedManifest& signed_manifest);
std::string EncodeManifestFile(const peer::SignedManifest& signed_manifest);
// Throws a Problem that names the file.
peer::SignedManifest ReadManifestFile(const std::string& path);
// Whether the comment lines, which no signature covers, say what EncodeManifestFile writes.
bool CommentsAgree(std::string_view file, const peer::SignedManifest& signed_manifest);

}  // namespace passport::cli
