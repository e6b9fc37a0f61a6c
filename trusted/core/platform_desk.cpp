#include "trusted/core/platform_desk.h"

namespace passport::core {

using platform_link::Answer;
using platform_link::Outcome;

namespace {

Result<Bytes> OutcomeOf(Answer answer) {
  switch (answer.outcome) {
    case Outcome::kOk:
      return std::move(answer.body);
    case Outcome::kBusy:
      return Fail(Status::kBusy);
    case Outcome::kRefused:
      return Fail(Status::kDenied);
  }
  return Fail(Status::kDenied);
}

}  // namespace

Result<Unit> PlatformDesk::Ask(platform_link::Kind kind, Bytes body, Done done) {
  if (!available()) return Fail(Status::kAttestUnavailable);
  if (waiting_.size() >= kWaitingMax) return Fail(Status::kBusy);
  const std::uint64_t id = ++last_id_;
  waiting_.emplace(id, Waiting{kind, std::move(done), now_ms_});
  send_(platform_link::Request{kind, id, std::move(body)}.Encode());
  return Ok();
}

Result<Unit> PlatformDesk::OnAnswer(ByteSpan record) {
  PASSPORT_TRY(Answer answer, Answer::Open(key_, record));
  const auto found = waiting_.find(answer.id);
  if (found == waiting_.end() || found->second.kind != answer.kind) return Fail(Status::kNotFound);
  const Done done = std::move(found->second.done);
  waiting_.erase(found);  // first: what is done may ask anew
  done(OutcomeOf(std::move(answer)));
  return Ok();
}

void PlatformDesk::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  while (!waiting_.empty() &&
         now_ms - waiting_.begin()->second.since_ms >= kAnswerMs) {  // ids rise with time
    const Done done = std::move(waiting_.begin()->second.done);
    waiting_.erase(waiting_.begin());
    done(Fail(Status::kAttestUnavailable));
  }
}

}  // namespace passport::core
