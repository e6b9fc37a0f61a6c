#include "trusted/core/backup_messages.h"

#include "edl/base/codec.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kChunkRequestFormat = 6;
constexpr std::uint8_t kOrderFormat = 7;
constexpr std::uint8_t kShareFormat = 8;
constexpr std::uint8_t kChunkFormat = 9;
constexpr std::size_t kStatementBytesMax = 8'192;  // of a restore by 64 operators: half of that
constexpr std::size_t kSealedShareBytesMax = 256;

}  // namespace

Bytes BackupChunkRequest::Encode() const { return Writer().U8(kChunkRequestFormat).U64(number).Take(); }

Result<BackupChunkRequest> BackupChunkRequest::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  const BackupChunkRequest out{in.U64()};
  if (!in.Done() || format != kChunkRequestFormat) return Fail(Status::kMalformed);
  return out;
}

Bytes BackupChunk::Encode() const { return Writer().Bool(last).Var(chunk).Take(); }

Result<BackupChunk> BackupChunk::Parse(ByteSpan bytes) {
  Reader in(bytes);
  BackupChunk out;
  out.last = in.Bool();
  out.chunk = ToBytes(in.Var(sealing::kBackupChunkBytesMax));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RestoreOrder::Encode() const {
  return Writer().U8(kOrderFormat).Var(key.Encode()).Var(statement.Encode()).Take();
}

Result<RestoreOrder> RestoreOrder::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  const ByteSpan key = in.Var(sealing::kQuorumKeyBytesMax);
  const ByteSpan statement = in.Var(kStatementBytesMax);
  if (!in.Done() || format != kOrderFormat) return Fail(Status::kMalformed);
  RestoreOrder out;
  PASSPORT_TRY(out.key, sealing::QuorumKey::Parse(key));
  PASSPORT_TRY(out.statement, BackupStatement::Parse(statement));
  if (out.statement.kind != BackupKind::kRestore) return Fail(Status::kMalformed);
  return out;
}

Bytes RestoreShare::Encode() const { return Writer().U8(kShareFormat).U16(holder.value).Var(sealed).Take(); }

Result<RestoreShare> RestoreShare::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  RestoreShare out;
  out.holder = PartyIndex{in.U16()};
  out.sealed = ToBytes(in.Var(kSealedShareBytesMax));
  if (!in.Done() || format != kShareFormat) return Fail(Status::kMalformed);
  return out;
}

Bytes RestoreChunk::Encode() const { return Writer().U8(kChunkFormat).Var(chunk).Take(); }

Result<RestoreChunk> RestoreChunk::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  RestoreChunk out{ToBytes(in.Var(sealing::kBackupChunkBytesMax))};
  if (!in.Done() || format != kChunkFormat) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
