#include "trusted/replica/messages.h"

namespace passport::replica {
namespace {

void Write(Writer& out, const Prepare& m) {
  WriteBallot(out, m.ballot);
  out.U64(m.known);
}
void Write(Writer& out, const Promise& m) {
  WriteBallot(out, m.ballot);
  out.Bool(m.granted);
  WriteBallot(out, m.promised);
  out.Raw(m.boot.bytes);
  WriteCommitted(out, m.committed);
  WriteTentative(out, m.tentative);
}
void Write(Writer& out, const Accept& m) {
  WriteBallot(out, m.ballot);
  out.Raw(m.boot.bytes);
  WriteVersion(out, m.version);
  out.Var(m.evidence);
}
void Write(Writer& out, const Accepted& m) {
  WriteBallot(out, m.ballot);
  out.U8(static_cast<std::uint8_t>(m.verdict));
  WriteBallot(out, m.promised);
  out.U16(m.refusal).Raw(m.signature);
}
void Write(Writer& out, const Learn& m) { WriteCommitted(out, m.committed); }
void Write(Writer& out, const Query& m) { out.U64(m.known); }
void Write(Writer& out, const QueryReply& m) {
  out.Bool(m.confirmed);
  WriteCommitted(out, m.committed);
  WriteTentative(out, m.tentative);
}

Message ReadPrepare(Reader& in, RecordId id) {
  Prepare m{id, ReadBallot(in), 0};
  m.known = in.U64();
  return m;
}
Message ReadPromise(Reader& in, RecordId id) {
  Promise m{id, ReadBallot(in), in.Bool(), {}, {}, {}, {}};
  m.promised = ReadBallot(in);
  m.boot = BootId{in.Array<16>()};
  m.committed = ReadCommitted(in);
  m.tentative = ReadTentative(in);
  return m;
}
Message ReadAccept(Reader& in, RecordId id) {
  Accept m{id, ReadBallot(in), BootId{in.Array<16>()}, {}, {}};
  m.version = ReadVersion(in);
  m.evidence = ToBytes(in.Var(kEvidenceBytesMax));
  return m;
}
Message ReadAccepted(Reader& in, RecordId id) {
  Accepted m{id, ReadBallot(in), AcceptVerdict::kRefused, {}, 0, {}};
  const std::uint8_t verdict = in.U8();
  if (verdict > static_cast<std::uint8_t>(AcceptVerdict::kRefused)) in.Reject();
  m.verdict = static_cast<AcceptVerdict>(verdict);
  m.promised = ReadBallot(in);
  m.refusal = in.U16();
  m.signature = in.Array<64>();
  return m;
}
Message ReadQueryReply(Reader& in, RecordId id) {
  QueryReply m{id, in.Bool(), {}, {}};
  m.committed = ReadCommitted(in);
  m.tentative = ReadTentative(in);
  return m;
}

}  // namespace

Bytes EncodeMessage(const Message& message) {
  Writer out;
  out.U8(static_cast<std::uint8_t>(message.index() + 1));
  std::visit(
      [&out](const auto& m) {
        out.Raw(m.id.bytes);
        Write(out, m);
      },
      message);
  return out.Take();
}

Result<Message> ParseMessage(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t kind = in.U8();
  const RecordId id{in.Array<32>()};
  Message out;
  switch (kind) {
    case 1:
      out = ReadPrepare(in, id);
      break;
    case 2:
      out = ReadPromise(in, id);
      break;
    case 3:
      out = ReadAccept(in, id);
      break;
    case 4:
      out = ReadAccepted(in, id);
      break;
    case 5:
      out = Learn{id, ReadCommitted(in)};
      break;
    case 6:
      out = Query{id, in.U64()};
      break;
    case 7:
      out = ReadQueryReply(in, id);
      break;
    default:
      return Fail(Status::kMalformed);
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::replica
