#include "tools/cli/attest.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

core::AttestedFacts SignedPart(const EnclaveFacts& facts, const Bytes& envelope_spki) {
  core::AttestedFacts out{.identity_key = *facts.identity_key,
                          .channel_key = *facts.channel_key,
                          .measurement = facts.measurement,
                          .boot = facts.boot,
                          .build = facts.build,
                          .confinement = facts.confinement};
  if (facts.network) out.manifest_hash = facts.network->manifest_hash;
  if (!envelope_spki.empty()) out.envelope_key_sha256 = crypto::HashSha256(envelope_spki);
  return out;
}

}  // namespace

std::vector<std::string> AttestationFaults(const EnclaveFacts& facts, const ByteArray<32>& nonce) {
  if (!facts.identity_key || !facts.channel_key)
    return {"the enclave has no identity key yet: it signs nothing"};
  const Result<Bytes> envelope = ParseBase64(facts.enclave_public_key);
  if (!envelope.ok()) return {"the envelope key is not canonical base64"};
  std::vector<std::string> out;
  if (facts.nonce != nonce) out.emplace_back("the answer is for another nonce: it may be an old one");
  const Hash32 hash = SignedPart(facts, envelope.value()).SignedHash(nonce);
  if (!crypto::VerifyEd25519(*facts.identity_key, hash, facts.signature))
    out.emplace_back("the signature is not the identity key's over these facts and this nonce");
  return out;
}

std::vector<std::string> ManifestFaults(const EnclaveFacts& facts, const peer::SignedManifest& expected) {
  std::vector<std::string> out;
  if (!peer::VerifyGenesis(expected).ok())
    out.emplace_back("the manifest is not complete: see `passport manifest show`");
  if (!facts.network || facts.network->manifest_hash != expected.manifest.Hash())
    out.emplace_back("the node does not have this manifest");
  const auto& rows = expected.manifest.rows;
  const auto row = std::ranges::find_if(
      rows, [&](const peer::ManifestRow& each) { return facts.identity_key == each.identity_key; });
  if (row == rows.end()) {
    out.emplace_back("the identity key is no node's of the manifest");
    return out;
  }
  if (row->party.value != facts.party) out.emplace_back("the identity key is that of another node");
  if (facts.channel_key != row->channel_key) out.emplace_back("the channel key is not the manifest's");
  if (!row->measurements.empty() && std::ranges::count(row->measurements, facts.measurement) == 0)
    out.emplace_back("the manifest does not allow this measurement");
  return out;
}

}  // namespace passport::cli
