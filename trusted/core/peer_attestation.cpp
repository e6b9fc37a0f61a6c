#include "trusted/core/peer_attestation.h"

#include <algorithm>

#include "trusted/attest/simulated.h"
#include "trusted/attest/tpm2.h"

namespace passport::core {
namespace {

using attest::Evidence;
using attest::Findings;
using attest::Provider;

// What the core verifies itself: without X.509, which has no place beside the shares. Nothing: not here.
std::optional<Result<Findings>> VerifyHere(const Evidence& evidence) {
  if (evidence.provider == Provider::kNone) return Findings{};
  if (evidence.provider == Provider::kSimulated) return attest::VerifySimulated(evidence);
  if (evidence.provider == Provider::kTpm2 && evidence.collateral.empty())
    return attest::VerifyTpm2(evidence);
  return std::nullopt;
}

}  // namespace

void PeerAttestation::Show(const SessionRef& session, PartyIndex party) {
  const auto [quote, first] = quotes_.try_emplace(party);
  if (!first) {
    quote->second = session;
    return;
  }
  parts_.evidence.Make(parts_.claims(session.nonce), [this, session, party](const Result<Proof>& proof) {
    const std::optional<SessionRef> next = quotes_.extract(party).mapped();
    port_.OnProof(session, proof.ok() ? Result<Bytes>(proof.value().Encode()) : Fail(Status{proof.error()}));
    if (next) Show(*next, party);
  });
}

Bytes PeerAttestation::Showing(std::uint16_t version, const Bytes& proof) const {
  if (version < kShowsStatements) return proof;
  return SessionEvidence{proof, parts_.confirmation.done(), parts_.policies.statement()}.Encode();
}

void PeerAttestation::Examine(const SessionPeer& peer, ByteSpan proof_bytes) {
  const auto refuse = [&](Status status) { port_.OnVerdict(peer.session, Fail(Status{status})); };
  const auto proof = Proof::Parse(proof_bytes);
  if (!proof.ok()) return refuse(proof.error());
  auto claims = claims::Claims::Parse(proof.value().claims);
  if (!claims.ok()) return refuse(claims.error());
  const auto evidence = Evidence::Parse(proof.value().evidence);
  if (!evidence.ok()) return refuse(evidence.error());
  if (const auto right = CheckPeer(peer, claims.value()); !right.ok()) return refuse(right.error());
  if (const auto found = VerifyHere(evidence.value()))
    return port_.OnVerdict(peer.session, Judge(peer, claims.value(), *found));
  if (!policy().providers.contains(evidence.value().provider)) return refuse(Status::kAttestProvider);
  Verify({peer, std::move(claims).value(), proof.value().evidence});
}

// By a process of its own; the answer is passportd's word, and the policy may have changed meanwhile.
void PeerAttestation::Verify(Examined examined) {
  const auto [verification, first] = verifications_.try_emplace(examined.peer.party);
  if (!first) {
    verification->second = std::move(examined);
    return;
  }
  const SessionPeer peer = examined.peer;
  const auto asked = parts_.platform.Ask(
      platform_link::Kind::kVerify, std::move(examined.evidence),
      [this, peer, claims = std::move(examined.claims)](const Result<Bytes>& answer) {
        OnVerified(peer, answer.ok() ? Judge(peer, claims, Findings::Parse(answer.value()))
                                     : Fail(Status::kAttestUnavailable));
      });
  if (!asked.ok()) OnVerified(peer, Fail(Status::kAttestUnavailable));
}

void PeerAttestation::OnVerified(const SessionPeer& peer, const Result<Vouched>& verdict) {
  std::optional<Examined> next = std::move(verifications_.extract(peer.party).mapped());
  port_.OnVerdict(peer.session, verdict);
  if (next) Verify(*std::move(next));
}

// The claims are those of the enclave at the other end of this session, whatever evidence there is.
Result<Unit> PeerAttestation::CheckPeer(const SessionPeer& peer, const claims::Claims& claims) const {
  const peer::ManifestRow* row = identity_.manifest.Row(peer.party);
  if (claims.identity_key != row->identity_key || claims.channel_key != row->channel_key)
    return Fail(Status::kAttestKeys);
  if (claims.node != peer.party || claims.boot != peer.boot || claims.epoch != identity_.manifest.epoch ||
      claims.configuration.manifest_hash != identity_.manifest_hash)
    return Fail(Status::kAttestNode);
  return Ok();
}

// Certificates have to be valid at the likely time: a node that has heard no peer has no other. That the
// evidence itself is new is shown by its nonce, not by a clock.
Result<Vouched> PeerAttestation::Judge(const SessionPeer& peer, const claims::Claims& claims,
                                       const Result<Findings>& found) const {
  if (!found.ok()) return Fail(Status{found.error()});
  const std::uint64_t now_s = parts_.time.LikelyMs() / 1000;
  PASSPORT_TRY_VOID(claims::Judge(claims, found.value(), policy(), {peer.session.nonce, now_s, now_s}));
  const auto& allowed = identity_.manifest.Row(peer.party)->measurements;
  if (!allowed.empty() && std::ranges::find(allowed, claims.measurement) == allowed.end())
    return Fail(Status::kAttestMeasurement);
  return Vouched{claims.provider, claims.configuration.policy_version, claims.configuration.policy_hash};
}

}  // namespace passport::core
