#include "tools/cli/policy_file.h"

#include <algorithm>

#include "edl/base/layers.h"
#include "tools/cli/clock.h"
#include "tools/cli/problem.h"
#include "trusted/claims/claims_json.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/rng.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

using attest::Provider;
using claims::Policy;
using claims::ProviderRules;

constexpr std::uint32_t kDraftAgeSeconds = 3600;

std::string HexOf(const Bytes& bytes) { return json::Quote(ToHex(bytes)); }
std::string HexOf(const Hash32& hash) { return json::Quote(ToHex(hash)); }
std::string NumberOf(std::uint16_t number) { return std::to_string(number); }
std::string TextOf(const std::string& text) { return json::Quote(text); }

template <class T, class F>
std::string ListOf(const std::vector<T>& list, F&& write) {
  std::vector<std::string> items;
  for (const T& each : list) items.push_back(write(each));
  return json::ArrayOf(items);
}

std::string RulesText(const ProviderRules& rules) {
  json::ObjectWriter out;
  const auto hex = [](const auto& bytes) { return HexOf(bytes); };
  if (!rules.roots.empty()) out.Raw("roots", ListOf(rules.roots, hex));
  if (!rules.attesters.empty()) out.Raw("attesters", ListOf(rules.attesters, hex));
  if (!rules.measurements.empty()) out.Raw("measurements", ListOf(rules.measurements, hex));
  if (!rules.minimum_tcb.empty()) out.Raw("minimum_tcb", ListOf(rules.minimum_tcb, NumberOf));
  if (rules.current_tcb) out.Bool("current_tcb", true);
  return out.Finish();
}

template <class T>
void AddOnce(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

// A vendor's root where there is one, else this very key.
void Enrol(const attest::Findings& found, ProviderRules& rules, bool first) {
  if (found.provider <= Provider::kSimulated) return;
  if (found.root != Hash32{}) {
    AddOnce(rules.roots, found.root);
  } else {
    AddOnce(rules.attesters, found.attester);
  }
  if (found.provider == Provider::kTpm2) return;  // what it booted changes with every update of the machine
  AddOnce(rules.measurements, found.measurement);
  if (first) rules.minimum_tcb = found.tcb;
  rules.minimum_tcb.resize(std::min(rules.minimum_tcb.size(), found.tcb.size()));
  for (std::size_t i = 0; i < rules.minimum_tcb.size(); ++i)
    rules.minimum_tcb[i] = std::min(rules.minimum_tcb[i], found.tcb[i]);
  rules.current_tcb = (first || rules.current_tcb) && found.tcb_current;
}

bool Applied(const NodeTrial& node, std::string_view layer) {
  return std::ranges::count(node.shown->claims.layers, claims::LayerClaim{std::string(layer), "applied"}) > 0;
}

}  // namespace

Policy ParsePolicyText(const std::string& text, const std::string& of_what) {
  auto policy = claims::ParsePolicy(text);
  if (!policy.ok())
    throw Problem(of_what + " is no policy: " + policy.error().text +
                  "; correct it: docs/attestation.md has the members");
  return std::move(policy).value();
}

std::string PolicyText(const Policy& policy) {
  const auto hex = [](const auto& bytes) { return HexOf(bytes); };
  std::string out = "{\n";
  const auto line = [&out](std::string_view key, const std::string& value) {
    out += (out.size() > 2 ? ",\n  " : "  ") + json::Quote(key) + ": " + value;
  };
  json::ObjectWriter providers;
  for (const auto& [provider, rules] : policy.providers)
    providers.Raw(attest::NameOf(provider), RulesText(rules));
  line("version", std::to_string(policy.version));
  line("providers", providers.Finish());
  line("measurements", ListOf(policy.measurements, hex));
  if (!policy.signers.empty()) line("signers", ListOf(policy.signers, hex));
  line("minimum_svn", std::to_string(policy.minimum_svn));
  line("evidence_age_max_s", std::to_string(policy.evidence_age_max_s));
  line("required_layers", ListOf(policy.layers, TextOf));
  line("minimum_rollback", json::Quote(NameOf(policy.minimum_rollback)));
  line("allow_simulated", policy.allow_simulated ? "true" : "false");
  line("allow_debug", policy.allow_debug ? "true" : "false");
  return out + "\n}\n";
}

namespace {

// What is built in says nothing of images that a file may not say otherwise.
Policy BuiltIn(bool devnet) {
  return devnet ? claims::DevnetPolicy() : claims::ProductionPolicy({Hash32{1}});
}

void ReadPolicies(const NodeApi& api, NodeTrial& out) {
  const auto facts = api.GetEnclave();
  if (!facts.ok() || !facts.value().network || !facts.value().policy) return;
  const EnclaveFacts::Policy& shown = *facts.value().policy;
  const auto& claimed = out.shown->claims.configuration;
  const Policy built_in = BuiltIn(facts.value().network->devnet);
  const auto read = [&](const std::string& file) -> std::optional<Policy> {
    if (file.empty()) return built_in;
    auto policy = claims::ReadTaken(file);
    return policy.ok() ? std::optional<Policy>(std::move(policy).value()) : std::nullopt;
  };
  const Hash32 hash = shown.file.empty() ? Hash32{} : crypto::HashSha256(AsBytes(shown.file));
  if (hash != claimed.policy_hash || shown.version != claimed.policy_version) return;
  out.in_force = read(shown.file);
  out.least = shown.proven ? out.in_force : read(shown.base);
}

}  // namespace

