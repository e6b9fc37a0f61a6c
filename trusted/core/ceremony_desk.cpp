#include "trusted/core/ceremony_desk.h"

#include <algorithm>

#include "trusted/core/changes.h"

namespace passport::core {

// By the own clock, as far as the network finds it likely: what comes of a ceremony keeps its time for ever,
// and of all tokens the oldest counts. Before the first tick there is no time to put into one.
std::optional<passkey::CeremonyToken> CeremonyDesk::MakeToken(const passkey::CeremonyTerms& terms) {
  const std::uint64_t own_ms = time_.own().unix_ms;
  if (own_ms == 0) return std::nullopt;
  return passkey::CeremonyToken::Make(identity_.manifest_hash, terms, identity_.self, rng_.Array<32>(),
                                      std::min(own_ms, time_.LikelyMs() + kLateMs), identity_.signing);
}

bool CeremonyDesk::IsWithin(PartyIndex gateway, std::uint32_t per_second) {
  Given& given = given_[gateway];
  if (given.second != now_ms_ / 1'000) given = {now_ms_ / 1'000, 0};
  return ++given.count <= per_second;
}

bool CeremonyDesk::Begin(const RequestId& request, const passkey::CeremonyTerms& terms) {
  if (!IsWithin(identity_.self, kBegunPerSecond)) return false;
  Gathering& gathering = gathering_[request];
  gathering.terms = terms;
  gathering.since_ms = now_ms_;
  if (const auto own = MakeToken(terms)) gathering.tokens.emplace(identity_.self, *own);
  const CeremonyAsk ask{terms};
  for (const PartyIndex to : peers_.Open())
    peers_.Send(to, {MessageKind::kCeremonyAsk, request, ask.Encode()});
  Settle(request);
  return true;
}

void CeremonyDesk::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kCeremonyAsk) return OnAsk(from, message);
  OnPart(from, message);
}

// A token says nothing by itself: everything about it is judged when its ceremony completes.
void CeremonyDesk::OnAsk(PartyIndex from, const PeerMessage& message) {
  const auto ask = CeremonyAsk::Parse(message.body);
  const bool plausible = ask.ok() && GatewayOf(message.request) == from &&
                         policy::KindOf(ask.value().terms.account) == policy::RecordKind::kAccount;
  if (!plausible) return;
  if (!IsWithin(from, kTokensPerSecond)) return;
  const auto token = MakeToken(ask.value().terms);
  if (token) peers_.Send(from, {MessageKind::kCeremonyPart, message.request, CeremonyPart{*token}.Encode()});
}

void CeremonyDesk::OnPart(PartyIndex from, const PeerMessage& message) {
  const auto part = CeremonyPart::Parse(message.body);
  const auto entry = gathering_.find(message.request);
  const peer::ManifestRow* row = identity_.manifest.Row(from);
  if (!part.ok() || entry == gathering_.end() || row == nullptr) return;
  const passkey::CeremonyToken& token = part.value().token;
  const bool good = token.party == from && token.made_ms + kLateMs >= time_.LikelyMs() &&
                    token.made_ms <= time_.LikelyMs() + kLateMs &&
                    token.IsSigned(identity_.manifest_hash, entry->second.terms, row->identity_key);
  if (!good) return;
  entry->second.tokens.emplace(from, token);
  Settle(message.request);
}

// Everybody who is connected has answered, or a quorum has and the others take too long.
void CeremonyDesk::Settle(const RequestId& request) {
  Gathering& gathering = gathering_.at(request);
  if (gathering.tokens.size() < AckQuorum(identity_.manifest)) return;
  if (gathering.quorum_ms == 0) gathering.quorum_ms = std::max<std::uint64_t>(now_ms_, 1);
  const bool all = std::ranges::all_of(
      peers_.Open(), [&](const PartyIndex party) { return gathering.tokens.contains(party); });
  if (all || now_ms_ >= gathering.quorum_ms + kOthersMs) Finish(request);
}

void CeremonyDesk::Finish(const RequestId& request) {
  Gathering gathering = std::move(gathering_.extract(request).mapped());
  passkey::Ceremony out{gathering.terms, {}};
  for (const auto& [party, token] : gathering.tokens) out.tokens.push_back(token);
  events_.OnCeremony(request, std::move(out));
}

void CeremonyDesk::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::vector<RequestId> all;
  for (const auto& [request, gathering] : gathering_) all.push_back(request);
  for (const RequestId& request : all) {
    const Gathering& gathering = gathering_.at(request);
    if (gathering.quorum_ms == 0 && now_ms >= gathering.since_ms + kQuorumMs) {
      std::vector<PartyIndex> missing;
      for (const peer::ManifestRow& row : identity_.manifest.rows) {
        if (!gathering.tokens.contains(row.party)) missing.push_back(row.party);
      }
      gathering_.erase(request);
      events_.OnCeremonyFailed(request, std::move(missing));
    } else {
      Settle(request);
    }
  }
}

}  // namespace passport::core
