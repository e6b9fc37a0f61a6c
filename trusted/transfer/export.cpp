#include "trusted/transfer/export.h"

#include "trusted/sharing/encoding.h"

namespace passport::transfer {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;
using dkg::Stop;
using protocol::AbortReason;
using protocol::Outcome;

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint32_t kSealedBytesMax = 128;

// TH("export", key id, id || LE64 epoch || user key || LE16 from).
Hash32 InfoOf(const ExportOrder& order, PartyIndex from) {
  return crypto::TaggedHash(crypto::tag::kExport, order.key.bytes,
                            {order.id, crypto::Le64(order.epoch), order.user_key, crypto::Le16(from.value)});
}

template <Group G>
Outcome<SecretScalarOf<G>> OpenAnswer(const ExportOrder& order, const crypto::SecretKey32& user_secret,
                                      const dkg::KeyFactsOf<G>& facts, PartyIndex from,
                                      const ExportedShare& answer) {
  const Result<crypto::SecretBytes> opened =
      crypto::OpenHpke(user_secret, InfoOf(order, from), answer.sealed);
  if (!opened.ok()) return Stop(AbortReason::kMalformed, from);
  const Result<ScalarOf<G>> share = ScalarOf<G>::Parse(opened.value().Expose());
  if (!share.ok()) return Stop(AbortReason::kMalformed, from);
  SecretScalarOf<G> out(share.value());
  if (G::MulBase(out.Expose()) != sharing::EvaluateCommitments<G>(facts.commitments, from)) {
    return Stop(AbortReason::kShare, from);
  }
  return out;
}

}  // namespace

Bytes ExportedShare::Encode() const {
  Writer writer;
  writer.U8(kVersion).U16(from.value).Var(sealed);
  return writer.Take();
}

Result<ExportedShare> ExportedShare::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) return Fail(Status::kMalformed);
  ExportedShare out;
  out.from.value = reader.U16();
  out.sealed = ToBytes(reader.Var(kSealedBytesMax));
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template <Group G>
Outcome<ExportedOf<G>> Export(const ExportOrder& order, sharing::KeyShareOf<G> share, crypto::Rng& rng) {
  if (order.key != share.id || order.epoch != share.epoch) return Stop(AbortReason::kWrongQuorum);
  const crypto::SecretBytes plain = sharing::AppendSecret<G>({}, share.share);
  Result<Bytes> sealed = crypto::SealHpke(order.user_key, InfoOf(order, share.self), plain.Expose(), rng);
  if (!sealed.ok()) return Stop(AbortReason::kMalformed);
  share.marks |= sharing::kMarkExported;
  const PartyIndex self = share.self;
  return ExportedOf<G>{std::move(share), {self, std::move(sealed).value()}};
}

template <Group G>
Outcome<SecretScalarOf<G>> OpenExport(const ExportOrder& order, const crypto::SecretKey32& user_secret,
                                      const dkg::KeyFactsOf<G>& facts,
                                      const std::map<PartyIndex, ExportedShare>& answers) {
  if (order.key != facts.Id() || order.epoch != facts.epoch || answers.size() < facts.proposal.t) {
    return Stop(AbortReason::kWrongQuorum);
  }
  std::vector<PartyIndex> parties;
  for (const auto& [from, answer] : answers) parties.push_back(from);
  if (!sharing::IsPartySet(parties, facts.proposal.n)) return Stop(AbortReason::kWrongQuorum);
  for (const auto& [from, answer] : answers) {
    if (answer.from != from) return Stop(AbortReason::kWrongSession);
  }
  SecretScalarOf<G> key;
  for (const auto& [from, answer] : answers) {
    PASSPORT_TRY(const SecretScalarOf<G> share, OpenAnswer(order, user_secret, facts, from, answer));
    key.ExposeMutable() = key.Expose() + sharing::LagrangeWeight<G>(parties, from) * share.Expose();
  }
  // All shares are on one polynomial, so this holds unless the facts are no key's.
  if (G::MulBase(key.Expose()) != facts.PublicKey()) return Stop(AbortReason::kPublicKeySum);
  return key;
}

using curve::Secp256k1;
template Outcome<Exported> Export(const ExportOrder&, sharing::KeyShare, crypto::Rng&);
template Outcome<SecretScalarOf<Secp256k1>> OpenExport(const ExportOrder&, const crypto::SecretKey32&,
                                                       const dkg::KeyFacts&,
                                                       const std::map<PartyIndex, ExportedShare>&);

}  // namespace passport::transfer