std::string RefusalAt(const NodeTrial& node, const Policy& next, bool recover) {
  if (!node.in_force || (recover && !node.least))
    return "it does not show the policy that is in force there, so what it would say to this one is not "
           "known";
  const std::string now = "; version " + std::to_string(node.in_force->version) + " is in force there";
  if (!claims::Follows(node.in_force->version, next.version))
    return "it would refuse it: " + Explain(Status::kPolicyVersion).wrong + now;
  const auto judged = claims::NotWeaker(recover ? *node.least : *node.in_force, next);
  if (judged.ok()) return "";
  return "it would refuse it, as weaker in " + std::string(claims::WeakerMember(judged.error())) + ": " +
         Explain(judged.error()).wrong + now;
}

NodeTrial TryNode(const std::string& url, const TryBy& by) {
  NodeTrial out{.url = url, .shown = {}, .assessed = {}, .why = {}};
  const Verifying verifying{.nonce = crypto::SystemRng().Array<32>(),
                            .now_s = UnixMs() / 1000,
                            .policy = by.policy,
                            .manifest = by.manifest,
                            .hardware = by.verifier};
  const NodeApi api = ApiOf(url);
  const auto body = api.GetAttestation(verifying.nonce);
  if (!body.ok()) {
    out.why = "not reached: " + body.error().Text();
    return out;
  }
  auto shown = ParseAttestation(body.value());
  if (!shown.ok()) {
    out.why = "its answer is not what a node of this version says";
    return out;
  }
  out.shown = std::move(shown).value();
  out.assessed = Assess(*out.shown, verifying);
  for (const std::string& fault : out.assessed.faults) out.why += (out.why.empty() ? "" : "; ") + fault;
  Verifying apart = verifying;
  apart.policy = nullptr;
  out.genuine = Assess(*out.shown, apart).verdict != Verdict::kRefused;
  ReadPolicies(api, out);
  const std::string shortfall = by.policy != nullptr ? claims::Shortfall(out.shown->claims, *by.policy) : "";
  if (!shortfall.empty()) out.why += ": " + shortfall;
  return out;
}

Policy DraftPolicy(const std::vector<NodeTrial>& nodes) {
  Policy out;
  out.evidence_age_max_s = kDraftAgeSeconds;
  out.minimum_svn = UINT32_MAX;
  out.minimum_rollback = claims::Rollback::kPeersAndCounter;
  bool all_signed = true;
  for (const NodeTrial& node : nodes) {
    const claims::Claims& claims = node.shown->claims;
    const auto [rules, first] = out.providers.try_emplace(claims.provider);
    Enrol(*node.assessed.found, rules->second, first);
    AddOnce(out.measurements, claims.measurement);
    AddOnce(out.signers, claims.release.signer);
    all_signed = all_signed && claims.release.signer != Hash32{};
    out.version = std::max(out.version, claims.configuration.policy_version + 1);
    if (node.in_force)
      out.evidence_age_max_s = std::min(out.evidence_age_max_s, node.in_force->evidence_age_max_s);
    out.minimum_svn = std::min(out.minimum_svn, claims.release.svn);
    out.minimum_rollback = std::min(out.minimum_rollback, claims.rollback);
    out.allow_simulated = out.allow_simulated || claims.simulated;
    out.allow_debug = out.allow_debug || claims.debug || node.assessed.found->debug;
  }
  if (!all_signed) out.signers.clear();
  for (const LayerRow& row : kLayers) {
    if (std::ranges::all_of(nodes, [&](const NodeTrial& node) { return Applied(node, row.name); }))
      out.layers.emplace_back(row.name);
  }
  return out;
}

std::vector<std::string> WeakerThanTheRest(const std::vector<NodeTrial>& nodes) {
  std::vector<std::string> out;
  const auto some = [&](const std::string& what, auto&& is) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(nodes, is));
    if (count == 0 || count == nodes.size()) return;
    for (const NodeTrial& node : nodes) {
      if (is(node)) out.push_back("node " + std::to_string(node.shown->claims.node.value) + " " + what);
    }
  };
  some("has no evidence of a platform, others have: the policy lets in any that says it has none",
       [](const NodeTrial& node) { return node.shown->claims.provider <= Provider::kSimulated; });
  some("runs for development, others do not: the policy lets in any that does",
       [](const NodeTrial& node) { return node.shown->claims.debug || node.assessed.found->debug; });
  return out;
}

}  // namespace passport::cli
