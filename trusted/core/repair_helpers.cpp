#include "trusted/core/repair_helpers.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

// Of one lost node: runs at one time, invitations in a second. A run costs a helper less than 0.5 ms.
constexpr std::size_t kRunsAtOnceMax = 8;
constexpr std::size_t kAskedPerSecondMax = 32;
// Of one key for one node; more than it takes with every set of helpers among five nodes.
constexpr std::size_t kHelpsMax = 8;
constexpr std::uint64_t kHelpsMs = 600'000;
constexpr std::uint64_t kHelperRunMs = 5'000;

}  // namespace

void RepairHelpers::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kRepairInvite) {
    auto invite = RepairInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, message.request, std::move(invite).value());
  } else if (message.kind == MessageKind::kRepairBegin) {
    const auto begin = RepairBegin::Parse(message.body);
    if (begin.ok()) OnBegin(from, message.request, begin.value());
  } else if (message.kind == MessageKind::kRepairPart) {
    OnPart(from, message);
  } else {
    const auto run = runs_.find(message.request);
    if (run != runs_.end() && run->second.lost == from) runs_.erase(run);
  }
}

// The lost node is who sent this, and nobody else: no message names an index.
void RepairHelpers::OnInvite(PartyIndex from, const RequestId& id, RepairInvite invite) {
  if (GatewayOf(id) != from || from == identity_.self || runs_.contains(id)) return;
  if (!MayAsk(from)) return End(id, from, RepairEndReason::kLimited);
  const Judged share = Judge(from, invite);
  if (!share.ok()) return End(id, from, share.error());
  const RepairJoin join{rng_.Array<32>(), FacetsOf(*share.value())};
  runs_.emplace(id, Run{from, std::move(invite), join.nonce, now_ms_, std::nullopt, {}});
  peers_.Send(from, {MessageKind::kRepairJoin, id, join.Encode()});
}

bool RepairHelpers::MayAsk(PartyIndex lost) {
  const auto own = std::ranges::count_if(runs_, [&](const auto& run) { return run.second.lost == lost; });
  Asked& asked = asked_[lost];
  const std::uint64_t second = now_ms_ / 1'000;
  if (asked.second != second) asked = {second, 0};
  return ++asked.count <= kAskedPerSecondMax && static_cast<std::size_t>(own) < kRunsAtOnceMax;
}

// By this node's own records the key is an account's, every helper holds a share of it, and the lost node
// does not: one that has lost its share says so to all first (HolderStatement).
RepairHelpers::Judged RepairHelpers::Judge(PartyIndex lost, const RepairInvite& invite) {
  const std::vector<PartyIndex>& helpers = invite.helpers;
  const bool set = helpers.size() == identity_.manifest.t && sharing::Contains(helpers, identity_.self);
  if (!set || peers_.Banned(lost) || policy::KindOf(invite.account) != policy::RecordKind::kAccount)
    return Fail(RepairEndReason::kDenied);
  // A name that a peer made up is not looked for.
  const replica::Version* version = records_.Exists(invite.account) ? view_.Local(invite.account) : nullptr;
  if (version == nullptr) return Fail(RepairEndReason::kNotReady);
  const auto account = policy::Account::Parse(version->value);
  if (!account.ok() || account.value().state != policy::AccountState::kActive)
    return Fail(RepairEndReason::kNotReady);
  const auto& keys = account.value().keys;
  const auto key = std::ranges::find(keys, invite.key, &policy::AccountKey::id);
  if (key == keys.end()) return Fail(RepairEndReason::kNotReady);
  if (sharing::Contains(key->holders, lost)) return Fail(RepairEndReason::kDenied);
  const bool able = std::ranges::all_of(helpers, [&](const PartyIndex helper) {
    return sharing::Contains(key->holders, helper) && Reaches(helper);
  });
  if (!able) return Fail(RepairEndReason::kNotReady);
  return FindShare(*key);
}

bool RepairHelpers::Reaches(PartyIndex party) const {
  return !peers_.Banned(party) && !peers_.BootOf(party).IsZero();
}

