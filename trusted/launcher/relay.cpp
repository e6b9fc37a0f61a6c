#include "trusted/launcher/relay.h"

#include <sys/socket.h>

namespace passport::launcher {

using platform_link::Kind;
using platform_link::Op;
using platform_link::Outcome;
using platform_link::Request;

namespace {

Op OpOf(Kind kind) {
  constexpr Op kOps[] = {Op::kQuote, Op::kVerify, Op::kCounterRaise};
  return kOps[static_cast<std::size_t>(kind) - 1];
}

}  // namespace

Relay::Relay(Helper& platform, Helper& verifier, Start start, Descriptor to_host, crypto::SecretKey32 key)
    : platform_{platform},
      verifier_{verifier},
      start_(std::move(start)),
      to_host_(std::move(to_host)),
      key_(std::move(key)) {}

Relay::Lane& Relay::LaneOf(Kind kind) { return kind == Kind::kVerify ? verifier_ : platform_; }

// A host that does not read loses answers, which it could drop anyway; nobody waits for it.
void Relay::Answer(const Request& request, Outcome outcome, ByteSpan body) const {
  const ByteSpan fitting = body.first(std::min(body.size(), platform_link::kAnswerBodyMax));
  const Bytes sealed = platform_link::Answer{request.kind, request.id, outcome, ToBytes(fitting)}.Seal(key_);
  send(to_host_.get(), sealed.data(), sealed.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Relay::TakeRequest(int enclave) {
  Bytes record(platform_link::kLinkBytesMax + 1);
  const ssize_t size = recv(enclave, record.data(), record.size(), MSG_DONTWAIT);
  if (size <= 0) return;  // the enclave is gone, which its end says
  record.resize(static_cast<std::size_t>(size));
  Result<Request> request = Request::Parse(record);
  if (!request.ok()) return Say("warning: the enclave sent a request that is none; is it of another build?");
  Lane& lane = LaneOf(request.value().kind);
  if (lane.waiting.size() >= kRequestsMax) return Answer(request.value(), Outcome::kBusy, {});
  lane.waiting.push_back(std::move(request).value());
  if (lane.waiting.size() == 1) Forward(lane);
}

// Has it run, or begin to.
Result<Unit, Problem> Relay::Ready(Helper& helper) const {
  if (helper.running()) return Unit{};
  if (NowMs() - helper.started_ms >= kHelperRestMs) return start_(helper);
  return Fail(Problem("it ended just now; ask again in a second"));
}

// Gives the helper the first request that it takes, once it has started; refuses those that nobody will do.
void Relay::Forward(Lane& lane) {
  for (; !lane.waiting.empty(); lane.waiting.pop_front()) {
    const Request& request = lane.waiting.front();
    const Result<Unit, Problem> ready = Ready(lane.helper);
    lane.late_ms = NowMs() + kHelperMs;
    if (ready.ok() && (lane.helper.starting || lane.helper.Send(OpOf(request.kind), request.body))) return;
    const Problem idle = std::string(process::NameOf(lane.helper.program)) +
                         " does not run; start passportd with it, or ask again";
    Answer(request, Outcome::kRefused, AsBytes(ready.ok() ? idle : ready.error()));
  }
}

void Relay::TakeAnswer(Helper& helper) {
  Lane& lane = &helper == &verifier_.helper ? verifier_ : platform_;
  const Request request = lane.waiting.empty() ? Request{} : lane.waiting.front();
  const bool starting = helper.starting;
  const Result<Unit, Problem> started = starting ? start_(helper) : Unit{};
  if (starting && started.ok()) return Forward(lane);
  const Result<Bytes, Problem> answer =
      started.ok() ? helper.Receive(OpOf(request.kind)) : Fail(Problem(started.error()));
  if (!starting && !helper.running()) Say(process::DescribeEnd(helper.program, helper.Stop(0)));
  if (lane.waiting.empty()) return;
  lane.waiting.pop_front();
  Answer(request, answer.ok() ? Outcome::kOk : Outcome::kRefused,
         answer.ok() ? ByteSpan(answer.value()) : AsBytes(answer.error()));
  Forward(lane);
}

std::int64_t Relay::TimeLeftMs() const {
  std::int64_t left = -1;
  for (const Lane* lane : {&platform_, &verifier_}) {
    if (lane->waiting.empty()) continue;
    const std::int64_t mine = std::max<std::int64_t>(lane->late_ms - NowMs(), 0);
    left = left < 0 ? mine : std::min(left, mine);
  }
  return left;
}

void Relay::EndLateOnes() {
  for (const Lane* lane : {&platform_, &verifier_}) {
    if (!lane->waiting.empty() && NowMs() >= lane->late_ms) process::Signal(lane->helper.child, SIGKILL);
  }
}

}  // namespace passport::launcher
