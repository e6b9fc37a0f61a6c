#include "edl/base/frame.h"

#include "edl/base/codec.h"

namespace passport {
namespace {

constexpr ByteArray<4> kMagic = {'T', 'E', 'E', '1'};
constexpr std::size_t kBodySizeAt = 24;  // of the header
constexpr std::uint8_t kMoreFollows = 1;

bool IsBoundaryStatus(std::uint16_t status) {
  return status <= static_cast<std::uint16_t>(Status::kInternal);
}

bool IsKind(std::uint8_t kind) {
  return kind == static_cast<std::uint8_t>(FrameKind::kRequest) ||
         kind == static_cast<std::uint8_t>(FrameKind::kResponse) ||
         kind == static_cast<std::uint8_t>(FrameKind::kReady);
}

bool HasCall(FrameKind kind) { return kind == FrameKind::kRequest || kind == FrameKind::kResponse; }

// The rules of FrameHeader that tie fields to the kind. In the order of the fields, so that each has its own
// error.
Result<Unit, FrameError> CheckRules(const FrameHeader& header) {
  const bool response = header.kind == FrameKind::kResponse;
  if (header.more_follows && !response) return Fail(FrameError::kFlags);
  if (HasCall(header.kind) == (header.call_id == 0)) return Fail(FrameError::kCall);
  const auto status = static_cast<std::uint16_t>(header.status);
  if (response ? !IsBoundaryStatus(status) : status != 0) return Fail(FrameError::kStatus);
  if (HasCall(header.kind) == (header.seq == 0)) return Fail(FrameError::kSequence);
  return Unit{};
}

// Room for a short body at once: most are.
constexpr std::size_t kShortBodyBytes = 256;

Writer StartFrameFor(const FrameHeader& header, std::size_t body_bytes) {
  PASSPORT_CHECK(CheckRules(header).ok());
  Writer writer(kFrameHeaderBytes + body_bytes);
  writer.Raw(kMagic).U8(kFrameVersionMajor).U8(kFrameVersionMinor);
  writer.U8(static_cast<std::uint8_t>(header.kind)).U8(header.more_follows ? kMoreFollows : 0);
  writer.U16(header.call_id).U16(static_cast<std::uint16_t>(header.status)).U32(0).U64(header.seq);
  writer.U32(0).U32(header.schema);  // the size of the body is not known yet
  return writer;
}

}  // namespace

Writer StartFrame(const FrameHeader& header) { return StartFrameFor(header, kShortBodyBytes); }

Bytes FinishFrame(Writer frame) {
  Bytes record = frame.Take();
  PASSPORT_CHECK(record.size() >= kFrameHeaderBytes && record.size() <= kRecordBytesMax);
  const std::size_t body_size = record.size() - kFrameHeaderBytes;
  for (std::size_t i = 0; i < 4; ++i)
    record[kBodySizeAt + i] = static_cast<std::uint8_t>(body_size >> (8 * i));
  return record;
}

Bytes EncodeFrame(const FrameHeader& header, ByteSpan body) {
  Writer writer = StartFrameFor(header, body.size());
  writer.Raw(body);
  return FinishFrame(std::move(writer));
}

Result<Frame, FrameError> ParseFrame(ByteSpan record, std::uint32_t schema) {
  if (record.size() < kFrameHeaderBytes || record.size() > kRecordBytesMax) return Fail(FrameError::kLength);
  Reader reader(record);
  if (reader.Array<4>() != kMagic) return Fail(FrameError::kMagic);
  const std::uint8_t major = reader.U8();
  const std::uint8_t minor = reader.U8();
  if (major != kFrameVersionMajor || minor > kFrameVersionMinor) return Fail(FrameError::kVersion);
  const std::uint8_t kind = reader.U8();
  if (!IsKind(kind)) return Fail(FrameError::kKind);
  const std::uint8_t flags = reader.U8();
  if ((flags & ~kMoreFollows) != 0) return Fail(FrameError::kFlags);
  FrameHeader header{.kind = static_cast<FrameKind>(kind), .more_follows = flags != 0};
  header.call_id = reader.U16();
  header.status = static_cast<Status>(reader.U16());
  if (reader.U32() != 0) return Fail(FrameError::kReserved);
  header.seq = reader.U64();
  const std::uint32_t body_size = reader.U32();
  header.schema = reader.U32();
  if (auto rules = CheckRules(header); !rules.ok()) return Fail(rules.error());
  if (body_size != reader.remaining()) return Fail(FrameError::kLength);
  if (header.schema != schema) return Fail(FrameError::kSchema);
  return Frame{header, reader.Raw(body_size)};
}

Status HostStatus(Status status) {
  const auto number = static_cast<std::uint16_t>(status);
  if (IsBoundaryStatus(number)) return status;
  if (number >= 100 && number < 200) return Status::kBadFormat;
  if (number >= 200 && number < 300) return Status::kCrypto;
  return Status::kInternal;
}

}  // namespace passport
