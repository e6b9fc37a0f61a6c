// Policy files: read, written, drafted for what nodes have, and tried at nodes before operators sign them.
#pragma once

#include "tools/cli/assess.h"

namespace passport::cli {

// Throws a Problem that names what is wrong.
claims::Policy ParsePolicyText(const std::string& text, const std::string& of_what);

// The policy as a file, member by member, whatever the file that it was read from looks like: what an
// operator reads before he signs. Without its hash.
std::string PolicyText(const claims::Policy& policy);

// What a node has shown for a fresh nonce, and what the policy says of it.
struct NodeTrial {
  std::string url;
  std::optional<Attestation> shown;  // nothing: it was not reached
  Assessment assessed;
  std::string why;  // it is not accepted, or not known; empty: it is accepted
  // What is in force there, and what nothing that replaces it for a start may be weaker than: read from the
  // files that the node shows, whose hash its claims have. Empty: it does not show them.
  std::optional<claims::Policy> in_force = {};
  std::optional<claims::Policy> least = {};
  bool genuine = false;  // whatever the policy says: its evidence holds, its keys are those of the manifest

  bool accepted() const { return shown && why.empty(); }
};
// What nodes are tried by. Without a policy: whether the evidence holds; without a manifest: of whatever keys
// answer.
struct TryBy {
  const claims::Policy* policy = nullptr;
  const peer::SignedManifest* manifest = nullptr;
  HardwareVerifier verifier = {};
};
NodeTrial TryNode(const std::string& url, const TryBy& by);

// What the node would say to a statement with this policy, by the rules that nodes have (PolicyBook), in
// words; empty: it would take it. `recover`: one for its present start.
std::string RefusalAt(const NodeTrial& node, const claims::Policy& next, bool recover);

// A policy that exactly such nodes satisfy, to be edited: minimums as high as the lowest of them has, and
// evidence at most as old as they accept now. Of nodes whose evidence holds, at least one.
claims::Policy DraftPolicy(const std::vector<NodeTrial>& nodes);
// Where the weakest of the nodes let in what the others need not: one sentence each.
std::vector<std::string> WeakerThanTheRest(const std::vector<NodeTrial>& nodes);

}  // namespace passport::cli
