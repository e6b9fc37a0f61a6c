// Sessions between handshake and opening: each end shows its evidence and examines the other's.
#include <algorithm>

#include "trusted/core/peer_table.h"

namespace passport::core {
namespace {

// A quote and a verification of passportd's, one after the other, at both ends. As long for the handshake
// before them.
constexpr std::uint64_t kAttestMs = 2 * PlatformDesk::kAnswerMs;
// A session that only waits for the policy to be confirmed; the other end waits for kAttestMs.
constexpr std::uint64_t kHeldMs = kAttestMs / 2;
// Until a peer has read why it is refused.
constexpr std::uint64_t kRefusedMs = 1'000;

ByteArray<32> NonceOf(const peer::Session& session, peer::Role role) {
  return claims::ChannelNonce(session.handshake_hash(), static_cast<std::uint8_t>(role));
}

}  // namespace

void PeerTable::StartAttesting(std::uint64_t number, Link& link) {
  link.since_ms = now_ms_;
  attestation_.Show({number, NonceOf(link.session, link.session.own_role())}, link.party);
}

// The policy that the peer shows may be later than the one here, which is looked at first: by an older policy
// good peers may be refused, and others accepted.
void PeerTable::Examine(std::uint64_t number, ByteSpan shown) {
  Link& link = links_.at(number);
  SessionEvidence evidence{.proof = {}, .confirmed = false, .statement = {}};
  if (link.session.version() < kShowsStatements) {
    evidence.proof = ToBytes(shown);
  } else {
    auto parsed = SessionEvidence::Parse(shown);
    if (!parsed.ok()) return Cut(number, Event::kPeerRefused, parsed.error());
    evidence = std::move(parsed).value();
  }
  link.confirmed = evidence.confirmed;
  const PartyIndex party = link.party;
  if (!evidence.statement.empty()) events_.OnPolicyShown(party, evidence.statement);
  if (!links_.contains(number)) return;  // it was later, and is in force now: the next session is under it
  const peer::Session& session = links_.at(number).session;
  attestation_.Examine({{number, NonceOf(session, session.peer_role())}, party, session.peer_boot()},
                       evidence.proof);
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
  auto frame = link->session.SealEvidence(attestation_.Showing(link->session.version(), proof.value()));
  if (!frame.ok()) return Cut(session.link, Event::kPeerRefused, frame.error());
  outbox_->Send(session.link, std::move(frame).value());
  link->shown = true;
  if (link->refusal) return SayRefusal(session.link, *link);
  AcceptIfDone(session.link, *link);
}

void PeerTable::OnVerdict(const SessionRef& session, const Result<Vouched>& verdict) {
  Link* const link = Attesting(session, false);
  if (link == nullptr) return;
  if (!verdict.ok()) {
    peers_[link->party].refused = verdict.error();
    return Refuse(session.link, *link, verdict.error());
  }
  link->vouched = verdict.value().provider;
  NotePolicy(*link, verdict.value());
  AcceptWaiting();
}

// Whoever has a later policy may refuse this node by it; two policies of one version are a mistake of the
// operators, or worse. That the statement of a later one could be taken was seen before (Examine).
void PeerTable::NotePolicy(const Link& link, const Vouched& shown) {
  const claims::Policy& own = attestation_.policy();
  Peer& peer = peers_[link.party];
  const bool follows = claims::Follows(own.version, shown.policy_version);
  peer.policy = {follows ? shown.policy_version : 0, shown.policy_hash};
  attestation_.confirmation().OnAnswer(link.party, {link.session.peer_boot(), link.confirmed, follows});
  if (shown.policy_version != own.version || shown.policy_hash == own.hash) return;
  if (peer.forked.size() >= kForksLogged || std::ranges::count(peer.forked, shown.policy_hash) > 0) return;
  peer.forked.push_back(shown.policy_hash);
  outbox_.Log(Event::kPolicyForked, {}, link.party, own.version);
}

// Opening one session may end another one, of the same peer.
void PeerTable::AcceptWaiting() {
  std::vector<std::uint64_t> all;
  for (const auto& [number, link] : links_) all.push_back(number);
  for (const std::uint64_t number : all) {
    const auto link = links_.find(number);
    if (link != links_.end() && link->second.session.attesting()) AcceptIfDone(number, link->second);
  }
}

void PeerTable::AcceptIfDone(std::uint64_t number, Link& link) {
  if (!link.shown || !link.vouched || link.accepted || !attestation_.confirmation().done()) return;
  auto frame = link.session.Accept();
  if (!frame.ok()) return Cut(number, Event::kPeerRefused, frame.error());
  link.accepted = true;
  outbox_->Send(number, std::move(frame).value());
  if (link.session.open()) OnOpened(link, number);
}

// The peer is told why, once it has been shown our evidence, which it takes for the first thing we say.
void PeerTable::Refuse(std::uint64_t number, Link& link, Status why) {
  outbox_.Log(Event::kAttestRefused, {}, link.party, static_cast<std::uint64_t>(why));
  link.refusal = why;
  if (link.shown) SayRefusal(number, link);
}

void PeerTable::SayRefusal(std::uint64_t number, Link& link) {
  auto frame = link.session.Refuse(*link.refusal);
  if (!frame) return EndAttesting(number);
  link.since_ms = now_ms_;
  outbox_->Send(number, *std::move(frame));
}

void PeerTable::OnRefusedBy(std::uint64_t number, PartyIndex party, Status why) {
  if (why == Status::kOk) why = Status::kDenied;  // it lies
  peers_[party].refused_by = why;
  Cut(number, Event::kRefusedByPeer, why);
}

void PeerTable::EndAttesting(std::uint64_t number) {
  outbox_->Cut(number);
  OnDown(number);
}

// How long a session that is not open may go on.
std::uint64_t PeerTable::LongestOf(const Link& link) {
  if (link.refusal) return link.shown ? kRefusedMs : kAttestMs;
  return link.shown && link.vouched && !link.accepted ? kHeldMs : kAttestMs;
}

// A handshake or evidence that does not come, and evidence that has become old: both ends begin again, in
// another session.
void PeerTable::TickAttestation() {
  const std::uint64_t age_ms = std::uint64_t{attestation_.policy().evidence_age_max_s} * 1000;
  std::vector<std::uint64_t> late;
  std::vector<std::uint64_t> old;
  for (const auto& [number, link] : links_) {
    if (!link.session.open() && now_ms_ - link.since_ms >= LongestOf(link)) late.push_back(number);
    if (link.session.open() && now_ms_ - link.since_ms >= age_ms) old.push_back(number);
  }
  for (const std::uint64_t number : late) EndLate(number, links_.at(number));
  for (const std::uint64_t number : old) Cut(number, Event::kAttestAgain, Status::kOk);
}

// A session that waits for other peers is begun anew, with what this node can say of its policy by then.
void PeerTable::EndLate(std::uint64_t number, Link& link) {
  if (link.refusal) return EndAttesting(number);
  if (!link.session.attesting()) return Cut(number, Event::kPeerRefused, Status::kBadSession);
  if (link.shown && link.vouched) {
    if (link.accepted) return Cut(number, Event::kRefusedByPeer, Status::kAttestUnavailable);
    link.refusal = Status::kPolicyUnconfirmed;
    return SayRefusal(number, link);
  }
  peers_[link.party].refused = Status::kAttestUnavailable;
  Cut(number, Event::kAttestRefused, Status::kAttestUnavailable);
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

bool PeerTable::Waits(PartyIndex party) const {
  return !attestation_.confirmation().done() && attestation_.confirmation().Answered(party);
}

Status PeerTable::RefusedBy(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer == peers_.end() ? Status::kOk : peer->second.refused_by;
}

Status PeerTable::Refused(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer == peers_.end() ? Status::kOk : peer->second.refused;
}

}  // namespace passport::core
