#include "trusted/core/peer_table.h"

#include "trusted/core/network_time.h"

namespace passport::core {
namespace {

constexpr std::size_t kLinksMax = 256;
// Hosts dial again within 100 ms. Runs that wait for longer than this end, so that a client hears of nodes
// that are away within 2 s.
constexpr std::uint64_t kReturnMs = 500;

// Key generation and signing (32 to 63), presignatures (80 to 95).
bool IsOfRun(MessageKind kind) {
  return (kind >= MessageKind::kKeygenInvite && kind < MessageKind::kTime) ||
         (kind >= MessageKind::kPresignInvite && static_cast<unsigned>(kind) < 96);
}

}  // namespace

void PeerTable::OnUp(PartyIndex party, std::uint64_t link) {
  if (links_.size() >= kLinksMax || links_.contains(link)) return outbox_->Cut(link);
  const peer::LocalEnd local{identity_.self,    0, identity_.boot, identity_.signing, identity_.channel,
                             identity_.versions};
  auto started = peer::Session::Start(identity_.manifest, local, party, 0, rng_);
  if (!started.ok()) {
    outbox_.Log(Event::kPeerRefused, {}, party, static_cast<std::uint64_t>(started.error()));
    return outbox_->Cut(link);
  }
  links_.emplace(link, Link{party, std::move(started.value().session), now_ms_});
  Transmit(link, started.value().frames);
}

void PeerTable::Transmit(std::uint64_t link, const std::vector<Bytes>& frames) {
  for (const Bytes& frame : frames) outbox_->Send(link, frame);
}

void PeerTable::Cut(std::uint64_t link, Event reason, Status status) {
  const auto entry = links_.find(link);
  if (entry == links_.end()) return;
  outbox_.Log(reason, {}, entry->second.party, static_cast<std::uint64_t>(status));
  outbox_->Cut(link);
  OnDown(link);
}

void PeerTable::OnDown(std::uint64_t link) {
  const auto entry = links_.find(link);
  if (entry == links_.end()) return;
  const PartyIndex party = entry->second.party;
  links_.erase(entry);
  Peer& peer = peers_[party];
  if (peer.link != link) return;
  peer.link = 0;
  peer.setup =
      std::monostate{};  // a half-made setup does not survive its session; a finished one does (rules.md 5)
  outbox_.Log(Event::kPeerLost, {}, party, 0);
  OnSessionLost(party, peer);
}

void PeerTable::OnSessionLost(PartyIndex party, Peer& peer) {
  peer.lost_ms = now_ms_;
  events_.OnPeerLost(party);
}

void PeerTable::OnFrame(std::uint64_t link, ByteSpan frame) {
  const auto entry = links_.find(link);
  if (entry == links_.end()) return outbox_->Cut(link);
  Link& current = entry->second;
  if (current.refusal && !current.session.attesting()) return;  // it is told why, and goes
  const bool was_attesting = current.session.attesting();
  auto output = current.session.OnFrame(frame);
  if (!output.ok()) return Cut(link, Event::kPeerRefused, output.error());
  Transmit(link, output.value().frames);
  const PartyIndex party = current.party;
  if (!was_attesting && current.session.attesting()) return StartAttesting(link, current);
  if (output.value().evidence) return Examine(link, output.value().evidence->Expose());
  if (output.value().refused) return OnRefusedBy(link, party, *output.value().refused);
  if (was_attesting && current.session.open()) OnOpened(current, link);
  for (const crypto::SecretBytes& message : output.value().messages) {
    if (!links_.contains(link)) return;  // a message before this one had the link cut
    OnMessage(party, message.Expose());
  }
}

// The newest session replaces the one before. A new boot of the peer ends all that the old one had a part in.
void PeerTable::OnOpened(Link& link, std::uint64_t number) {
  const PartyIndex party = link.party;
  Peer& peer = peers_[party];
  const BootId boot = link.session.peer_boot();
  if (peer.link != 0) {
    const std::uint64_t old = peer.link;
    peer.link = 0;
    links_.erase(old);
    outbox_->Cut(old);
    OnSessionLost(party, peer);
  }
  if (peer.keeps_runs && boot != peer.boot) events_.OnRunsLost(party);
  peer.keeps_runs = true;
  peer.awaits_report = boot == peer.boot;
  if (boot != peer.boot) {
    DropSetup(party, peer);
    peer.boot = boot;
    peer.attempt = 0;
    peer.kept = {};
  }
  peer.link = number;
  peer.refused = Status::kOk;
  peer.refused_by = Status::kOk;
  link.since_ms = now_ms_;
  peer.heard_ms = now_ms_;
  peer.setup = std::monostate{};
  outbox_.Log(Event::kPeerOpen, {}, party, static_cast<std::uint64_t>(*link.vouched));
  SendReport(party, peer);
  events_.OnPeerOpen(party);
  if (!peer.pair) StartSetup(party);
}

void PeerTable::OnMessage(PartyIndex from, ByteSpan bytes) {
  auto message = PeerMessage::Parse(bytes);
  if (!message.ok()) return Cut(peers_[from].link, Event::kPeerRefused, message.error());
  Peer& peer = peers_[from];
  peer.heard_ms = now_ms_;
  if (OnSetupMessage(from, message.value())) return;
  if (message.value().kind == MessageKind::kReceived) return OnReport(from, peer, message.value().body);
  if (IsOfRun(message.value().kind)) {
    peer.kept.Count(bytes.size());
    if (peer.kept.MustTell()) SendReport(from, peer);
  }
  events_.OnPeerMessage(from, std::move(message).value());
}

void PeerTable::Send(PartyIndex to, const PeerMessage& message) {
  if (to == identity_.self) return local_.push_back(message);
  const auto found = peers_.find(to);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  crypto::SecretBytes encoded(message.Encode());
  const bool keep =
      peer.keeps_runs && IsOfRun(message.kind) && encoded.Expose().size() <= peer::kMessageBytesMax;
  if (!keep && peer.link != 0) return Seal(peer.link, encoded.Expose());
  if (!keep) return;
  const crypto::SecretBytes& kept = peer.kept.Add(std::move(encoded));
  if (peer.link != 0 && !peer.awaits_report) Seal(peer.link, kept.Expose());
}

void PeerTable::Seal(std::uint64_t link, ByteSpan message) {
  auto frame = links_.at(link).session.Seal(message);
  if (!frame.ok()) return unusable_.push_back({link, frame.error()});
  outbox_->Send(link, std::move(frame).value());
}

void PeerTable::SendReport(PartyIndex to, Peer& peer) {
  peer.report_ms = now_ms_ + NetworkTime::kTellMs;
  Send(to, {MessageKind::kReceived, {}, peer.kept.Tell().Encode()});
}

// The first report of a session says what has to be sent again; later ones only what need not be kept.
void PeerTable::OnReport(PartyIndex from, Peer& peer, ByteSpan body) {
  const auto report = KeptReport::Parse(body);
  if (!report.ok()) return;
  const bool whole = peer.kept.Hear(report.value());
  if (!peer.awaits_report) return;
  if (!whole) events_.OnRunsLost(from);
  peer.awaits_report = false;
  for (const crypto::SecretBytes& message : peer.kept.kept()) Seal(peer.link, message.Expose());
}

void PeerTable::Settle() {
  while (!local_.empty() || !unusable_.empty()) {
    if (!unusable_.empty()) {
      const auto [link, status] = unusable_.front();
      unusable_.pop_front();
      Cut(link, Event::kPeerRefused, status);
      continue;
    }
    PeerMessage message = std::move(local_.front());
    local_.pop_front();
    events_.OnPeerMessage(identity_.self, std::move(message));
  }
}

void PeerTable::TickRuns(PartyIndex party, Peer& peer) {
  if (!peer.keeps_runs) return;
  if (peer.link != 0) {
    if (now_ms_ >= peer.report_ms && peer.kept.HasNews()) SendReport(party, peer);
  } else if (now_ms_ >= peer.lost_ms + kReturnMs) {
    peer.keeps_runs = false;
    peer.kept.Forget();
    events_.OnRunsLost(party);
  }
}

std::vector<PartyIndex> PeerTable::Open() const {
  std::vector<PartyIndex> out;
  for (const auto& [party, peer] : peers_) {
    if (peer.link != 0) out.push_back(party);
  }
  return out;
}

std::vector<PartyIndex> PeerTable::Ready() const {
  std::vector<PartyIndex> out;
  for (const auto& [party, peer] : peers_) {
    if (peer.link != 0 && peer.pair && !Banned(party)) out.push_back(party);
  }
  return out;
}

bool PeerTable::Silent(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer != peers_.end() && peer->second.link != 0 &&
         now_ms_ >= peer->second.heard_ms + NetworkTime::kFreshMs;
}

std::shared_ptr<const mul::PairState> PeerTable::Pair(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer == peers_.end() ? nullptr : peer->second.pair;
}

BootId PeerTable::BootOf(PartyIndex party) const {
  if (party == identity_.self) return identity_.boot;
  const auto peer = peers_.find(party);
  return peer == peers_.end() || peer->second.link == 0 ? BootId{} : peer->second.boot;
}

bool PeerTable::IsOpen(PartyIndex party) const {
  if (party == identity_.self) return true;
  const auto peer = peers_.find(party);
  return peer != peers_.end() && peer->second.link != 0;
}

bool PeerTable::Banned(PartyIndex party) const {
  const auto peer = peers_.find(party);
  return peer != peers_.end() && peer->second.faults.burned >= kBurnsToBan;
}

void PeerTable::Burn(PartyIndex party) {
  Peer& peer = peers_[party];
  ++peer.faults.burned;
  outbox_.Log(Event::kPairBurned, {}, party, peer.faults.burned);
  events_.OnFaultsChanged();
  DropSetup(party, peer);
  if (peer.link == 0) return;
  if (Banned(party) && identity_.self > party) SendSetup(party, MessageKind::kSetupReset, peer, {});
  StartSetup(party);
}

void PeerTable::ClearFaults(PartyIndex party) {
  Peer& peer = peers_[party];
  peer.faults = {};
  events_.OnFaultsChanged();
  if (peer.link != 0 && !peer.pair) StartSetup(party);
}

Bytes PeerTable::EncodeFaults() const {
  Writer out;
  out.U8(1).U32(static_cast<std::uint32_t>(peers_.size()));
  for (const auto& [party, peer] : peers_) out.U16(party.value).U32(peer.faults.burned);
  return out.Take();
}

Result<Unit> PeerTable::LoadFaults(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != 1) return Fail(Status::kMalformed);
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  std::map<PartyIndex, std::uint32_t> burned;
  for (std::uint32_t i = 0; i < count; ++i) {
    const PartyIndex party{in.U16()};
    burned[party] = in.U32();
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  for (const auto& [party, number] : burned) peers_[party].faults.burned = number;
  return Ok();
}

}  // namespace passport::core
