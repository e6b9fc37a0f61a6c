// passport attest: asks a node's enclave for evidence about itself for a fresh nonce, verifies it, judges it
// by a policy, and says in plain words what is proven and what is not.
#include <algorithm>
#include <iostream>

#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/policy_file.h"
#include "tools/cli/problem.h"
#include "tools/cli/verifier_process.h"
#include "trusted/claims/claims_json.h"
#include "trusted/core/attested.h"
#include "trusted/crypto/rng.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

// For scripts; 0 is proven, or consistent where no policy was given, 1 a failure of this program, 2 a wrong
// command line.
constexpr int kExitRefused = 3;
constexpr int kExitUnverifiable = 4;
constexpr int kExitUnreachable = 5;

int ExitOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProven:
    case Verdict::kConsistent:
      return 0;
    case Verdict::kRefused:
      return kExitRefused;
    case Verdict::kUnverifiable:
      return kExitUnverifiable;
  }
  return kExitFailed;
}

std::string ListJson(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(json::Quote(text));
  return json::ArrayOf(items);
}

// What a policy names evidence by; null if it does not hold or was not read.
std::string EvidenceJson(const std::optional<attest::Findings>& found) {
  if (!found) return "null";
  std::vector<std::string> tcb;
  for (const std::uint16_t component : found->tcb) tcb.push_back(std::to_string(component));
  return json::ObjectWriter()
      .Text("provider", attest::NameOf(found->provider))
      .Text("attester", ToHex(found->attester))
      .Text("root", ToHex(found->root))
      .Text("measurement", ToHex(found->measurement))
      .Raw("tcb", json::ArrayOf(tcb))
      .Bool("tcb_current", found->tcb_current)
      .Finish();
}

void PrintJson(const std::string& url, const Attestation& attestation, const Assessment& assessed) {
  std::cout << json::ObjectWriter()
                   .Text("url", url)
                   .Text("verdict", NameOf(assessed.verdict))
                   .U64("status", static_cast<std::uint64_t>(assessed.status))
                   .Text("rule", claims::RuleOf(assessed.status))
                   .Raw("faults", ListJson(assessed.faults))
                   .Raw("proven", ListJson(assessed.proven))
                   .Raw("not_proven", ListJson(assessed.not_proven))
                   .Raw("claims", claims::ToJson(attestation.claims))
                   .Raw("evidence", EvidenceJson(assessed.found))
                   .Finish()
            << std::endl;
}

void Line(const char* name, const std::string& value) {
  std::string line = name;
  line.resize(std::max<std::size_t>(line.size() + 1, 16), ' ');
  std::cout << line << value << '\n';
}

// Claims have no character that moves a cursor (claims.cpp).
void PrintClaims(const claims::Claims& c) {
  std::cout << "what the enclave of node " << c.node.value << " claims:\n";
  Line("provider", std::string(attest::NameOf(c.provider)) + ", platform " + std::string(NameOf(c.platform)));
  Line("measurement", ToHex(c.measurement) + ", by " + std::string(NameOf(c.measured_by)));
  Line("build", c.build + ", svn " + std::to_string(c.release.svn) + ", signer " +
                    (c.release.signer == Hash32{} ? "none" : ToHex(c.release.signer)));
  Line("identity key", ToHex(c.identity_key));
  Line("channel key", ToHex(c.channel_key));
  Line("manifest", ToHex(c.configuration.manifest_hash));
  Line("policy", "version " + std::to_string(c.configuration.policy_version) +
                     (c.configuration.policy_version == 0 ? " (built in)" : ""));
  Line("boot", ToHex(c.boot.bytes));
  Line("rollback", std::string(NameOf(c.rollback)));
  Line("key sources", claims::KeySourceNames(c.key_sources) + ", epoch " + std::to_string(c.key_epoch));
  Line("debug", c.debug ? "yes" : "no");
  for (const claims::LayerClaim& claim : c.layers) Line("confinement", claim.layer + ": " + claim.state);
}

