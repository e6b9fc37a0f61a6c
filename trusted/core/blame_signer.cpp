#include "trusted/core/blame_signer.h"

#include <algorithm>

#include "trusted/core/changes.h"

namespace passport::core {
namespace {

// A leader has all shares, or gives the attempt up, well within this.
constexpr std::uint64_t kKeptMs = 5'000;
constexpr std::size_t kKeptMax = 512;  // shares, an equal part for each leader
// Failed signatures of one leader that are judged at a time. Each costs what Trial says, once for each
// signer.
constexpr std::size_t kHearingsOfOneMax = 2;
constexpr std::uint64_t kHearingMs = 5'000;
static_assert(kHearingMs >= kKeptMs);  // what was counted is remembered as long as the run

bool IsSame(const sign::Dispute& a, const sign::Dispute& b) {
  return a.quorum == b.quorum && a.ssid == b.ssid && a.public_key == b.public_key && a.digest == b.digest;
}

}  // namespace

BlameSigner::BlameSigner(const Identity& identity, PeerTable& peers, Outbox& outbox, crypto::Rng& rng,
                         bool enabled)
    : identity_(identity),
      peers_(peers),
      outbox_(outbox),
      rng_(rng),
      enabled_(enabled),
      keys_(RosterOf(identity.manifest)) {}

void BlameSigner::Keep(const RunKey& run, PartyIndex leader, sign::Defender defender,
                       sign::Exchanges exchanges) {
  if (!enabled_) return;
  std::size_t own = 0;
  auto oldest = kept_.end();
  for (auto entry = kept_.begin(); entry != kept_.end(); ++entry) {
    if (entry->second.leader != leader) continue;
    ++own;
    if (oldest == kept_.end() || entry->second.number < oldest->second.number) oldest = entry;
  }
  if (own >= kKeptMax / identity_.manifest.n) kept_.erase(oldest);
  const sign::Combination& of = defender.combination;
  sign::Dispute dispute{of.quorum, of.ssid, of.public_key, defender.digest};
  kept_.insert_or_assign(
      run, Kept{leader, std::move(dispute), std::move(defender), std::move(exchanges), now_ms_, ++given_});
}

void BlameSigner::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (!enabled_ || GatewayOf(message.request) != from) return;
  if (message.kind == MessageKind::kSignDispute) {
    const auto dispute = SignDispute::Parse(message.body);
    if (dispute.ok()) OnDispute(from, {message.request, dispute.value().attempt}, dispute.value());
  } else {
    const auto evidence = SignEvidence::Parse(message.body);
    if (evidence.ok()) OnEvidence(from, {message.request, evidence.value().attempt}, evidence.value());
  }
}

// One answer for one share: whatever the leader has asked with, what could defend it is gone.
void BlameSigner::OnDispute(PartyIndex from, const RunKey& run, const SignDispute& dispute) {
  const auto entry = kept_.find(run);
  if (entry == kept_.end()) return;
  std::optional<sign::Defender> defender = std::exchange(entry->second.defender, std::nullopt);
  if (!defender) return;
  std::map<PartyIndex, sign::SignedShare> shares;
  for (const sign::SignedShare& share : dispute.shares) shares.emplace(share.share.from, share);
  auto defence = sign::Defend(*std::move(defender), keys_, shares, std::move(entry->second.exchanges),
                              identity_.signing, rng_);
  if (!defence.ok()) {
    // A node whose own words do not hold together says nothing about anybody.
    if (defence.error().reason != protocol::AbortReason::kProof)
      outbox_.Log(Event::kDisputeRefused, run.request, from, run.attempt);
    return;
  }
  peers_.Send(from, {MessageKind::kSignDefence, run.request,
                     SignDefence{run.attempt, std::move(defence).value()}.Encode()});
}

BlameSigner::Hearing* BlameSigner::HearingOf(PartyIndex leader, const RunKey& run,
                                             const SignEvidence& evidence) {
  const auto entry = hearings_.find(run);
  if (entry != hearings_.end())
    return IsSame(entry->second.trial.dispute(), evidence.dispute) ? &entry->second : nullptr;
  const auto open = std::ranges::count_if(
      hearings_, [leader](const auto& hearing) { return GatewayOf(hearing.first.request) == leader; });
  if (static_cast<std::size_t>(open) >= kHearingsOfOneMax) return nullptr;
  sign::Trial trial(evidence.dispute, keys_);
  for (const sign::SignedShare& share : evidence.shares) trial.Hear(share.share.from, share);
  return &hearings_.emplace(run, Hearing{std::move(trial), {}, now_ms_}).first->second;
}

void BlameSigner::OnEvidence(PartyIndex from, const RunKey& run, const SignEvidence& evidence) {
  const std::size_t signers = evidence.dispute.quorum.size();
  if (signers != identity_.manifest.t || evidence.shares.size() > signers) return;
  Hearing* hearing = HearingOf(from, run, evidence);
  if (hearing == nullptr) return;
  hearing->trial.Hear(evidence.defence.own.share.from, evidence.defence);
  Sentence(run, *hearing);
}

// A lie counts once, and only while this node remembers that it took part: evidence can be shown for ever,
// and of a run that it knows nothing of a node cannot say whether it has counted it.
void BlameSigner::Sentence(const RunKey& run, Hearing& hearing) {
  const auto entry = kept_.find(run);
  const bool took_part = entry != kept_.end() && IsSame(entry->second.dispute, hearing.trial.dispute());
  for (const auto& [liar, lie] : hearing.trial.verdict().liars) {
    if (!hearing.told.insert(liar).second) continue;
    outbox_.Log(Event::kSignLie, run.request, liar, static_cast<std::uint64_t>(lie));
    if (took_part && liar != identity_.self) peers_.Burn(liar);
  }
}

void BlameSigner::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(kept_, [now_ms](const auto& entry) { return now_ms >= entry.second.since_ms + kKeptMs; });
  std::erase_if(hearings_,
                [now_ms](const auto& entry) { return now_ms >= entry.second.since_ms + kHearingMs; });
}

}  // namespace passport::core
