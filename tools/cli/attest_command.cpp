// passport attest: asks a node's enclave to sign for a fresh nonce, verifies it, and prints what was signed
// apart from what was not (rules.md 1).
#include <algorithm>
#include <iostream>

#include "tools/cli/attest.h"
#include "tools/cli/command.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/problem.h"
#include "trusted/crypto/rng.h"

namespace passport::cli {
namespace {

// A node's text never moves the cursor over what stands above it.
void Line(const char* name, std::string value) {
  std::string line = name;
  line.resize(std::max<std::size_t>(line.size() + 1, 16), ' ');
  std::ranges::replace_if(
      value, [](char c) { return c < ' ' || c > '~'; }, '?');
  std::cout << line << value << '\n';
}

void PrintSigned(const EnclaveFacts& facts) {
  std::cout << "what the signature covers:\n";
  Line("identity key", facts.identity_key ? ToHex(*facts.identity_key) : "none");
  Line("channel key", facts.channel_key ? ToHex(*facts.channel_key) : "none");
  Line("manifest", facts.network ? ToHex(facts.network->manifest_hash) : "none yet");
  Line("envelope key", facts.enclave_public_key.empty() ? "none yet" : facts.enclave_public_key);
  Line("measurement", ToHex(facts.measurement));
  Line("build", facts.build);
  Line("boot", ToHex(facts.boot.bytes));
  std::string missing;
  for (const core::Claim& claim : facts.confinement) {
    Line("confinement", claim.layer + ": " + claim.state);
    if (core::IsMissing(claim)) missing += (missing.empty() ? "" : ", ") + claim.layer;
  }
  Line("missing layers", missing.empty() ? "none" : missing);
}

}  // namespace

int Attest(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the node (needed)")(
      "manifest", po::value<std::string>(), "the network's manifest, whose keys the node must have");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const NodeApi api = ApiOf(Required(*values, "node"));
  const auto manifest = Optional<std::string>(*values, "manifest");
  const ByteArray<32> nonce = crypto::SystemRng().Array<32>();
  const EnclaveFacts facts = OrProblem(api.GetEnclave(nonce));
  std::vector<std::string> faults = AttestationFaults(facts, nonce);
  if (manifest) {
    for (std::string& fault : ManifestFaults(facts, ReadManifestFile(*manifest)))
      faults.push_back(std::move(fault));
  }
  PrintSigned(facts);
  std::cout << "what it does not cover, the host's word:\n";
  Line("party", std::to_string(facts.party));
  Line("phase", facts.phase);
  Line("platform", facts.platform);
  Line("attestation", facts.attestation);
  std::cout << core::kLegacyBinding << '\n';
  for (const std::string& fault : faults) std::cout << "NOT verified: " << fault << '\n';
  if (!faults.empty()) {
    std::cout
        << "next: rely on nothing that this node says until its operator has explained it; if the --node or "
           "--manifest is wrong, give the right one\n";
  } else {
    std::cout << "verified: signed for our nonce by the identity key"
              << (manifest ? ", which the manifest names for node " + std::to_string(facts.party)
                           : "; whose key it is only --manifest can show")
              << '\n';
  }
  std::cout << std::flush;
  return faults.empty() ? 0 : kExitFailed;
}

}  // namespace passport::cli
