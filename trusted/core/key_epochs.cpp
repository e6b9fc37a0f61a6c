#include "trusted/core/key_epochs.h"

#include <algorithm>

namespace passport::core {
namespace {

constexpr std::uint64_t kFirstEpochTicket = std::uint64_t{1} << 40;  // the desk's tickets begin at 1,000
constexpr std::uint64_t kAskAgainMs = 1'000;                         // about one key that is not clear
constexpr std::uint64_t kAskFluxMs = 5'000;                          // about all that are not
constexpr std::size_t kEpochsAskedMax = 4'096;
constexpr std::uint64_t kEpochChangeMs = 5'000;
constexpr std::uint64_t kEpochRetryMs = 3'000;
constexpr std::size_t kChangesMax = 8;  // at once
// A node that does not lead the refresh, in the order of the nodes, in case the leader is gone.
constexpr std::uint64_t kProposeLateMs = 5'000;

}  // namespace

KeyEpochs::KeyEpochs(Parts parts)
    : parts_(parts), roster_(RosterOf(parts.identity.manifest)), next_ticket_(kFirstEpochTicket) {
  for (const auto& [key, state] : parts_.records.epochs()) {
    if (!state.settled) flux_.insert(key);
    const auto record = parts_.records.holders().find(state.account);
    if (record == parts_.records.holders().end() || record->second.epoch < state.certified.value_or(0))
      following_[key] = {state.account, kProposeLateMs * parts_.identity.self.value, 0};
  }
}

std::uint64_t KeyEpochs::Known(const KeyId& key) const {
  const auto state = parts_.records.epochs().find(key);
  return state == parts_.records.epochs().end() ? 0 : state->second.certified.value_or(0);
}

std::uint64_t KeyEpochs::Known(const policy::AccountKey& key) const {
  return std::max(key.epoch, Known(key.id));
}

std::optional<std::uint64_t> KeyEpochs::Signing(const policy::AccountKey& key) {
  std::optional<std::uint64_t> own = 0;  // as it was generated
  if (const auto state = parts_.records.epochs().find(key.id); state != parts_.records.epochs().end()) {
    const bool clear = state->second.settled || caught_up_.contains(key.id);
    own = clear ? state->second.certified : std::nullopt;
  }
  if (own && *own >= key.epoch) return own;
  AskAll(key.id);
  return std::nullopt;
}

std::optional<KeyState> KeyEpochs::Load(const KeyId& key) {
  const auto [holding, state] = parts_.records.FindState(key);
  if (holding == replica::Holding::kMissing) parts_.records.Fetch(policy::KeyStateRecordId(key));
  if (state == nullptr) return std::nullopt;
  std::optional<KeyState> out(*state);
  // Of a settled one there is nothing that a peer could tell but what the account's record says as well.
  if (!flux_.contains(key) || caught_up_.contains(key)) out->activation.CatchUp();
  return out;
}

std::optional<std::uint64_t> KeyEpochs::Highest(const KeyId& key) {
  const std::optional<KeyState> state = Load(key);
  if (state) return state->activation.HighestEpoch();
  if (parts_.records.Exists(policy::KeyStateRecordId(key))) return std::nullopt;
  return 0;
}

bool KeyEpochs::WasMadeBy(const KeyId& key, const Hash32& digest) {
  const std::optional<KeyState> state = Load(key);
  if (!state) return false;
  const auto facts = state->facts.find(Known(key));
  return facts != state->facts.end() && facts->second.proposal.digest == digest;
}

std::vector<PartyIndex> KeyEpochs::Unconfirmed(const KeyId& key, std::uint64_t epoch) {
  const std::optional<KeyState> state = Load(key);
  std::vector<PartyIndex> out;
  if (!state || !state->facts.contains(epoch)) return out;
  const dkg::KeyCertificate certificate = state->CertificateOf(epoch);
  for (const PartyIndex party : certificate.facts.proposal.dealers) {
    if (!certificate.confirmations.contains(party)) out.push_back(party);
  }
  return out;
}

Result<Unit> KeyEpochs::Prepare(const RecordId& account, reshare::Confirmed confirmed, bool leads) {
  const KeyId key = confirmed.pending.id;
  const PartyIndex self = parts_.identity.self;
  std::optional<KeyState> state = Load(key);
  if (!state) {
    if (parts_.records.Exists(policy::KeyStateRecordId(key))) return Fail(Status::kBusy);
    const bool has_first =
        parts_.records.Exists(policy::KeyShareRecordId(key)) || parts_.records.HasRestored(key, 0);
    // What epoch 0 agreed on is not kept, and nobody confirms it again: only this node counts for it.
    state = KeyState{
        account,
        has_first ? reshare::Activation(key, self, {0, {}, {self}}, {}) : reshare::Activation(key, self),
        {}};
  }
  PASSPORT_TRY(const reshare::Effects effects,
               state->activation.Prepare(confirmed.agreement, confirmed.confirmation));
  state->facts.emplace(confirmed.facts.epoch, std::move(confirmed.facts));
  caught_up_.insert(key);
  if (leads) led_.insert(key);
  parts_.records.PutShare(std::make_shared<const sharing::KeyShare>(std::move(confirmed.pending)));
  Apply(std::move(*state), effects, {});
  return Ok();
}

// First what is stored and destroyed, in one transaction, then what is sent (dkls23.md 7.3.2, 7.3.4): the
// host commits in the order of the effects.
void KeyEpochs::Apply(KeyState state, const reshare::Effects& effects, PartyIndex answer_to) {
  const KeyId key = state.key();
  const RecordId account = state.account;
  const std::uint64_t before = Known(key);
  for (const std::uint64_t epoch : effects.erase) {
    parts_.records.EraseShare(key, epoch);
    state.facts.erase(epoch);
  }
  const bool settled = state.activation.IsSettled();
  if (effects.store || !effects.erase.empty()) parts_.records.PutState(std::move(state));
  if (settled) {
    flux_.erase(key);
    caught_up_.erase(key);
  } else {
    flux_.insert(key);
  }
  for (const reshare::Notice& notice : effects.send) {
    for (const PartyIndex to : parts_.peers.Open()) SendNews(to, {key, false, {notice}});
  }
  if (effects.reply) SendNews(answer_to, {key, false, {*effects.reply}});
  const std::uint64_t after = Known(key);
  if (after == before) return;
  const std::uint64_t wait_ms = led_.erase(key) > 0 ? 0 : kProposeLateMs * parts_.identity.self.value;
  following_[key] = {account, now_ms_ + wait_ms, 0};
  parts_.outbox.Log(Event::kEpochActive, {}, {}, after);
  parts_.events.OnEpochChanged(key);
}

void KeyEpochs::SendNews(PartyIndex to, const EpochNews& news) {
  parts_.peers.Send(to, {MessageKind::kEpochNews, {}, news.Encode()});
}

void KeyEpochs::Tell(PartyIndex to, const KeyId& key) {
  EpochNews news{key, true, {}};
  const auto state = Load(key);
  if (!state && parts_.records.Exists(policy::KeyStateRecordId(key))) return;
  for (reshare::Notice& notice : state ? state->activation.Notices() : std::vector<reshare::Notice>{}) {
    if (notice.epoch > 0) news.notices.push_back(std::move(notice));
  }
  SendNews(to, news);
}

void KeyEpochs::Ask(PartyIndex to, const KeyId& key) {
  parts_.peers.Send(to, {MessageKind::kEpochAsk, {}, EpochAsk{key}.Encode()});
}

void KeyEpochs::AskAll(const KeyId& key) {
  const auto asked = asked_ms_.find(key);
  const bool again = asked != asked_ms_.end() && now_ms_ < asked->second + kAskAgainMs;
  if (again || asked_ms_.size() >= kEpochsAskedMax) return;
  asked_ms_[key] = now_ms_;
  for (const PartyIndex to : parts_.peers.Open()) Ask(to, key);
}

void KeyEpochs::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kEpochAsk) {
    const auto ask = EpochAsk::Parse(message.body);
    if (ask.ok()) Tell(from, ask.value().key);
    return;
  }
  const auto news = EpochNews::Parse(message.body);
  if (news.ok()) OnNews(from, news.value());
}

