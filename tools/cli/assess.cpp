#include "tools/cli/assess.h"

#include <algorithm>

#include "trusted/attest/simulated.h"
#include "trusted/attest/tpm2.h"
#include "trusted/claims/claims_json.h"

namespace passport::cli {
namespace {

using attest::Findings;
using attest::Provider;

template <std::size_t N>
Result<ByteArray<N>> GetHex(const json::Value& body, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, body.GetString(key));
  PASSPORT_TRY(const Bytes bytes, ParseHex(text));
  return ToArray<N>(bytes);
}

Result<Bytes> GetBase64(const json::Value& body, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, body.GetString(key));
  return ParseBase64(text);
}

// What is refused stays so, whatever else could not be verified.
void Add(Assessment& out, Verdict verdict, Status status, std::string fault) {
  if (out.verdict != Verdict::kRefused) {
    out.verdict = verdict;
    out.status = status;
  }
  out.faults.push_back(std::move(fault));
}

void Refuse(Assessment& out, Status status) {
  const Refusal refusal = Explain(status);
  const std::string_view rule = claims::RuleOf(status);
  Add(out, Verdict::kRefused, status,
      refusal.wrong + (rule.empty() ? "" : " [policy: " + std::string(rule) + "]"));
}

void CheckSignatures(const Attestation& a, const Verifying& v, Assessment& out) {
  if (a.nonce != v.nonce)
    Add(out, Verdict::kRefused, Status::kAttestNonce,
        "the answer is for another nonce: it may be an old one");
  const Hash32 hash = claims::AnswerHash(v.nonce, a.claims_bytes, a.evidence_bytes);
  if (!crypto::VerifyEd25519(a.claims.identity_key, hash, a.signature))
    Add(out, Verdict::kRefused, Status::kBadSignature, "the identity key in the claims did not sign them");
  if (!crypto::VerifyEd25519(a.claims.instance_key, hash, a.instance_signature))
    Add(out, Verdict::kRefused, Status::kBadSignature, "the key of this start did not sign the claims");
}

void CheckManifest(const claims::Claims& claims, const peer::SignedManifest& expected, Assessment& out) {
  const auto fault = [&](Status status, const char* text) { Add(out, Verdict::kRefused, status, text); };
  if (!peer::VerifyGenesis(expected).ok())
    fault(Status::kManifestSigners, "the manifest is not complete: see `passport manifest show`");
  if (claims.configuration.manifest_hash != expected.manifest.Hash())
    fault(Status::kAttestNode, "the node does not have this manifest");
  const peer::ManifestRow* row = expected.manifest.Row(claims.node);
  if (row == nullptr || row->identity_key != claims.identity_key || row->channel_key != claims.channel_key)
    return fault(Status::kAttestKeys, "the manifest names other keys for this node");
  if (!row->measurements.empty() && std::ranges::count(row->measurements, claims.measurement) == 0)
    fault(Status::kAttestMeasurement, "the manifest does not allow this measurement");
}

// What the evidence says, as far as it can be read here.
std::optional<Findings> Verify(const Attestation& a, const Verifying& v, Assessment& out) {
  const Provider provider = a.evidence.provider;
  if (provider == Provider::kNone) return Findings{};
  const bool bare_tpm = provider == Provider::kTpm2 && a.evidence.collateral.empty();
  if (provider == Provider::kSimulated || bare_tpm) {
    auto found = bare_tpm ? attest::VerifyTpm2(a.evidence) : attest::VerifySimulated(a.evidence);
    if (found.ok()) return std::move(found).value();
    Refuse(out, found.error());
    return std::nullopt;
  }
  if (!v.hardware) {
    Add(out, Verdict::kUnverifiable, Status::kAttestUnavailable,
        "evidence of " + std::string(attest::NameOf(provider)) +
            " is verified by passport-verifier: give its path with --verifier");
    return std::nullopt;
  }
  auto found = v.hardware(a.evidence_bytes);
  if (found.ok()) return std::move(found).value();
  Add(out, Verdict::kUnverifiable, Status::kAttestUnavailable, found.error());
  return std::nullopt;
}

