#include "trusted/sharing/key_share.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"

namespace passport::sharing {
namespace {

constexpr std::uint8_t kVersionGenerated = 1;
constexpr std::uint8_t kVersionAnyEpoch = 2;

template <curve::Group G>
bool IsConsistent(const KeyShareOf<G>& key) {
  return (key.marks & ~kMarksAll) == 0 && key.n <= kPartiesMax && key.t >= 2 && key.t <= key.n &&
         key.commitments.size() == key.t && Contains(key.holders, key.self);
}

}  // namespace

template <curve::Group G>
std::optional<curve::PointOf<G>> KeyShareOf<G>::SharePoint(PartyIndex party) const {
  return EvaluateCommitments<G>(commitments, party);
}

template <curve::Group G>
crypto::SecretBytes KeyShareOf<G>::EncodeSecret() const {
  Writer writer;
  const bool is_as_generated = epoch == 0 && marks == 0;
  writer.U8(is_as_generated ? kVersionGenerated : kVersionAnyEpoch).Raw(id.bytes).U8(curve).U8(purpose);
  if (!is_as_generated) writer.U64(epoch).U8(marks);
  writer.U16(n).U16(t).U16(self.value);
  WriteParties(writer, holders);
  WritePoints<G>(writer, commitments);
  writer.Raw(chain_code);
  return AppendSecret<G>(writer.bytes(), share);
}

template <curve::Group G>
Result<KeyShareOf<G>> KeyShareOf<G>::Parse(ByteSpan input) {
  Reader reader(input);
  const std::uint8_t version = reader.U8();
  if (version != kVersionGenerated && version != kVersionAnyEpoch) return Fail(Status::kMalformed);
  KeyShareOf out;
  out.id.bytes = reader.Array<32>();
  out.curve = reader.U8();
  if (!reader.failed() && out.curve != G::kCurve) return Fail(Status::kWrongCurve);
  out.purpose = reader.U8();
  if (version == kVersionAnyEpoch) {
    out.epoch = reader.U64();
    out.marks = reader.U8();
    if (out.epoch == 0 && out.marks == 0) reader.Reject();  // one share has one form
  }
  out.n = reader.U16();
  out.t = reader.U16();
  out.self.value = reader.U16();
  out.holders = ReadParties(reader, out.n);
  out.commitments = ReadPoints<G>(reader);
  out.chain_code = reader.Array<32>();
  out.share = curve::SecretScalarOf<G>(ReadScalar<G>(reader));
  if (!reader.Done() || !IsConsistent(out)) return Fail(Status::kMalformed);
  return out;
}

template struct KeyShareOf<curve::Secp256k1>;
template struct KeyShareOf<curve::Ed25519>;

}  // namespace passport::sharing
