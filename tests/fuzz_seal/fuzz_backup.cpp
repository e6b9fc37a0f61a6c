// What a restore reads: a backup's file, a chunk, the stream inside chunks, and what `admin` takes with them.
// What parses encodes to the same bytes; no chunk is taken but the next one; a stream that is taken is one
// that a BackupWriter makes of its records; a file that is read whole is the one of its pieces. First byte:
// which.
#include <sstream>

#include "edl/base/codec.h"
#include "tools/cli/backup_file.h"
#include "tools/cli/problem.h"
#include "trusted/core/backup_messages.h"

using namespace passport;

namespace {

sealing::QuorumSealer Sealer() { return {crypto::SecretKey32(Hash32{5}), {1, 1}}; }

Bytes Stream(const std::vector<sealing::BackupRecord>& records) {
  Writer out;
  for (const sealing::BackupRecord& record : records) out.Raw(record.id.bytes).Var(record.plaintext.Expose());
  return out.Take();
}

void CheckChunk(ByteSpan input) {
  static const Bytes only = [] {
    crypto::SeededRng rng(1);
    return sealing::BackupWriter(Sealer(), 9).Finish(rng);
  }();
  sealing::BackupReader reader(Sealer());
  const bool right = Equal(input, only);
  PASSPORT_CHECK(reader.Take(input).ok() == right && reader.complete() == right);
  PASSPORT_CHECK(right || reader.Take(only).ok());  // nothing was spoilt
}

// As one part, the last one.
void CheckStream(ByteSpan input) {
  if (input.size() > sealing::kBackupPartBytesMax) return;
  Bytes part = {1};
  Append(part, input);
  crypto::SeededRng rng(2);
  sealing::RecordHeader header;
  header.type = sealing::kBackupRecordType;
  header.version = 1;
  sealing::BackupReader reader(Sealer());
  const auto records = reader.Take(Sealer().Seal(header, part, rng));
  PASSPORT_CHECK(records.ok() == reader.complete());
  if (!records.ok()) return;
  PASSPORT_CHECK(Equal(Stream(records.value()), input));
  for (std::size_t i = 1; i < records.value().size(); ++i)
    PASSPORT_CHECK(records.value()[i - 1].id.bytes < records.value()[i].id.bytes);
}

void CheckFile(ByteSpan input) {
  std::istringstream in{std::string(AsText(input))};
  Writer again;
  try {
    cli::BackupFileReader reader(in, "input");
    again.Raw(AsBytes(std::string_view("passport-backup-1\n"))).Var(reader.key().Encode());
    while (const auto chunk = reader.NextChunk()) again.Var(*chunk);
  } catch (const cli::Problem&) {
    return;
  }
  again.U32(0);
  PASSPORT_CHECK(Equal(again.bytes(), input));
}

template <class Message>
void CheckMessage(ByteSpan input) {
  const auto message = Message::Parse(input);
  if (message.ok()) PASSPORT_CHECK(Equal(message.value().Encode(), input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in({data, size});
  const std::uint8_t which = in.U8();
  const ByteSpan input = in.Raw(in.remaining());
  switch (which % 4) {
    case 0:
      CheckChunk(input);
      break;
    case 1:
      CheckStream(input);
      break;
    case 2:
      CheckFile(input);
      break;
    default:
      CheckMessage<core::BackupStatement>(input);
      CheckMessage<core::BackupChunkRequest>(input);
      CheckMessage<core::BackupChunk>(input);
      CheckMessage<core::RestoreOrder>(input);
      CheckMessage<core::RestoreShare>(input);
      CheckMessage<core::RestoreChunk>(input);
  }
  return 0;
}
