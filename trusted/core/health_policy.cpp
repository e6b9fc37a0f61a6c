#include "trusted/core/health_policy.h"

#include "trusted/json/write.h"

namespace passport::core {
namespace {

std::string PolicyNamed(std::uint64_t version) {
  return version == 0 ? "the built-in attestation policy"
                      : "version " + std::to_string(version) + " of the attestation policy";
}

std::string_view PolicyStateOf(const PolicyBook& policies) {
  if (!policies.readable()) return "unreadable";
  if (policies.policy().version == 0) return "built in";
  return policies.proven() ? "in force" : "in force, not proven by sessions yet";
}

// What this node asks of others and does not have itself, and what it could not take.
void AddPolicyUnmet(const PolicyBook& policies, const claims::Claims& own, std::vector<Trouble>& out) {
  const std::string shortfall = claims::Shortfall(own, policies.policy());
  if (!policies.readable()) {
    out.push_back(
        {"accept any node",
         "this version of the program cannot read the stored attestation policy (version " +
             std::to_string(policies.policy().version) + ")",
         "start the version of the program that took it, or have as many operators as the threshold "
         "sign the next one: `passport admin policy --recover`"});
  } else if (!shortfall.empty()) {
    out.push_back(
        {"be accepted by nodes with its own policy",
         "this node does not satisfy " + PolicyNamed(policies.policy().version) +
             ", which is in force here: " + shortfall,
         "start it as the policy demands; if no node can satisfy it, or the network is new, as many "
         "operators as the threshold sign another one: `passport admin policy --recover`"});
  }
  if (const auto& unmet = policies.unmet()) {
    out.push_back({"follow " + PolicyNamed(unmet->version),
                   "its operators sent it, and this node does not satisfy it: " + unmet->shortfall +
                       "; nodes that took it refuse this one",
                   "start this node as the policy demands, then send it the statement again; or have as many "
                   "operators as the threshold sign a later version that names what this node has"});
  }
}

// Nodes that this one would accept and has no session with: they may refuse it by what it does not know.
void AddPolicyLater(const Node& node, std::vector<Trouble>& out) {
  const std::uint64_t own = node.policies().policy().version;
  std::uint64_t latest = own;
  std::vector<PartyIndex> parties;
  for (const peer::ManifestRow& row : node.identity().manifest.rows) {
    const std::uint64_t version = node.peers().PolicyOf(row.party).version;
    if (version <= own) continue;
    parties.push_back(row.party);
    latest = std::max(latest, version);
  }
  if (parties.empty()) return;
  out.push_back({"follow " + PolicyNamed(latest),
                 "node(s) " + NodeList(parties) + " have it and this node has not: they may refuse it",
                 "send this node the statement of that version with `passport admin send`, or have as many "
                 "operators as the threshold sign it anew"});
}

}  // namespace

void AddPolicyTroubles(const Node& node, const claims::Claims& own, std::vector<Trouble>& out) {
  AddPolicyUnmet(node.policies(), own, out);
  if (!node.policies().unmet()) AddPolicyLater(node, out);
}

std::string PolicyJson(const Node& node, const claims::Claims& own) {
  const PolicyBook& policies = node.policies();
  const std::string shortfall = claims::Shortfall(own, policies.policy());
  json::ObjectWriter out;
  out.U64("version", policies.policy().version)
      .Text("sha256", ToHex(policies.policy().hash))
      .Text("state", PolicyStateOf(policies))
      .Raw("unmet_here", shortfall.empty() ? "null" : json::Quote(shortfall));
  return out.Finish();
}

}  // namespace passport::core
