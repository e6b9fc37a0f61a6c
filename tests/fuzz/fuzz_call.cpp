#include "tests/fuzz/fuzz_call.h"

#include "edl/generated/node_host.h"
#include "tests/unit/edl/recording_handler.h"

namespace passport::fuzz {

void CheckEffects(ByteSpan body) {
  if (body.size() > kFrameBodyBytesMax) return;
  edl::Effects effects;
  if (!edl::DecodeEffects(body, effects.list).ok()) return;
  const std::vector<Bytes> bodies = EncodeEffects(effects);
  PASSPORT_CHECK(bodies.size() == 1);
  PASSPORT_CHECK(Equal(bodies.front(), body));
}

void FuzzCall(edl::Call call, ByteSpan body) {
  if (body.size() > kFrameBodyBytesMax) return;
  edl_test::RecordingHandler core;
  core.answer = [](edl::Effects& effects) {
    effects.Wake(1);
    return Status::kOk;
  };
  edl::SequenceState sequence;
  const FrameHeader header{.kind = FrameKind::kRequest,
                           .call_id = static_cast<std::uint16_t>(call),
                           .seq = 1,
                           .schema = edl::kSchema};
  const auto records = edl::Dispatch(core, EncodeFrame(header, body), sequence);
  PASSPORT_CHECK(records.ok() && records.value().size() == 1);
  edl::AnswerReader reader(1, call);
  const auto last = reader.Take(records.value().front());
  PASSPORT_CHECK(last.ok() && last.value());
  const edl::Answer answer = std::move(reader).Finish();
  const bool handled = !core.calls.empty();
  PASSPORT_CHECK(answer.status == (handled ? Status::kOk : Status::kBadFormat));
  PASSPORT_CHECK(answer.effects.size() == (handled ? 1u : 0u));
}

}  // namespace passport::fuzz
