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

  bool accepted() const { return shown && why.empty(); }
};
// Without a policy: whether its evidence holds.
NodeTrial TryNode(const std::string& url, const claims::Policy* policy, const HardwareVerifier& verifier);

// A policy that exactly such nodes satisfy, to be edited: minimums as high as the lowest of them has. Of
// nodes whose evidence holds, at least one.
claims::Policy DraftPolicy(const std::vector<NodeTrial>& nodes);

}  // namespace passport::cli
