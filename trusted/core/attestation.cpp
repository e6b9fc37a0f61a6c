// What the core claims of itself, and GET /attestation.
#include <utility>

#include "trusted/api/reply.h"
#include "trusted/claims/claims_json.h"
#include "trusted/core/core.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

constexpr std::size_t kRequestsMax = 8;
constexpr std::uint64_t kQuoteRetryMs = 1'000;

api::Error ErrorOf(Status status) {
  if (status == Status::kBusy) {
    api::Error out = api::MakeError(api::ErrorCode::kBusy, "too many ask for evidence at once");
    out.retry_after_ms = kQuoteRetryMs;
    return out;
  }
  return api::MakeError(api::ErrorCode::kNotAvailable,
                        "there is no evidence (status " + std::to_string(static_cast<unsigned>(status)) +
                            "): see the logs of passportd and passport-platform");
}

claims::Rollback RollbackOf(const peer::Manifest& manifest, bool counter) {
  if (counter) return claims::Rollback::kPeersAndCounter;
  return manifest.rollback == peer::RollbackRule::kWeak ? claims::Rollback::kPeersWeak
                                                        : claims::Rollback::kPeers;
}

std::string ProvidersJson(const std::vector<ProviderState>& providers) {
  std::vector<std::string> rows;
  for (const ProviderState& each : providers) {
    rows.push_back(json::ObjectWriter()
                       .Text("provider", attest::NameOf(each.provider))
                       .Bool("available", each.available)
                       .Text("text", each.text)
                       .Finish());
  }
  return json::ArrayOf(rows);
}

}  // namespace

// Only with keys. Of a network what it does not know yet is zero.
claims::Claims Core::MakeClaims(const ByteArray<32>& verifier_nonce) const {
  claims::Claims out;
  const bool devnet = node_ && IsDevnet(node_->identity().manifest);
  out.provider = evidence_.Best(devnet);
  out.simulated = out.provider == attest::Provider::kSimulated;
  out.debug = config_.launch.debug;
  out.measurement = config_.measurement;
  out.release = config_.launch.release;
  out.build = config_.build;
  out.edl_schema = edl::kSchema;
  out.filter_sha256 = config_.launch.filter_sha256;
  out.configuration.sessions_max = static_cast<std::uint32_t>(config_.signing.runs_max);
  out.configuration.presignatures_max = static_cast<std::uint32_t>(config_.presign.total_max);
  const AttestedFacts facts = Facts();
  out.configuration.manifest_hash = facts.manifest_hash;
  out.identity_key = facts.identity_key;
  out.channel_key = facts.channel_key;
  out.envelope_key_sha256 = facts.envelope_key_sha256;
  out.instance_key = instance_.public_key();
  out.boot = boot_;
  out.boot_counter = records_.head().boot_counter;
  out.head_counter = records_.head().counter;
  out.head_hash = crypto::HashSha256(records_.head().Encode());
  out.layers = config_.confinement;
  out.key_sources = config_.launch.key_sources;
  out.key_epoch = config_.launch.key_epoch;
  out.verifier_nonce = verifier_nonce;
  if (!node_) return out;
  const Identity& identity = node_->identity();
  out.node = identity.self;
  out.epoch = identity.manifest.epoch;
  out.configuration.policy_hash = node_->policy().hash;
  out.configuration.policy_version = node_->policy().version;
  out.rollback = RollbackOf(identity.manifest, counter_.holds());
  return out;
}

// As this enclave judges itself: a counter that is still to be raised in this start will be.
claims::Claims Core::OwnClaims() const {
  claims::Claims out = MakeClaims({});
  if (node_ && counter_.present() && !counter_.late())
    out.rollback = RollbackOf(node_->identity().manifest, true);
  return out;
}

void Core::RefuseEvidence(std::uint64_t token, Status why) {
  const api::Error error = why == Status::kBadPhase
                               ? api::MakeError(api::ErrorCode::kNotReady, "the enclave has no keys yet")
                               : ErrorOf(why);
  outbox_->Reply(token, 0, static_cast<std::uint16_t>(static_cast<unsigned>(error.code) + 1),
                 ToBytes(api::ErrorBody("null", error, MakeRequestId({}, rng_))));
}

void Core::ReplyEvidence(std::uint64_t token, const ByteArray<32>& nonce) {
  if (!keys_) return RefuseEvidence(token, Status::kBadPhase);
  if (evidence_requests_.size() >= kRequestsMax) return RefuseEvidence(token, Status::kBusy);
  evidence_requests_.push_back({token, nonce});
  if (evidence_requests_.size() == 1) MakeNextEvidence();
}

// Quotes take a TPM seconds, and passportd has them made one after the other: that clients have one under way
// at a time keeps peers, whose sessions wait for theirs, and the counter no more than one behind.
void Core::MakeNextEvidence() {
  const EvidenceRequest request = evidence_requests_.front();
  evidence_.Make(MakeClaims(claims::RequestNonce(request.nonce)),
                 [this, request](const Result<Proof>& proof) {
                   if (!proof.ok()) {  // the others would wait for the same
                     for (const EvidenceRequest& each : std::exchange(evidence_requests_, {}))
                       RefuseEvidence(each.token, proof.error());
                     return;
                   }
                   outbox_->Reply(request.token, 0, 0, ToBytes(EvidenceJson(request.nonce, proof.value())));
                   evidence_requests_.pop_front();
                   if (!evidence_requests_.empty()) MakeNextEvidence();
                 });
}

std::string Core::EvidenceJson(const ByteArray<32>& nonce, const Proof& proof) const {
  const claims::Claims claims = claims::Claims::Parse(proof.claims).value();
  const Hash32 answer = claims::AnswerHash(nonce, proof.claims, proof.evidence);
  return json::ObjectWriter()
      .Text("nonce", ToHex(nonce))
      .Text("provider", attest::NameOf(claims.provider))
      .Text("claims", ToBase64(proof.claims))
      .Text("evidence", ToBase64(proof.evidence))
      .Text("signature", ToHex(keys_->signing.Sign(answer)))
      .Text("instance_signature", ToHex(instance_.Sign(answer)))
      .Raw("readable", claims::ToJson(claims))
      .Raw("providers", ProvidersJson(evidence_.providers()))
      .Finish();
}

}  // namespace passport::core
