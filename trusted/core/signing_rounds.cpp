#include "trusted/core/signing_rounds.h"

namespace passport::core {

using protocol::Abort;
using protocol::AbortReason;
using protocol::Outcome;

namespace {

// What the peers sent, decoded; kMalformed blames the first whose message is not one.
template <class Message>
Outcome<protocol::Inbox<Message>> Decode(const std::map<PartyIndex, SignRound>& messages) {
  protocol::Inbox<Message> out;
  for (const auto& [from, round] : messages) {
    auto parsed = Message::Parse(round.message);
    if (!parsed.ok()) return Fail(Abort{AbortReason::kMalformed, from});
    out.emplace(from, std::move(parsed).value());
  }
  return out;
}

}  // namespace

bool SigningRounds::Prepare(const Parts& parts, const std::vector<PartyIndex>& quorum,
                            std::shared_ptr<const sharing::KeyShare> share) {
  quorum_ = quorum;
  share_ = std::move(share);
  bool ready = share_ != nullptr && quorum.size() == parts.identity.manifest.t;
  for (const PartyIndex party : quorum) {
    if (party == parts.identity.self) continue;
    auto& pair = pairs_[party] = parts.peers.Banned(party) ? nullptr : parts.peers.Pair(party);
    ready = ready && pair != nullptr && !parts.peers.BootOf(party).IsZero();
  }
  return ready;
}

sign::Peers SigningRounds::Setups() const {
  sign::Peers out;
  for (const auto& [party, pair] : pairs_) out.emplace(party, pair.get());
  return out;
}

Outcome<Unit> SigningRounds::Start(const Parts& parts, const RunKey& run, const Hash32& ssid,
                                   const curve::Scalar& tweak) {
  ssid_ = ssid;
  PASSPORT_TRY(auto step, sign::Start({parts.identity.self, quorum_, ssid, *share_, tweak, parts.begun++},
                                      Setups(), parts.rng));
  state_ = std::move(step.next);
  for (const auto& [to, message] : step.out)
    Send(parts, run, to, {run.attempt, message.Encode(), {}}, kinds_.round1);
  return Unit{};
}

void SigningRounds::Send(const Parts& parts, const RunKey& run, PartyIndex to, SignRound round,
                         MessageKind kind) const {
  parts.peers.Send(to, {kind, run.request, round.Encode()});
}

Outcome<Unit> SigningRounds::Take(PartyIndex from, MessageKind kind, SignRound message) {
  Messages& round = kind == kinds_.round1 ? round1_ : round2_;
  const auto [first, is_new] = round.try_emplace(from, std::move(message));
  if (!is_new && first->second != message) return Fail(Abort{AbortReason::kEquivocation, from});
  return Unit{};
}

bool SigningRounds::due() const {
  return (std::holds_alternative<sign::AwaitingCommitments>(state_) && round1_.size() == pairs_.size()) ||
         (std::holds_alternative<sign::AwaitingMultiplications>(state_) && round2_.size() == pairs_.size());
}

Outcome<Unit> SigningRounds::Advance(const Parts& parts, const RunKey& run) {
  State state = std::exchange(state_, std::monostate{});
  if (auto* first = std::get_if<sign::AwaitingCommitments>(&state))
    return Multiply(parts, run, std::move(*first));
  return Presign(parts, std::get<sign::AwaitingMultiplications>(std::move(state)));
}

Outcome<Unit> SigningRounds::Multiply(const Parts& parts, const RunKey& run,
                                      sign::AwaitingCommitments state) {
  PASSPORT_TRY(const auto inbox, Decode<sign::NonceCommitment>(round1_));
  PASSPORT_TRY(auto step, sign::Multiply(std::move(state), Setups(), inbox, parts.rng));
  state_ = std::move(step.next);
  for (const auto& [to, message] : step.out) {
    const sign::Shown shown = sign::Show(message);
    const auto signature = parts.identity.signing.Sign(sign::Statement(shown));
    Send(parts, run, to, {run.attempt, message.Encode(), signature}, kinds_.round2);
    if (KeepsWords()) exchanges_[to].sent = {shown, signature};
  }
  return Unit{};
}

Outcome<Unit> SigningRounds::Presign(const Parts& parts, sign::AwaitingMultiplications state) {
  PASSPORT_TRY(const auto inbox, Decode<sign::Multiplication>(round2_));
  for (const auto& [from, message] : inbox) {
    const auto& key = parts.identity.manifest.Row(from)->identity_key;
    const sign::Shown shown = sign::Show(message);
    const auto& signature = round2_.at(from).signature;
    if (!crypto::VerifyEd25519(key, sign::Statement(shown), signature))
      return Fail(Abort{AbortReason::kMalformed, from});
    if (KeepsWords()) exchanges_[from].received = {shown, signature};
  }
  PASSPORT_TRY(sign::Presignature made, sign::Presign(std::move(state), Setups(), inbox, parts.rng));
  state_ = std::move(made);
  return Unit{};
}

std::optional<SigningRounds::Made> SigningRounds::TakePresignature() {
  auto* made = std::get_if<sign::Presignature>(&state_);
  if (made == nullptr) return std::nullopt;
  std::optional<Made> out(Made{std::move(*made), std::move(exchanges_)});
  state_ = std::monostate{};
  return out;
}

}  // namespace passport::core
