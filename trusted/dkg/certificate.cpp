#include "trusted/dkg/certificate.h"

#include <algorithm>

#include "edl/base/parties.h"
#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {

using curve::Ed25519;
using curve::Group;
using curve::Secp256k1;

namespace {

constexpr std::uint8_t kCertificateVersion = 1;

// The proposal as fixed-width fields, for hashing and for the certificate.
void WriteProposal(Writer& writer, const Proposal& proposal) {
  writer.Raw(proposal.digest).U8(proposal.curve).U8(proposal.purpose).U16(proposal.n).U16(proposal.t);
  sharing::WriteParties(writer, proposal.dealers);
}

Proposal ReadProposal(Reader& reader) {
  Proposal out;
  out.digest = reader.Array<32>();
  out.curve = reader.U8();
  out.purpose = reader.U8();
  out.n = reader.U16();
  out.t = reader.U16();
  out.dealers = sharing::ReadParties(reader, out.n);
  return out;
}

// epoch_ctx of dkls23.md 1.5 at epoch 0.
template <Group G>
Hash32 EpochContext(const KeyFactsOf<G>& facts) {
  Writer writer;
  writer.U64(0);
  WriteProposal(writer, facts.proposal);
  return crypto::TaggedHash(crypto::tag::kEpoch, facts.Id().bytes, {writer.bytes()});
}

}  // namespace

template <Group G>
KeyId KeyFactsOf<G>::Id() const {
  return {crypto::TaggedHash(crypto::tag::kKey, Hash32{}, {transcript})};
}

template <Group G>
std::optional<Hash32> KeyFactsOf<G>::ConfirmedDigest() const {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kKgFinal, sid);
  state.Update(PublicKey().Encode());
  for (std::uint16_t m = 1; m <= proposal.n; ++m) {
    const std::optional<curve::PointOf<G>> share_point = sharing::EvaluateCommitments<G>(commitments, {m});
    if (!share_point) return std::nullopt;
    state.Update(share_point->Encode());
  }
  return state.Update(chain_code).Update(EpochContext(*this)).Update(transcript).Final();
}

template <Group G>
Result<Unit> KeyCertificateOf<G>::Verify(const Roster& roster, std::size_t min_confirmers) const {
  const std::optional<Hash32> digest = facts.ConfirmedDigest();
  const std::size_t needed = std::max<std::size_t>(min_confirmers, facts.proposal.t);
  if (!digest || confirmations.size() < needed) return Fail(Status::kBadSignature);
  for (const auto& [party, signature] : confirmations) {
    const auto row = roster.find(party);
    if (row == roster.end() || !sharing::Contains(facts.proposal.dealers, party) ||
        !crypto::VerifyEd25519(row->second, *digest, signature)) {
      return Fail(Status::kBadSignature);
    }
  }
  return Ok();
}

template <Group G>
Bytes KeyCertificateOf<G>::Encode() const {
  Writer writer;
  writer.U8(kCertificateVersion);
  WriteProposal(writer, facts.proposal);
  writer.Raw(facts.sid).Raw(facts.transcript);
  sharing::WritePoints<G>(writer, facts.commitments);
  writer.Raw(facts.chain_code).U16(static_cast<std::uint16_t>(confirmations.size()));
  for (const auto& [party, signature] : confirmations) writer.U16(party.value).Raw(signature);
  return writer.Take();
}

template <Group G>
Result<KeyCertificateOf<G>> KeyCertificateOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kCertificateVersion) return Fail(Status::kMalformed);
  KeyCertificateOf out;
  out.facts.proposal = ReadProposal(reader);
  out.facts.sid = reader.Array<32>();
  out.facts.transcript = reader.Array<32>();
  out.facts.commitments = sharing::ReadPoints<G>(reader);
  out.facts.chain_code = reader.Array<32>();
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  PartyIndex last;
  for (std::uint16_t i = 0; i < count && !reader.failed(); ++i) {
    const PartyIndex party = ReadPartyAbove(reader, last);
    out.confirmations[party] = reader.Array<64>();
  }
  const Proposal& proposal = out.facts.proposal;
  if (!reader.Done() || !proposal.IsValidFor(G::kCurve) || out.facts.commitments.size() != proposal.t) {
    return Fail(Status::kMalformed);
  }
  return out;
}

template struct KeyFactsOf<Secp256k1>;
template struct KeyCertificateOf<Secp256k1>;
template struct KeyFactsOf<Ed25519>;
template struct KeyCertificateOf<Ed25519>;

}  // namespace passport::dkg
