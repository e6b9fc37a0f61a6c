#include "tests/fuzz/fuzz_call.h"

#include "edl/generated/node_host.h"
#include "tests/fuzz/live_network.h"

namespace passport::fuzz {
namespace {

using edl::Phase;

// Phase first, then the body; nothing else is said of it but that it was taken. Records are taken before the
// first phase ends.
void CheckStatus(Status status, const CallFacts& facts, Phase phase, bool late_records) {
  if ((facts.phases & edl::PhaseBit(phase)) == 0) {
    PASSPORT_CHECK(status == Status::kBadPhase);
  } else if (!facts.decodes) {
    PASSPORT_CHECK(status == Status::kBadFormat);
  } else {
    PASSPORT_CHECK(status == (late_records ? Status::kBadPhase : Status::kOk));
  }
}

bool IsRecords(edl::Call call, ByteSpan body) {
  if (call != edl::Call::kProvision) return false;
  const auto provision = edl::ProvisionCall::Decode(body);
  return provision.ok() && (provision.value().kind == edl::ProvisionKind::kRecords ||
                            provision.value().kind == edl::ProvisionKind::kRecordsEnd);
}

Status EndRecords(LoneCore& core) {
  Writer body;
  edl::ProvisionCall{edl::ProvisionKind::kRecordsEnd, {}}.Encode(body);
  return core.Call(edl::Call::kProvision, body.bytes());
}

// A core that starts from a store: what it goes on from is all of it. One record less, and it stays where it
// is.
void CheckStart(LoneCore& core, ByteSpan body) {
  const auto provision = edl::ProvisionCall::Decode(body);
  if (core.phase() != Phase::kBoot || !provision.ok() ||
      provision.value().kind != edl::ProvisionKind::kRecords)
    return;
  PASSPORT_CHECK(EndRecords(core) == Status::kOk);
  const ByteSpan records = provision.value().data;
  if (core.phase() == Phase::kBoot || records.empty()) return;
  Reader in(records);
  std::size_t last = 0;
  while (in.remaining() > 0) {
    last = records.size() - in.remaining();
    in.Raw(32);
    in.Var(sealing::kSealedBytesMax);
  }
  LoneCore other;
  Writer less;
  edl::ProvisionCall{edl::ProvisionKind::kRecords, records.first(last)}.Encode(less);
  PASSPORT_CHECK(other.Call(edl::Call::kProvision, less.bytes()) == Status::kOk);
  PASSPORT_CHECK(EndRecords(other) == Status::kOk);
  PASSPORT_CHECK(other.phase() == Phase::kBoot || last == 0);
}

void CallInBoot(const CallFacts& facts, ByteSpan body) {
  LoneCore core;
  CheckStatus(core.Call(facts.call, body), facts, Phase::kBoot, false);
  CheckStart(core, body);
}

void CallWhileWaiting(const CallFacts& facts, ByteSpan body) {
  static std::unique_ptr<LoneCore> core;
  if (core == nullptr || core->phase() != Phase::kWaiting) {
    core = std::make_unique<LoneCore>();
    PASSPORT_CHECK(EndRecords(*core) == Status::kOk && core->phase() == Phase::kWaiting);
  }
  CheckStatus(core->Call(facts.call, body), facts, Phase::kWaiting, IsRecords(facts.call, body));
}

}  // namespace

void CheckEffects(ByteSpan body) {
  if (body.size() > kFrameBodyBytesMax) return;
  edl::Effects effects;
  if (!edl::DecodeEffects(body, effects.list).ok()) return;
  const std::vector<Bytes> bodies = EncodeEffects(effects);
  PASSPORT_CHECK(bodies.size() == 1);
  PASSPORT_CHECK(Equal(bodies.front(), body));
}

void MakeCall(const CallFacts& facts, ByteSpan body) {
  if (body.size() > kFrameBodyBytesMax) return;
  CallInBoot(facts, body);
  CallWhileWaiting(facts, body);
  CheckStatus(LiveNetwork::Get().Call(facts.call, body), facts, Phase::kServing, IsRecords(facts.call, body));
}

}  // namespace passport::fuzz