// Without a policy: that claims and evidence belong together, and nothing about whether that is enough.
claims::Policy AnyOf(const Findings& found) {
  claims::Policy out = claims::DevnetPolicy();
  out.providers[found.provider] = {{found.root}, {found.attester}, {}, {}, false};
  return out;
}

void Judge(const Attestation& a, const Verifying& v, const Findings& found, Assessment& out) {
  const claims::Policy policy = v.policy != nullptr ? *v.policy : AnyOf(found);
  const auto verdict =
      claims::Judge(a.claims, found, policy, {claims::RequestNonce(v.nonce), v.now_s, v.now_s});
  if (!verdict.ok()) Refuse(out, verdict.error());
}

std::string VouchedFor(Provider provider) {
  const std::string name(attest::NameOf(provider));
  switch (provider) {
    case Provider::kNone:
      return "nothing but the enclave's own keys signed this: which program holds them is passportd's word "
             "alone";
    case Provider::kSimulated:
      return "the evidence is SIMULATED: its key is public, anybody can make it, it protects nothing";
    case Provider::kTpm2:
      return "a TPM measures what was started; it does not protect memory from root, the kernel or the "
             "machine's "
             "owner";
    default:
      return name + " measures the machine's image; kernel and passportd inside it are trusted for the rest";
  }
}

void Describe(const Attestation& a, const Verifying& v, Assessment& out) {
  const claims::Claims& c = a.claims;
  out.proven.push_back("fresh: made for the nonce of this very request, by the start " + ToHex(c.boot.bytes));
  out.proven.push_back(
      "signed by the identity key " + ToHex(c.identity_key) +
      (v.manifest != nullptr ? ", which the manifest names for node " + std::to_string(c.node.value) : ""));
  if (a.evidence.provider > Provider::kSimulated)
    out.proven.push_back("evidence of " + std::string(attest::NameOf(a.evidence.provider)) +
                         " covers exactly these claims");
  if (v.policy != nullptr)
    out.proven.push_back("version " + std::to_string(v.policy->version) + " of the given policy accepts it");
  out.not_proven.push_back(VouchedFor(a.evidence.provider));
  if (v.manifest == nullptr) out.not_proven.push_back("whose identity key it is: only --manifest can show");
  if (v.policy == nullptr)
    out.not_proven.push_back(
        "that image, release and confinement are as you want them: only --policy can show");
  if (c.debug) out.not_proven.push_back("secrecy: the enclave runs for development and can be looked into");
  std::string missing;
  for (const claims::LayerClaim& claim : c.layers) {
    if (claims::IsMissing(claim)) missing += (missing.empty() ? "" : ", ") + claim.layer;
  }
  if (!missing.empty()) out.not_proven.push_back("confinement by: " + missing);
}

}  // namespace

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProven:
      return "proven";
    case Verdict::kConsistent:
      return "consistent";
    case Verdict::kRefused:
      return "refused";
    case Verdict::kUnverifiable:
      return "unverifiable";
  }
  return "unknown";
}

Result<Attestation> ParseAttestation(const json::Value& body) {
  Attestation out;
  PASSPORT_TRY(out.nonce, GetHex<32>(body, "nonce"));
  PASSPORT_TRY(out.claims_bytes, GetBase64(body, "claims"));
  PASSPORT_TRY(out.evidence_bytes, GetBase64(body, "evidence"));
  PASSPORT_TRY(out.signature, GetHex<64>(body, "signature"));
  PASSPORT_TRY(out.instance_signature, GetHex<64>(body, "instance_signature"));
  PASSPORT_TRY(out.claims, claims::Claims::Parse(out.claims_bytes));
  PASSPORT_TRY(out.evidence, attest::Evidence::Parse(out.evidence_bytes));
  return out;
}

Assessment Assess(const Attestation& attestation, const Verifying& verifying) {
  Assessment out;
  CheckSignatures(attestation, verifying, out);
  if (verifying.manifest != nullptr) CheckManifest(attestation.claims, *verifying.manifest, out);
  out.found = Verify(attestation, verifying, out);
  if (out.found) Judge(attestation, verifying, *out.found, out);
  if (out.verdict != Verdict::kProven) return out;
  if (verifying.policy == nullptr) out.verdict = Verdict::kConsistent;
  Describe(attestation, verifying, out);
  return out;
}

}  // namespace passport::cli
