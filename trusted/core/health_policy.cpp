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

// A start whose policy is not known to be the latest opens no session (docs/adr/0022).
void AddPolicyBlocked(const Node& node, std::vector<Trouble>& out) {
  const auto& blocked = node.confirmation().blocked();
  if (!blocked) return;
  const std::string shown = "node " + std::to_string(blocked->from.value) + " shows " +
                            PolicyNamed(blocked->version) +
                            ", signed by its operators, and this start of the node had version " +
                            std::to_string(node.policies().policy().version) +
                            ": its disk is an older one, or it was away (policy_rolled_back). ";
  if (const auto& unmet = node.policies().unmet()) {
    out.push_back(
        {"open sessions under an older attestation policy",
         shown + "This node does not satisfy the later one: " + unmet->shortfall,
         "start this node as that policy demands; or have as many operators as the threshold sign a "
         "later version that names what it has, for this start: `passport admin policy --recover`"});
    return;
  }
  out.push_back(
      {"open sessions under an older attestation policy",
       shown + "This version of the program cannot take it (status " +
           std::to_string(static_cast<unsigned>(blocked->why)) + ")",
       "start the version of the program that its operators run elsewhere; or have as many operators as the "
       "threshold sign a later version for this start: `passport admin policy --recover`"});
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

std::string TextOrNull(const std::string& text) { return text.empty() ? "null" : json::Quote(text); }

}  // namespace

void AddPolicyTroubles(const Node& node, const claims::Claims& own, std::vector<Trouble>& out) {
  AddPolicyUnmet(node.policies(), own, out);
  AddPolicyBlocked(node, out);
  if (!node.policies().unmet()) AddPolicyLater(node, out);
}

// With the files that the next policy is compared with, so that it can be compared before it is signed.
std::string PolicyJson(const Node& node, const claims::Claims& own) {
  const PolicyBook& policies = node.policies();
  const std::string shortfall = claims::Shortfall(own, policies.policy());
  json::ObjectWriter out;
  out.U64("version", policies.policy().version)
      .Text("sha256", ToHex(policies.policy().hash))
      .Text("state", PolicyStateOf(policies))
      .Bool("confirmed", node.confirmation().done())
      .Raw("unmet_here", TextOrNull(shortfall))
      .Bool("proven", policies.proven())
      .Raw("file", TextOrNull(policies.stored().file))
      .Raw("base", TextOrNull(policies.stored().base));
  return out.Finish();
}

}  // namespace passport::core