// What cannot be taken now, because the record has to be fetched, is asked for again while it matters.
void KeyEpochs::OnNews(PartyIndex from, const EpochNews& news) {
  std::optional<KeyState> state = Load(news.key);
  if (!state) return;
  const bool clears = news.all && !IsClear(news.key);
  if (clears) {
    caught_up_.insert(news.key);
    state->activation.CatchUp();
  }
  for (const reshare::Notice& notice : news.notices) {
    const reshare::Effects effects = state->activation.Learn(notice, roster_);
    Apply(*state, effects, from);
    // The state that was stored has no facts of what was erased.
    if (!effects.erase.empty()) state = Load(news.key);
    if (!state) return;
  }
  if (clears) parts_.events.OnEpochClear(news.key);
}

void KeyEpochs::OnPeerOpen(PartyIndex party) {
  for (const KeyId& key : flux_) Ask(party, key);
}

// The account's record follows: from then on nodes that were away or taken back know of the epoch as well.
void KeyEpochs::Settle(const KeyId& key, Following& entry) {
  const replica::Version* version = parts_.view.Local(entry.account);
  const std::optional<KeyState> state = Load(key);
  if (version == nullptr || !state) {  // being fetched
    entry.next_ms = now_ms_ + kEpochRetryMs;
    return;
  }
  const std::uint64_t epoch = Known(key);
  const dkg::KeyCertificate certificate = state->CertificateOf(epoch);
  entry.ticket = next_ticket_++;
  parts_.replica.Change(entry.ticket, {}, entry.account, EncodeChange(AccountRefresh{certificate}),
                        now_ms_ + kEpochChangeMs);
}

void KeyEpochs::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(asked_ms_, [&](const auto& entry) { return now_ms >= entry.second + kAskAgainMs; });
  if (now_ms >= next_asking_ms_) {
    next_asking_ms_ = now_ms + kAskFluxMs;
    for (const KeyId& key : flux_) AskAll(key);
  }
  std::erase_if(following_, [this](const auto& entry) {
    const auto record = parts_.records.holders().find(entry.second.account);
    return record != parts_.records.holders().end() && record->second.epoch >= Known(entry.first);
  });
  auto running = static_cast<std::size_t>(
      std::ranges::count_if(following_, [](const auto& entry) { return entry.second.ticket != 0; }));
  for (auto& [key, entry] : following_) {
    if (running >= kChangesMax) return;
    if (entry.ticket != 0 || now_ms < entry.next_ms) continue;
    Settle(key, entry);
    running += entry.ticket != 0 ? 1 : 0;
  }
}

bool KeyEpochs::OnChanged(std::uint64_t ticket) {
  if (ticket < kFirstEpochTicket) return false;
  for (auto& [key, entry] : following_) {
    if (entry.ticket != ticket) continue;
    entry.ticket = 0;
    entry.next_ms = now_ms_ + kEpochRetryMs;
  }
  return true;
}

}  // namespace passport::core
