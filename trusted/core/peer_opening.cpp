// Sessions between handshake and opening: each end shows its evidence and examines the other's.
#include <algorithm>

#include "trusted/core/peer_table.h"

namespace passport::core {
namespace {

// A quote and a verification of passportd's, one after the other, at both ends. As long for the handshake
// before them.
constexpr std::uint64_t kAttestMs = 2 * PlatformDesk::kAnswerMs;

ByteArray<32> NonceOf(const peer::Session& session, peer::Role role) {
  return claims::ChannelNonce(session.handshake_hash(), static_cast<std::uint8_t>(role));
}

}  // namespace

void PeerTable::StartAttesting(std::uint64_t number, Link& link) {
  link.since_ms = now_ms_;
  attestation_.Show({number, NonceOf(link.session, link.session.own_role())}, link.party);
}

void PeerTable::Examine(std::uint64_t number, const Link& link, ByteSpan proof) {
  const peer::Session& session = link.session;
  attestation_.Examine({{number, NonceOf(session, session.peer_role())}, link.party, session.peer_boot()},
                       proof);
}

// Null if the session is gone, whoever has its link's number now.
PeerTable::Link* PeerTable::Attesting(const SessionRef& session, bool own_nonce) {
  const auto entry = links_.find(session.link);
  if (entry == links_.end() || !entry->second.session.attesting()) return nullptr;
  const peer::Session& now = entry->second.session;
  const bool same = NonceOf(now, own_nonce ? now.own_role() : now.peer_role()) == session.nonce;
  return same ? &entry->second : nullptr;
}

void PeerTable::OnProof(const SessionRef& session, const Result<Bytes>& proof) {
  Link* const link = Attesting(session, true);
  if (link == nullptr) return;
  if (!proof.ok()) return Cut(session.link, Event::kProofMissing, proof.error());
  auto frame = link->session.SealEvidence(proof.value());
  if (!frame.ok()) return Cut(session.link, Event::kPeerRefused, frame.error());
  outbox_->Send(session.link, std::move(frame).value());
  link->shown = true;
  AcceptIfDone(session.link, *link);
}

void PeerTable::OnVerdict(const SessionRef& session, const Result<Vouched>& verdict) {
  Link* const link = Attesting(session, false);
  if (link == nullptr) return;
  if (!verdict.ok()) {
    peers_[link->party].refused = verdict.error();
    return Cut(session.link, Event::kAttestRefused, verdict.error());
  }
  link->vouched = verdict.value().provider;
  NotePolicy(link->party, verdict.value());
  AcceptIfDone(session.link, *link);
}

// Whoever has a later policy may refuse this node by it, and says nothing more; two policies of one version
// are a mistake of the operators, or worse.
void PeerTable::NotePolicy(PartyIndex party, const Vouched& shown) {
  const claims::Policy& own = attestation_.policy();
  Peer& peer = peers_[party];
  const bool follows = claims::Follows(own.version, shown.policy_version);
  peer.policy = {follows ? shown.policy_version : 0, shown.policy_hash};
  if (shown.policy_version != own.version || shown.policy_hash == own.hash) return;
  if (peer.forked.size() >= kForksLogged || std::ranges::count(peer.forked, shown.policy_hash) > 0) return;
  peer.forked.push_back(shown.policy_hash);
  outbox_.Log(Event::kPolicyForked, {}, party, own.version);
}

void PeerTable::AcceptIfDone(std::uint64_t number, Link& link) {
  if (!link.shown || !link.vouched) return;
  auto frame = link.session.Accept();
  if (!frame.ok()) return Cut(number, Event::kPeerRefused, frame.error());
  outbox_->Send(number, std::move(frame).value());
  if (link.session.open()) OnOpened(link, number);
}

// A handshake or evidence that does not come, and evidence that has become old: both ends begin again, in
// another session.
void PeerTable::TickAttestation() {
  const std::uint64_t age_ms = std::uint64_t{attestation_.policy().evidence_age_max_s} * 1000;
  std::vector<std::uint64_t> late;
  std::vector<std::uint64_t> old;
  for (const auto& [number, link] : links_) {
    if (!link.session.open() && now_ms_ - link.since_ms >= kAttestMs) late.push_back(number);
    if (link.session.open() && now_ms_ - link.since_ms >= age_ms) old.push_back(number);
  }
  for (const std::uint64_t number : late) {
    const Link& link = links_.at(number);
    if (!link.session.attesting()) {
      Cut(number, Event::kPeerRefused, Status::kBadSession);
      continue;
    }
    peers_[link.party].refused = Status::kAttestUnavailable;
    Cut(number, Event::kAttestRefused, Status::kAttestUnavailable);
  }
  for (const std::uint64_t number : old) Cut(number, Event::kAttestAgain, Status::kOk);
}

void PeerTable::AttestAgain() {
  std::vector<std::uint64_t> all;
  for (const auto& [number, link] : links_) all.push_back(number);
  for (const std::uint64_t number : all) Cut(number, Event::kAttestAgain, Status::kOk);
}

PeerTable::ShownPolicy PeerTable::PolicyOf(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer == peers_.end() ? ShownPolicy{} : peer->second.policy;
}

Status PeerTable::Refused(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer == peers_.end() ? Status::kOk : peer->second.refused;
}

}  // namespace passport::core