// What a policy enrols such evidence by.
void PrintEvidence(const attest::Findings& found) {
  if (found.provider <= attest::Provider::kSimulated) return;
  std::cout << "what a policy names this evidence by:\n";
  Line("attester", ToHex(found.attester));
  Line("root", found.root == Hash32{} ? "none: enrol the attester" : ToHex(found.root));
  Line("measurement", found.measurement.empty() ? "none" : ToHex(found.measurement));
  std::string tcb;
  for (const std::uint16_t component : found.tcb)
    tcb += (tcb.empty() ? "" : ", ") + std::to_string(component);
  if (!tcb.empty()) Line("tcb", tcb + (found.tcb_current ? " (current)" : ""));
}

void PrintText(const Attestation& attestation, const Assessment& assessed) {
  PrintClaims(attestation.claims);
  if (assessed.found) PrintEvidence(*assessed.found);
  for (const std::string& fault : assessed.faults) std::cout << "NOT verified: " << fault << '\n';
  for (const std::string& text : assessed.proven) std::cout << "proven: " << text << '\n';
  for (const std::string& text : assessed.not_proven) std::cout << "not proven: " << text << '\n';
  std::cout << core::kLegacyBinding << '\n';
  if (assessed.verdict == Verdict::kRefused || assessed.verdict == Verdict::kUnverifiable)
    std::cout << "next: rely on nothing that this node says until its operator has explained it; if --url, "
                 "--manifest or --policy is wrong, give the right one\n";
  std::cout << NameOf(assessed.verdict)
            << (assessed.verdict == Verdict::kConsistent ? ", but judged by no policy: give one with --policy"
                                                         : "")
            << std::endl;
}

int Unreachable(const std::string& url, const std::string& why, bool json) {
  if (json) {
    std::cout
        << json::ObjectWriter().Text("url", url).Text("verdict", "unreachable").Text("reason", why).Finish()
        << std::endl;
  } else {
    std::cerr << "passport: " << why << std::endl;
  }
  return kExitUnreachable;
}

}  // namespace

int Attest(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("url", po::value<std::string>(), "URL of the node (needed)")(
      "node", po::value<std::string>(), "the same")("policy", po::value<std::string>(),
                                                    "a policy file that has to accept the evidence")(
      "manifest", po::value<std::string>(), "the network's manifest, whose keys the node must have")(
      "verifier", po::value<std::string>(), "the program passport-verifier, for evidence with certificates")(
      "json", "print one JSON object");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string url = Required(*values, values->contains("node") ? "node" : "url");
  const NodeApi api = ApiOf(url);
  const bool json = values->contains("json");
  Verifying verifying{.nonce = crypto::SystemRng().Array<32>(), .now_s = UnixMs() / 1000};
  std::optional<claims::Policy> policy;
  if (const auto file = Optional<std::string>(*values, "policy")) {
    verifying.policy = &policy.emplace(ParsePolicyText(ReadFile(*file), *file));
  }
  std::optional<peer::SignedManifest> manifest;
  if (const auto file = Optional<std::string>(*values, "manifest"))
    verifying.manifest = &manifest.emplace(ReadManifestFile(*file));
  if (const auto program = Optional<std::string>(*values, "verifier"))
    verifying.hardware = [program](ByteSpan evidence) { return RunVerifier(*program, evidence); };

  const auto body = api.GetAttestation(verifying.nonce);
  if (!body.ok()) return Unreachable(url, body.error().Text(), json);
  const auto attestation = ParseAttestation(body.value());
  if (!attestation.ok())
    return Unreachable(url, url + "/attestation is not what a node of this version says", json);
  const Assessment assessed = Assess(attestation.value(), verifying);
  if (json) {
    PrintJson(url, attestation.value(), assessed);
  } else {
    PrintText(attestation.value(), assessed);
  }
  return ExitOf(assessed.verdict);
}

}  // namespace passport::cli