// Of the epoch that the register names, if this node signs with that one.
RepairHelpers::Judged RepairHelpers::FindShare(const policy::AccountKey& key) {
  if (epochs_.Signing(key) != key.epoch) return Fail(RepairEndReason::kNotReady);
  const auto [holding, share] = records_.FindShare(key.id, key.epoch);
  if (holding == replica::Holding::kMissing) records_.Fetch(policy::KeyShareRecordId(key.id, key.epoch));
  if (share == nullptr) return Fail(RepairEndReason::kNotReady);
  return share;
}

// All that was decided at the invitation is decided again: records may have changed.
void RepairHelpers::OnBegin(PartyIndex from, const RequestId& id, const RepairBegin& begin) {
  const auto entry = runs_.find(id);
  if (entry == runs_.end() || entry->second.lost != from || entry->second.state) return;
  Run& run = entry->second;
  const std::vector<PartyIndex>& helpers = run.invite.helpers;
  const auto own = static_cast<std::size_t>(std::ranges::find(helpers, identity_.self) - helpers.begin());
  if (begin.nonces.size() != helpers.size() || begin.nonces[own] != run.own_nonce)
    return End(id, from, RepairEndReason::kAborted);
  const Judged share = Judge(from, run.invite);
  if (!share.ok()) return End(id, from, share.error());
  if (!CountHelp(run.invite.key, from)) return End(id, from, RepairEndReason::kLimited);
  auto step = reshare::StartRepair(
      MakeProposal(identity_, BootsOf(peers_, from, run.invite), id, from, run.invite, begin), *share.value(),
      rng_);
  if (!step.ok()) return End(id, from, RepairEndReason::kAborted);
  run.state = std::move(step.value().next);
  outbox_.Log(Event::kRepairHelped, id, from, begin.epoch);
  for (const auto& [to, part] : step.value().out)
    peers_.Send(to, {MessageKind::kRepairPart, id, ToBytes(part.EncodeSecret().Expose())});
  Advance(id);
}

bool RepairHelpers::CountHelp(const KeyId& key, PartyIndex lost) {
  Helped& helped = helped_[{key, lost}];
  if (helped.count == 0) helped.since_ms = now_ms_;
  return ++helped.count <= kHelpsMax;
}

// Another helper's part can come before the lost node's word that all have joined, but not before its
// invitation.
void RepairHelpers::OnPart(PartyIndex from, const PeerMessage& message) {
  const auto entry = runs_.find(message.request);
  if (entry == runs_.end() || from == identity_.self ||
      !sharing::Contains(entry->second.invite.helpers, from))
    return;
  auto part = reshare::RepairPart::Parse(message.body);
  if (!part.ok()) return End(message.request, entry->second.lost, RepairEndReason::kAborted);
  entry->second.parts.emplace(from, std::move(part).value());
  Advance(message.request);
}

void RepairHelpers::Advance(const RequestId& id) {
  Run& run = runs_.at(id);
  if (!run.state || run.parts.size() + 1 < run.invite.helpers.size()) return;
  const auto sum = reshare::SumParts(std::move(*run.state), std::move(run.parts));
  const PartyIndex lost = run.lost;
  if (!sum.ok()) return End(id, lost, RepairEndReason::kAborted);
  runs_.erase(id);
  peers_.Send(lost, {MessageKind::kRepairSum, id, ToBytes(sum.value().EncodeSecret().Expose())});
}

void RepairHelpers::End(const RequestId& id, PartyIndex lost, RepairEndReason reason) {
  runs_.erase(id);
  peers_.Send(lost, {MessageKind::kRepairEnd, id, RepairEnd{reason}.Encode()});
}

void RepairHelpers::OnPeerLost(PartyIndex party) {
  std::vector<std::pair<RequestId, PartyIndex>> affected;
  for (const auto& [id, run] : runs_) {
    if (run.lost == party || sharing::Contains(run.invite.helpers, party))
      affected.emplace_back(id, run.lost);
  }
  for (const auto& [id, lost] : affected) End(id, lost, RepairEndReason::kAborted);
}

void RepairHelpers::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(runs_, [&](const auto& run) { return now_ms >= run.second.since_ms + kHelperRunMs; });
  std::erase_if(helped_, [&](const auto& each) { return now_ms >= each.second.since_ms + kHelpsMs; });
}

}  // namespace passport::core
