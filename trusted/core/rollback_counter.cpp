#include "trusted/core/rollback_counter.h"

namespace passport::core {

void RollbackCounter::Enter(Stage stage) {
  stage_ = stage;
  stage_ms_ = now_ms_;
}

void RollbackCounter::Begin() {
  if (!value_ || stage_ != Stage::kIdle) return;
  target_ = *value_ + 1;
  changes_ = 0;
  since_ms_ = now_ms_;
  records_.SetCounter(target_);
  Enter(Stage::kWriting);
}

void RollbackCounter::OnFlushed(bool wrote) {
  if (!wrote) return;
  ++changes_;
  if (stage_ == Stage::kWriting) return ReadBack();
  if (changes_ >= kChangesMax) Begin();  // with the next head
}

void RollbackCounter::ReadBack() {
  outbox_->Fetch(sealing::kHeadRecordId.bytes);
  Enter(Stage::kReading);
}

void RollbackCounter::OnFetched(bool found, ByteSpan blob) {
  if (stage_ != Stage::kReading || !found) return;
  const auto stored = sealing::UnsealHead(records_.sealer(), blob);
  if (!stored.ok()) return;
  const sealing::Head& head = stored.value().head;
  if (head.nv_counter == target_ && head.boot_counter == records_.head().boot_counter) RaiseNow();
}

void RollbackCounter::RaiseNow() {
  Enter(Stage::kRaising);
  const auto asked = raise_(target_, [this](const Result<std::uint64_t>& reached) { OnRaised(reached); });
  if (!asked.ok()) OnRaised(Fail(Status{asked.error()}));
}

void RollbackCounter::OnRaised(const Result<std::uint64_t>& reached) {
  if (!reached.ok() || reached.value() < target_) {
    const Status why = reached.ok() ? Status::kCounterRollback : reached.error();
    outbox_.Log(Event::kCounterFailed, {}, {}, static_cast<std::uint64_t>(why));
    return Enter(Stage::kPausing);
  }
  value_ = reached.value();
  holds_ = true;
  silent_ = false;
  Enter(Stage::kIdle);
  outbox_.Log(Event::kCounterRaised, {}, {}, *value_);
  if (*value_ > target_) Begin();  // somebody else has raised it: the heads must not stay behind
}

// A TPM that dies is noticed before it is needed: to raise the counter to what it is reads it.
void RollbackCounter::Look() {
  looking_ = true;
  const auto asked = raise_(*value_, [this](const Result<std::uint64_t>& reached) { OnLooked(reached); });
  if (!asked.ok()) OnLooked(Fail(Status{asked.error()}));
}

void RollbackCounter::OnLooked(const Result<std::uint64_t>& reached) {
  looking_ = false;
  if (stage_ != Stage::kIdle) return;  // what is under way tells
  Enter(Stage::kIdle);
  silent_ = !reached.ok() || reached.value() < *value_;
  if (silent_) {
    const Status why = reached.ok() ? Status::kCounterRollback : reached.error();
    outbox_.Log(Event::kCounterFailed, {}, {}, static_cast<std::uint64_t>(why));
  } else if (reached.value() > *value_) {
    value_ = reached.value();
    Begin();
  }
}

void RollbackCounter::OnTick(std::uint64_t now_ms) {
  if (now_ms_ == 0 && stage_ == Stage::kIdle) stage_ms_ = now_ms;  // not at once
  now_ms_ = now_ms;
  if (stage_ == Stage::kIdle && value_ && !looking_ && now_ms >= stage_ms_ + kLookMs) Look();
  if (now_ms < stage_ms_ + kAgainMs) return;
  if (stage_ == Stage::kReading) ReadBack();
  if (stage_ == Stage::kPausing) RaiseNow();
}

}  // namespace passport::core
