// What the core says of what it is: GET /enclave.
#include "edl/base/uuid.h"
#include "trusted/claims/claims_json.h"
#include "trusted/core/core.h"
#include "trusted/core/health_policy.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

std::string RosterJson(const peer::Manifest& manifest) {
  std::vector<std::string> rows;
  for (const peer::ManifestRow& row : manifest.rows) {
    rows.push_back(json::ObjectWriter()
                       .U64("party", row.party.value)
                       .Text("identity_key", ToHex(row.identity_key))
                       .Text("channel_key", ToHex(row.channel_key))
                       .Text("operator_key", ToHex(row.operator_key))
                       .Text("peer_address", row.peer_address)
                       .Text("api_address", row.api_address)
                       .Finish());
  }
  return json::ArrayOf(rows);
}

std::string NetworkJson(const Identity& identity) {
  const peer::Manifest& manifest = identity.manifest;
  return json::ObjectWriter()
      .Text("network_id", FormatUuid(manifest.network_id))
      .U64("epoch", manifest.epoch)
      .U64("n", manifest.n)
      .U64("t", manifest.t)
      .U64("write_quorum", AckQuorum(manifest))
      .U64("keygen_quorum", KeygenQuorum(manifest))
      .Text("rollback", manifest.rollback == peer::RollbackRule::kWeak ? "weak" : "strict")
      .Text("profile", peer::NameOf(manifest.profile))
      .Text("manifest_hash", ToHex(identity.manifest_hash))
      .Raw("roster", RosterJson(manifest))
      .Finish();
}

std::string AttestationText(attest::Provider provider) {
  const std::string name(attest::NameOf(provider));
  if (provider == attest::Provider::kNone)
    return name + ": no hardware evidence; keys are the launcher's word";
  if (provider == attest::Provider::kSimulated)
    return name + ": GET /attestation has evidence that proves nothing, as its key is public";
  return name + ": GET /attestation?nonce=HEX64 has the evidence";
}

std::string ClaimsJson(const std::vector<Claim>& claims) {
  json::ObjectWriter out;
  for (const Claim& claim : claims) out.Text(claim.layer, claim.state);
  return out.Finish();
}

}  // namespace

// Only with keys.
AttestedFacts Core::Facts() const {
  AttestedFacts out{.identity_key = keys_->signing.public_key(),
                    .channel_key = crypto::PublicX25519(keys_->channel),
                    .measurement = config_.measurement,
                    .boot = boot_,
                    .build = config_.build,
                    .confinement = config_.confinement};
  if (!node_) return out;
  out.manifest_hash = node_->identity().manifest_hash;
  if (!node_->opener().empty())
    out.envelope_key_sha256 = crypto::HashSha256(node_->opener().keys().front().public_spki());
  return out;
}

// Under which keys the records are, and when the operator may destroy the file of the root key before.
std::string Core::SealingJson() const {
  const sealing::Sealer& sealer = records_.sealer();
  json::ObjectWriter out;
  out.U64("key_epoch", sealer.keys().key_epoch).U64("svn", sealer.keys().svn);
  if (phase_ == edl::Phase::kBoot) return out.Text("state", "not loaded").Finish();
  const StaleRecords& stale = records_.stale();
  std::string_view state = "current";
  std::string_view next = "nothing";
  if (stale.left() > 0) {
    state = "sealing again";
    next = sealer.has_previous_root() ? "keep the file of the previous root key until the state is done"
           : sealer.has_previous()    ? "keep --previous-release-key until the state is done"
                                      : "wait: records of an older version are sealed again";
  } else if (sealer.has_previous()) {
    state = "done";
    next =
        sealer.has_previous_root()
            ? "start without --previous-root-key and the like and with this --key-epoch, now and from now "
              "on; "
              "then destroy the old file: it opens nothing here any more; a file that is part of the new "
              "root "
              "key too stays"
            : "start without --previous-release-key and with this --key-epoch, now and from now on; the root "
              "key stays";
  }
  return out.Text("state", state)
      .U64("oldest_key_epoch", stale.oldest().key_epoch)
      .U64("oldest_svn", stale.oldest().svn)
      .U64("records_left", stale.left())
      .Text("do", next)
      .Finish();
}

std::string Core::CounterJson() const {
  if (!counter_.present()) return "null";
  return json::ObjectWriter().U64("value", counter_.value()).Bool("raised", counter_.holds()).Finish();
}

std::string_view Core::RollbackMode() const {
  return NameOf(node_ ? MakeClaims({}).rollback : claims::Rollback::kNone);
}

std::string Core::AttestJson(const ByteArray<32>& nonce) const {
  json::ObjectWriter out;
  std::vector<std::string> envelope_keys;
  if (node_) {
    for (const auto& key : node_->opener().keys())
      envelope_keys.push_back(json::Quote(ToBase64(key.public_spki())));
  }
  out.Raw("enclave_public_key", envelope_keys.empty() ? "null" : envelope_keys.front());
  out.Raw("enclave_public_keys", json::ArrayOf(envelope_keys));
  out.Text("phase", NameOf(phase_))
      .Text("build", config_.build)
      .Text("measurement", ToHex(config_.measurement));
  out.Text("measured_by", "launcher")
      .Text("platform", "process")
      .Text("attestation", AttestationText(evidence_.Best(node_ && IsDevnet(node_->identity().manifest))));
  out.Text("boot", ToHex(boot_.bytes))
      .U64("boot_counter", phase_ == edl::Phase::kBoot ? 0 : records_.head().boot_counter);
  out.Raw("confinement", ClaimsJson(config_.confinement));
  out.Raw("sealing", SealingJson()).Text("rollback", RollbackMode());
  out.Text("request_binding", kLegacyBinding);
  if (keys_) {
    const AttestedFacts facts = Facts();
    out.Text("identity_key", ToHex(facts.identity_key)).Text("channel_key", ToHex(facts.channel_key));
    out.Text("nonce", ToHex(nonce)).Text("signature", ToHex(keys_->signing.Sign(facts.SignedHash(nonce))));
  }
  if (node_) {
    out.U64("party", node_->identity().self.value).Raw("network", NetworkJson(node_->identity()));
    out.Raw("policy", PolicyJson(*node_, OwnClaims()));
  }
  return out.Finish();
}

}  // namespace passport::core
