// Whole records: what parses encodes to the same bytes; neither enclave nor host is hurt by any record.
#include "edl/generated/node_host.h"
#include "tests/unit/edl/recording_handler.h"

using namespace passport;

namespace {

void CheckHeader(ByteSpan record) {
  const auto frame = ParseFrame(record, edl::kSchema);
  if (!frame.ok()) return;
  PASSPORT_CHECK(Equal(EncodeFrame(frame.value().header, frame.value().body), record));
}

void CheckDispatch(ByteSpan record) {
  edl_test::RecordingHandler core;
  edl::SequenceState sequence;
  const auto answer = edl::Dispatch(core, record, sequence);
  PASSPORT_CHECK(sequence.last == (answer.ok() ? 1u : 0u));
  PASSPORT_CHECK(answer.ok() || core.calls.empty());
}

void CheckRecord(ByteSpan record) {
  CheckHeader(record);
  CheckDispatch(record);
  static_cast<void>(edl::AnswerReader(1, edl::Call::kHello).Take(record));
}

// The record with the fields right that a fuzzer rarely guesses: magic, version, body length and schema.
Bytes Repaired(ByteSpan record) {
  const Bytes good =
      EncodeFrame({.kind = FrameKind::kReady, .schema = edl::kSchema}, record.subspan(kFrameHeaderBytes));
  Bytes out = ToBytes(record);
  std::copy_n(good.begin(), 6, out.begin());
  std::copy_n(good.begin() + 24, 8, out.begin() + 24);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckRecord({data, size});
  if (size >= kFrameHeaderBytes && size <= kRecordBytesMax) CheckRecord(Repaired({data, size}));
  return 0;
}
