#include "trusted/core/presign_messages.h"

namespace passport::core {

Bytes PresignInvite::Encode() const {
  Writer out;
  out.Raw(key.bytes).Raw(path);
  WriteQuorum(out, quorum);
  out.Raw(nonce);
  WriteRecordRef(out, scope);
  WriteRecordRef(out, account);
  WriteEpoch(out, epoch);
  return out.Take();
}

Result<PresignInvite> PresignInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  PresignInvite out;
  out.key = KeyId{in.Array<32>()};
  out.path = in.Array<32>();
  out.quorum = ReadQuorum(in);
  out.nonce = in.Array<32>();
  out.scope = ReadRecordRef(in);
  out.account = ReadRecordRef(in);
  out.epoch = ReadEpoch(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes PresignReady::Encode() const {
  Writer out;
  out.Raw(ssid).Raw(nonce_point);
  return out.Take();
}

Result<PresignReady> PresignReady::Parse(ByteSpan bytes) {
  Reader in(bytes);
  PresignReady out{in.Array<32>(), in.Array<33>()};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes SignOnline::Encode() const {
  Writer out;
  out.U16(attempt).Raw(ssid);
  WriteRecordRef(out, scope);
  WriteRecordRef(out, account);
  out.Var(evidence.Encode());
  return out.Take();
}

Result<SignOnline> SignOnline::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignOnline out;
  out.attempt = in.U16();
  out.ssid = in.Array<32>();
  out.scope = ReadRecordRef(in);
  out.account = ReadRecordRef(in);
  const ByteSpan evidence = in.Var(kSignedEvidenceBytesMax);
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.evidence, auth::Evidence::Parse(evidence));
  return out;
}

}  // namespace passport::core
