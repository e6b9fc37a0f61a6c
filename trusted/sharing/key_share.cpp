#include "trusted/sharing/key_share.h"

#include "trusted/sharing/encoding.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"

namespace passport::sharing {
namespace {

constexpr std::uint8_t kVersion = 1;

bool IsConsistent(const KeyShare& key) {
  return key.curve == kCurveSecp256k1 && key.n <= kPartiesMax && key.t >= 2 && key.t <= key.n &&
         key.commitments.size() == key.t && Contains(key.holders, key.self);
}

}  // namespace

std::optional<curve::Point> KeyShare::SharePoint(PartyIndex party) const {
  return EvaluateCommitments(commitments, party);
}

crypto::SecretBytes KeyShare::EncodeSecret() const {
  Writer writer;
  writer.U8(kVersion).Raw(id.bytes).U8(curve).U8(purpose).U16(n).U16(t).U16(self.value);
  WriteParties(writer, holders);
  WritePoints(writer, commitments);
  writer.Raw(chain_code);
  return AppendSecret(writer.bytes(), share);
}

Result<KeyShare> KeyShare::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) return Fail(Status::kMalformed);
  KeyShare out;
  out.id.bytes = reader.Array<32>();
  out.curve = reader.U8();
  out.purpose = reader.U8();
  out.n = reader.U16();
  out.t = reader.U16();
  out.self.value = reader.U16();
  out.holders = ReadParties(reader, out.n);
  out.commitments = ReadPoints(reader);
  out.chain_code = reader.Array<32>();
  out.share = curve::SecretScalar(ReadScalar(reader));
  if (!reader.Done() || !IsConsistent(out)) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::sharing
