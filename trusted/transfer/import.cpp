#include "trusted/transfer/import.h"

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

Hash32 ContextOf(const dkg::Proposal& proposal) {
  Writer writer;
  writer.Raw(proposal.digest).U8(proposal.curve).U8(proposal.purpose).U16(proposal.n).U16(proposal.t);
  sharing::WriteParties(writer, proposal.dealers);
  return crypto::TaggedHash(crypto::tag::kImport, Hash32{}, {writer.bytes()});
}

// What one node's share is encrypted for.
Bytes ShareInfo(const Hash32& context, PartyIndex to) {
  Writer writer;
  writer.Text(crypto::tag::kImport.text).Raw(context).U16(to.value);
  return writer.Take();
}

// The signature is over the whole offer: the chain code and the other coefficients are in its context.
template <Group G>
proof::DlogUse SignatureUse(const Hash32& context, const ImportOfferOf<G>& offer) {
  Writer writer;
  sharing::WritePoints<G>(writer, offer.coefficients);
  writer.Raw(offer.chain_code);
  return {crypto::tag::kPokImport, crypto::TaggedHash(crypto::tag::kImport, context, {writer.bytes()}),
          PartyIndex{0}, 0};
}

template <Group G>
Result<SecretScalarOf<G>> OpenShare(const crypto::SecretKey32& channel_key, const Hash32& context,
                                    PartyIndex self, ByteSpan sealed) {
  PASSPORT_TRY(const crypto::SecretBytes opened,
               crypto::OpenHpke(channel_key, ShareInfo(context, self), sealed));
  PASSPORT_TRY(const ScalarOf<G> share, ScalarOf<G>::Parse(opened.Expose()));
  return SecretScalarOf<G>(share);
}

}  // namespace

template <Group G>
Bytes ImportOfferOf<G>::Encode() const {
  Writer writer;
  writer.U8(kVersion).U8(G::kCurve);
  sharing::WritePoints<G>(writer, coefficients);
  writer.Raw(chain_code);
  signature.Write(writer);
  return writer.Take();
}

template <Group G>
Result<ImportOfferOf<G>> ImportOfferOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion || reader.U8() != G::kCurve) return Fail(Status::kMalformed);
  ImportOfferOf out;
  out.coefficients = sharing::ReadPoints<G>(reader);
  out.chain_code = reader.Array<32>();
  out.signature = proof::DlogProofOf<G>::Read(reader);
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

template <Group G>
Result<ImportDealOf<G>> DealImport(const dkg::Proposal& proposal, SecretScalarOf<G> key,
                                   const Hash32& chain_code,
                                   const std::map<PartyIndex, crypto::X25519PublicKey>& node_keys,
                                   crypto::Rng& rng) {
  if (key.Expose().IsZero()) return Fail(Status::kBadScalar);
  const Hash32 context = ContextOf(proposal);
  const auto polynomial = sharing::PolynomialOf<G>::WithConstant(std::move(key), proposal.t, rng);
  ImportDealOf<G> out;
  out.offer.coefficients = polynomial.Commit();
  out.offer.chain_code = chain_code;
  out.offer.signature =
      proof::ProveDlog<G>(SignatureUse(context, out.offer), polynomial.coefficients().front(),
                          out.offer.coefficients.front(), rng);
  for (const PartyIndex node : proposal.dealers) {
    const auto node_key = node_keys.find(node);
    if (node_key == node_keys.end()) return Fail(Status::kBadKey);
    const crypto::SecretBytes share = sharing::AppendSecret<G>({}, polynomial.Evaluate(node));
    PASSPORT_TRY(out.sealed_shares[node],
                 crypto::SealHpke(node_key->second, ShareInfo(context, node), share.Expose(), rng));
  }
  return out;
}

template <Group G>
Outcome<dkg::ConfirmedOf<G>> AcceptImport(const dkg::Proposal& proposal, const PointOf<G>& expected_key,
                                          PartyIndex self, const ImportOfferOf<G>& offer,
                                          ByteSpan sealed_share, const crypto::SecretKey32& channel_key,
                                          const crypto::SigningKey& node_key, crypto::Rng& rng) {
  if (!proposal.IsValidFor(G::kCurve) || !sharing::Contains(proposal.dealers, self)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  if (offer.coefficients.size() != proposal.t) return Stop(AbortReason::kMalformed);
  if (offer.coefficients.front() != expected_key) return Stop(AbortReason::kPublicKeySum);
  const Hash32 context = ContextOf(proposal);
  if (!proof::VerifyDlog<G>(SignatureUse(context, offer), expected_key, offer.signature)) {
    return Stop(AbortReason::kProof);
  }
  Result<SecretScalarOf<G>> share = OpenShare<G>(channel_key, context, self, sealed_share);
  if (!share.ok()) return Stop(AbortReason::kMalformed);
  if (G::MulBase(share.value().Expose()) != sharing::EvaluateCommitments<G>(offer.coefficients, self)) {
    return Stop(AbortReason::kShare);
  }
  dkg::KeyFactsOf<G> facts;
  facts.proposal = proposal;
  facts.sid = context;
  facts.transcript = crypto::HashSha256(offer.Encode());
  facts.commitments = offer.coefficients;
  facts.chain_code = offer.chain_code;
  facts.marks = sharing::kMarkImported;
  return dkg::ConfirmShare<G>({proposal, self, context}, std::move(facts), std::move(share).value(), node_key,
                              rng);
}

using curve::Secp256k1;
template struct ImportOfferOf<Secp256k1>;
template Result<ImportDeal> DealImport<Secp256k1>(const dkg::Proposal&, SecretScalarOf<Secp256k1>,
                                                  const Hash32&,
                                                  const std::map<PartyIndex, crypto::X25519PublicKey>&,
                                                  crypto::Rng&);
template Outcome<dkg::Confirmed> AcceptImport<Secp256k1>(const dkg::Proposal&, const PointOf<Secp256k1>&,
                                                         PartyIndex, const ImportOffer&, ByteSpan,
                                                         const crypto::SecretKey32&,
                                                         const crypto::SigningKey&, crypto::Rng&);

}  // namespace passport::transfer
