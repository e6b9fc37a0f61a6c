#include "trusted/reshare/repair.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"

namespace passport::reshare {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;
using dkg::Stop;
using protocol::AbortReason;
using protocol::Outcome;

namespace {

bool IsValid(const RepairProposal& proposal, const KeyId& key, std::uint64_t epoch, std::uint16_t n,
             std::uint16_t t) {
  return proposal.key == key && proposal.epoch == epoch && proposal.helpers.size() == t &&
         sharing::IsPartySet(proposal.helpers, n) && proposal.lost.value >= 1 && proposal.lost.value <= n &&
         !sharing::Contains(proposal.helpers, proposal.lost);
}

template <class Message>
Outcome<Unit> CheckInbox(const RepairProposal& proposal, PartyIndex self,
                         const protocol::Inbox<Message>& inbox) {
  if (!dkg::IsFromAllOthers(proposal.helpers, self, inbox)) return Stop(AbortReason::kWrongQuorum);
  const Hash32 context = proposal.Context();
  for (const auto& [helper, message] : inbox) {
    if (!dkg::IsOfRun(context, helper, message.header)) return Stop(AbortReason::kWrongSession);
  }
  return Unit{};
}

}  // namespace

Hash32 RepairProposal::Context() const {
  Writer writer;
  writer.Raw(digest).U64(epoch);
  sharing::WriteParties(writer, helpers);
  writer.U16(lost.value);
  return crypto::TaggedHash(crypto::tag::kRepair, key.bytes, {writer.bytes()});
}

template <Group G, std::uint8_t kRound>
crypto::SecretBytes RepairMessageOf<G, kRound>::EncodeSecret() const {
  Writer writer;
  dkg::WriteHeader(writer, header, kRound);
  return sharing::AppendSecret<G>(writer.bytes(), value);
}

template <Group G, std::uint8_t kRound>
Result<RepairMessageOf<G, kRound>> RepairMessageOf<G, kRound>::Parse(ByteSpan input) {
  Reader reader(input);
  RepairMessageOf out;
  out.header = dkg::ReadHeader(reader, kRound);
  out.value = SecretScalarOf<G>(sharing::ReadScalar<G>(reader));
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template <Group G>
protocol::Step<AwaitingPartsOf<G>, protocol::Outbox<RepairPartOf<G>>> StartRepair(
    const RepairProposal& proposal, const sharing::KeyShareOf<G>& share, crypto::Rng& rng) {
  if (!IsValid(proposal, share.id, share.epoch, share.n, share.t) ||
      !sharing::Contains(proposal.helpers, share.self)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  const ScalarOf<G> weight = sharing::LagrangeWeightAt<G>(proposal.helpers, share.self, proposal.lost);
  SecretScalarOf<G> rest(weight * share.share.Expose());
  protocol::Outbox<RepairPartOf<G>> out;
  for (const PartyIndex helper : proposal.helpers) {
    if (helper == share.self) continue;
    SecretScalarOf<G> part(ScalarOf<G>::Random(rng));
    rest.ExposeMutable() = rest.Expose() - part.Expose();
    out.emplace(helper, RepairPartOf<G>{{share.self, proposal.Context()}, std::move(part)});
  }
  return protocol::Advance<AwaitingPartsOf<G>, protocol::Outbox<RepairPartOf<G>>>{
      {proposal, share.self, std::move(rest)}, std::move(out)};
}

template <Group G>
Outcome<RepairSumOf<G>> SumParts(AwaitingPartsOf<G> state,
                                 std::type_identity_t<protocol::Inbox<RepairPartOf<G>>> inbox) {
  PASSPORT_TRY_VOID(CheckInbox(state.proposal, state.self, inbox));
  RepairSumOf<G> out{{state.self, state.proposal.Context()}, std::move(state.own_part)};
  for (const auto& [helper, part] : inbox) {
    out.value.ExposeMutable() = out.value.Expose() + part.value.Expose();
  }
  return out;
}

template <Group G>
Outcome<sharing::KeyShareOf<G>> FinishRepair(const RepairProposal& proposal, sharing::KeyShareOf<G> key,
                                             std::type_identity_t<protocol::Inbox<RepairSumOf<G>>> inbox) {
  if (proposal.lost != key.self || !IsValid(proposal, key.id, key.epoch, key.n, key.t)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  PASSPORT_TRY_VOID(CheckInbox(proposal, key.self, inbox));
  SecretScalarOf<G> share;
  for (const auto& [helper, sum] : inbox) {
    share.ExposeMutable() = share.Expose() + sum.value.Expose();
  }
  const std::optional<PointOf<G>> expected = key.SharePoint(key.self);
  if (!expected || G::MulBase(share.Expose()) != expected) return Stop(AbortReason::kShare);
  key.share = std::move(share);
  // A node that was away at the generation becomes a holder.
  const auto place = std::lower_bound(key.holders.begin(), key.holders.end(), key.self);
  if (place == key.holders.end() || *place != key.self) key.holders.insert(place, key.self);
  return key;
}

using curve::Secp256k1;
template struct RepairMessageOf<Secp256k1, 1>;
template struct RepairMessageOf<Secp256k1, 2>;
template protocol::Step<AwaitingPartsOf<Secp256k1>, protocol::Outbox<RepairPart>> StartRepair(
    const RepairProposal&, const sharing::KeyShare&, crypto::Rng&);
template Outcome<RepairSum> SumParts(AwaitingPartsOf<Secp256k1>, protocol::Inbox<RepairPart>);
template Outcome<sharing::KeyShare> FinishRepair(const RepairProposal&, sharing::KeyShare,
                                                 protocol::Inbox<RepairSum>);

using curve::Ed25519;
template struct RepairMessageOf<Ed25519, 1>;
template struct RepairMessageOf<Ed25519, 2>;
template protocol::Step<AwaitingPartsOf<Ed25519>, protocol::Outbox<RepairPartOf<Ed25519>>> StartRepair(
    const RepairProposal&, const sharing::KeyShareOf<Ed25519>&, crypto::Rng&);
template Outcome<RepairSumOf<Ed25519>> SumParts(AwaitingPartsOf<Ed25519>,
                                                protocol::Inbox<RepairPartOf<Ed25519>>);
template Outcome<sharing::KeyShareOf<Ed25519>> FinishRepair(const RepairProposal&,
                                                            sharing::KeyShareOf<Ed25519>,
                                                            protocol::Inbox<RepairSumOf<Ed25519>>);

}  // namespace passport::reshare
