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

constexpr std::uint8_t kVersionGenerated = 1;
constexpr std::uint8_t kVersionAnyEpoch = 2;

template <Group G>
bool IsAsGenerated(const KeyFactsOf<G>& facts) {
  return facts.epoch == 0 && facts.marks == 0;
}

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

// What version 2 says besides. One certificate has one form.
template <Group G>
void ReadEpoch(Reader& reader, KeyFactsOf<G>& facts) {
  facts.epoch = reader.U64();
  facts.marks = reader.U8();
  facts.key.bytes = reader.Array<32>();
  if (IsAsGenerated(facts) || (facts.marks & ~sharing::kMarksAll) != 0 ||
      (facts.epoch == 0) != facts.key.IsZero()) {
    reader.Reject();
  }
}

// epoch_ctx of dkls23.md 1.5. The marks follow where there are any or the epoch is not the first.
template <Group G>
Hash32 EpochContext(const KeyFactsOf<G>& facts) {
  Writer writer;
  writer.U64(facts.epoch);
  WriteProposal(writer, facts.proposal);
  if (!IsAsGenerated(facts)) writer.U8(facts.marks);
  return crypto::TaggedHash(crypto::tag::kEpoch, facts.Id().bytes, {writer.bytes()});
}

}  // namespace

template <Group G>
KeyId KeyFactsOf<G>::Id() const {
  if (epoch > 0 || !key.IsZero()) return key;
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
  const std::size_t needed = facts.epoch > 0 ? facts.proposal.dealers.size()
                                             : std::max<std::size_t>(min_confirmers, facts.proposal.t);
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
  writer.U8(IsAsGenerated(facts) ? kVersionGenerated : kVersionAnyEpoch);
  if (!IsAsGenerated(facts)) writer.U64(facts.epoch).U8(facts.marks).Raw(facts.key.bytes);
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
  const std::uint8_t version = reader.U8();
  if (version != kVersionGenerated && version != kVersionAnyEpoch) return Fail(Status::kMalformed);
  KeyCertificateOf out;
  if (version == kVersionAnyEpoch) ReadEpoch(reader, out.facts);
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
