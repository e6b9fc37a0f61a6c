// The part of the peer table that makes pair setups: the lower party begins, four messages
// (trusted/ot/pair_setup.h). A message that has to be computed for becomes a part of the setup that Step
// advances; whatever replaces or drops the setup's state drops that work with it.
#include <algorithm>

#include "trusted/core/peer_table.h"

namespace passport::core {
namespace {

// How long nothing may come of the first attempt; doubled with each, since on a starved machine every attempt
// of one length could fail.
constexpr std::uint64_t kSetupTimeoutMs = 5'000;
constexpr std::uint32_t kDoublingsMax = 3;
// A setup computes for tens of milliseconds: so many a peer may ask for in this time.
constexpr std::size_t kAskedMax = 12;
constexpr std::uint64_t kAskedMs = 10'000;

}  // namespace

ot::SetupRoster PeerTable::RosterWith(PartyIndex party, const Peer& peer) const {
  const ot::SetupEnd own{identity_.self, 0, identity_.boot};
  const ot::SetupEnd other{party, 0, peer.boot};
  const bool own_is_lower = identity_.self < party;
  return {identity_.manifest_hash, peer.attempt, own_is_lower ? own : other, own_is_lower ? other : own};
}

// Every setup message begins with its attempt, so that a late one of an earlier attempt is told apart.
void PeerTable::SendSetup(PartyIndex to, MessageKind kind, const Peer& peer, const Bytes& message) {
  Writer body;
  body.U32(peer.attempt).Raw(message);
  Send(to, {kind, {}, body.Take()});
}

// The lower party begins. The higher one can only ask for it, naming the last attempt that it knows of.
void PeerTable::StartSetup(PartyIndex party) {
  Peer& peer = peers_[party];
  if (Banned(party)) return;
  if (identity_.self > party) {
    if (peer.attempt > 0) SendSetup(party, MessageKind::kSetupReset, peer, {});
    return;
  }
  ++peer.attempt;
  peer.setup = ot::StartingLower(RosterWith(party, peer), rng_);
  peer.setup_since_ms = now_ms_;
}

void PeerTable::Remake(PartyIndex party) {
  Peer& peer = peers_[party];
  DropSetup(party, peer);
  if (peer.link != 0) StartSetup(party);
}

bool PeerTable::MayAsk(Peer& peer) {
  while (!peer.asked_ms.empty() && now_ms_ >= peer.asked_ms.front() + kAskedMs) peer.asked_ms.pop_front();
  if (peer.asked_ms.size() >= kAskedMax) return false;
  peer.asked_ms.push_back(now_ms_);
  return true;
}

void PeerTable::DropSetup(PartyIndex party, Peer& peer) {
  peer.setup = std::monostate{};
  if (!peer.pair) return;
  peer.pair.reset();
  events_.OnSetupLost(party);
}

bool PeerTable::OnSetupMessage(PartyIndex from, const PeerMessage& message) {
  Peer& peer = peers_[from];
  Reader in(message.body);
  const std::uint32_t attempt = in.U32();
  const ByteSpan body = in.Raw(in.remaining());
  const bool is_hello = message.kind == MessageKind::kSetupHello;
  if (message.kind > MessageKind::kSetupReset) return false;
  if (in.failed() || Banned(from)) return true;
  if (is_hello) {
    if (identity_.self < from || attempt <= peer.attempt || !MayAsk(peer)) return true;
    peer.attempt = attempt;
    OnSetupHello(from, peer, body);
    return true;
  }
  if (attempt != peer.attempt) return true;
  if (message.kind == MessageKind::kSetupReset && MayAsk(peer)) {
    DropSetup(from, peer);
    StartSetup(from);
  }
  if (message.kind == MessageKind::kSetupReply) OnSetupReply(from, peer, body);
  if (message.kind == MessageKind::kSetupFinish) OnSetupFinish(from, peer, body);
  if (message.kind == MessageKind::kSetupConfirm) OnSetupConfirm(from, peer, body);
  return true;
}

void PeerTable::OnSetupHello(PartyIndex from, Peer& peer, ByteSpan body) {
  DropSetup(from, peer);
  auto hello = ot::SetupHello::Parse(body);
  if (!hello.ok()) return SetupFailed(from, peer);
  peer.setup = ot::RespondingHigher(RosterWith(from, peer), std::move(hello).value(), rng_);
  peer.setup_since_ms = now_ms_;
}

void PeerTable::OnSetupReply(PartyIndex from, Peer& peer, ByteSpan body) {
  auto* state = std::get_if<ot::AwaitingReply>(&peer.setup);
  auto reply = ot::SetupReply::Parse(body);
  if (state == nullptr) return;
  if (!reply.ok()) return SetupFailed(from, peer);
  peer.setup = ot::FinishingLower(std::move(*state), std::move(reply).value(), rng_);
}

void PeerTable::OnSetupFinish(PartyIndex from, Peer& peer, ByteSpan body) {
  auto* state = std::get_if<ot::AwaitingFinish>(&peer.setup);
  auto finish = ot::SetupFinish::Parse(body);
  if (state == nullptr) return;
  if (!finish.ok()) return SetupFailed(from, peer);
  peer.setup = ot::FinishingHigher(std::move(*state), std::move(finish).value());
}

void PeerTable::OnSetupConfirm(PartyIndex from, Peer& peer, ByteSpan body) {
  auto* state = std::get_if<ot::AwaitingConfirm>(&peer.setup);
  const auto confirm = ot::SetupConfirm::Parse(body);
  if (state == nullptr) return;
  if (!confirm.ok()) return SetupFailed(from, peer);
  auto setup = ot::ConfirmLower(std::move(*state), confirm.value());
  if (!setup.ok()) return SetupFailed(from, peer);
  SetupDone(from, peer, std::move(setup).value());
}

bool PeerTable::Computes(const std::map<PartyIndex, Peer>::value_type& entry) {
  const SetupState& setup = entry.second.setup;
  return std::holds_alternative<ot::StartingLower>(setup) ||
         std::holds_alternative<ot::RespondingHigher>(setup) ||
         std::holds_alternative<ot::FinishingLower>(setup) ||
         std::holds_alternative<ot::FinishingHigher>(setup);
}

bool PeerTable::HasWork() const { return std::ranges::any_of(peers_, Computes); }

bool PeerTable::Step() {
  const auto after = peers_.upper_bound(last_stepped_);
  auto next = std::find_if(after, peers_.end(), Computes);
  if (next == peers_.end()) next = std::find_if(peers_.begin(), after, Computes);
  if (next == peers_.end() || !Computes(*next)) return false;
  auto& [party, peer] = *next;
  last_stepped_ = party;
  peer.setup_since_ms = now_ms_;
  if (auto* starting = std::get_if<ot::StartingLower>(&peer.setup)) {
    AfterStep(party, peer, starting->Step(rng_), MessageKind::kSetupHello);
  } else if (auto* responding = std::get_if<ot::RespondingHigher>(&peer.setup)) {
    AfterStep(party, peer, responding->Step(rng_), MessageKind::kSetupReply);
  } else if (auto* lower = std::get_if<ot::FinishingLower>(&peer.setup)) {
    AfterStep(party, peer, lower->Step(rng_), MessageKind::kSetupFinish);
  } else if (auto* higher = std::get_if<ot::FinishingHigher>(&peer.setup)) {
    AfterStep(party, peer, higher->Step(), MessageKind::kSetupConfirm);
  }
  return true;
}

template <class Outcome>
void PeerTable::AfterStep(PartyIndex party, Peer& peer, Outcome step, MessageKind answer) {
  if (!step.ok()) return SetupFailed(party, peer);
  auto& ended = step.value();
  if (!ended) return;
  SendSetup(party, answer, peer, ended->out.Encode());
  if constexpr (std::is_same_v<decltype(ended->next), ot::PairSetup>) {
    SetupDone(party, peer, std::move(ended->next));
  } else {
    peer.setup = std::move(ended->next);
  }
}

void PeerTable::SetupDone(PartyIndex party, Peer& peer, ot::PairSetup setup) {
  peer.setup = std::monostate{};
  peer.pair = std::make_shared<const mul::PairState>(std::move(setup));
  outbox_.Log(Event::kPairReady, {}, party, peer.attempt);
}

// A setup that fails a check counts against the peer like any burned pair: each failure is one guess at a bit
// of Delta.
void PeerTable::SetupFailed(PartyIndex party, Peer& peer) {
  peer.setup = std::monostate{};
  Burn(party);
}

void PeerTable::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  TickAttestation();
  for (auto& [party, peer] : peers_) {
    TickRuns(party, peer);
    const bool lacks_setup = peer.link != 0 && !peer.pair;
    const std::uint32_t doublings = std::min(std::max(peer.attempt, 1u) - 1, kDoublingsMax);
    if (lacks_setup && now_ms >= peer.setup_since_ms + (kSetupTimeoutMs << doublings)) {
      peer.setup_since_ms = now_ms;
      StartSetup(party);
    }
  }
}

}  // namespace passport::core
