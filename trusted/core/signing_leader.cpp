// A task of the leader from its quorum to the begin of its rounds.
#include "trusted/core/signing_leader.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

constexpr std::uint16_t kAttemptsMax = 8;
constexpr unsigned kPooledMax = 2;  // after so many presignatures that were of no use, a run of all rounds

}  // namespace

api::Error SigningLeader::Busy() {
  api::Error out = api::MakeError(api::ErrorCode::kBusy);
  out.retry_after_ms = 250;
  return out;
}

void SigningLeader::Lead(SignTask task) {
  const RequestId request = task.request;
  if (tasks_.size() >= config_.runs_of_one_max()) return events_.OnSignFailed(request, Busy());
  Task& entry = tasks_[request];
  entry.what = std::move(task);
  if (!entry.what.has_share && std::erase(entry.what.holders, identity_.self) > 0)
    entry.unable.insert(identity_.self);
  entry.started_ms = now_ms_;
  entry.next_attempt = entry.what.first_attempt;
  TryNext(request);
}

// A presignature of signers that have not failed lately, if there is one (rules.md 22); else all rounds.
void SigningLeader::TryNext(const RequestId& request) {
  Task& task = tasks_.at(request);
  for (auto& [number, attempt] : task.attempts) attempt.given_up = true;
  std::vector<PartyIndex> quorum = ChooseQuorum(task.what.holders, task.failures);
  if (quorum.size() < identity_.manifest.t) {
    api::Error error =
        api::MakeError(api::ErrorCode::kTooFewNodes,
                       "the key needs " + std::to_string(identity_.manifest.t) +
                           " of its nodes; start the missing ones, or see why they have no share of it");
    error.missing = Missing(task);
    return Fail(request, std::move(error));
  }
  if (task.attempts.size() >= kAttemptsMax) return GiveUp(request);
  if (TryPooled(task)) return;
  Attempt& attempt = NewAttempt(task, std::move(quorum));
  attempt.nonce = rng_.Array<32>();
  for (const PartyIndex to : attempt.quorum)
    Invite(task, static_cast<std::uint16_t>(task.next_attempt - 1), attempt, to);
}

SigningLeader::Attempt& SigningLeader::NewAttempt(Task& task, std::vector<PartyIndex> quorum) {
  const std::uint16_t number = task.next_attempt++;
  if (number > task.what.first_attempt) outbox_.Log(Event::kSignRetry, task.what.request, {}, number);
  Attempt& attempt = task.attempts[number];
  attempt.quorum = std::move(quorum);
  attempt.started_ms = now_ms_;
  return attempt;
}

// Presignatures are of keys themselves: one of a key would sign for any other below it, chosen after R is
// known, which is what must never be (dkls23.md 6.8.4). One message to each signer, one share from each. The
// presignature is claimed, and so spent, before the first of them is sent.
bool SigningLeader::TryPooled(Task& task) {
  if (task.pooled >= kPooledMax || task.what.path != Hash32{}) return false;
  const std::vector<PartyIndex> away = Unreachable(task.what.holders);
  const auto usable = [&](const std::vector<PartyIndex>& quorum) {
    return std::ranges::none_of(quorum, [&](const PartyIndex party) {
      const auto recent = recent_fails_.find(party);
      return std::ranges::find(away, party) != away.end() || task.failures.contains(party) ||
             (recent != recent_fails_.end() && recent->second > 0);
    });
  };
  const auto claimed = pool_.Claim(identity_.self, {task.what.key, {}, task.what.epoch}, task.what.scope,
                                   task.what.account, usable);
  if (!claimed) return false;
  ++task.pooled;
  Attempt& attempt = NewAttempt(task, claimed->quorum);
  attempt.pooled = true;
  attempt.ssid = claimed->ssid;
  attempt.nonce_point = claimed->nonce.Encode();
  const auto number = static_cast<std::uint16_t>(task.next_attempt - 1);
  for (const PartyIndex to : attempt.quorum) {
    attempt.invited_ms[to] = now_ms_;
    const SignOnline online{number, claimed->ssid, task.what.scope, task.what.account,
                            task.what.evidence.Clone()};
    peers_.Send(to, {MessageKind::kSignOnline, task.what.request, online.Encode()});
  }
  return true;
}

void SigningLeader::Invite(const Task& task, std::uint16_t number, Attempt& attempt, PartyIndex to) {
  attempt.invited_ms[to] = now_ms_;
  const SignInvite invite{number,          attempt.quorum,    attempt.nonce,
                          task.what.scope, task.what.account, task.what.evidence.Clone(),
                          task.what.epoch};
  peers_.Send(to, {MessageKind::kSignInvite, task.what.request, invite.Encode()});
}

void SigningLeader::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kSignJoin) {
    const auto join = SignJoin::Parse(message.body);
    if (join.ok()) OnJoin(from, message.request, join.value());
  } else if (message.kind == MessageKind::kSignRound3) {
    OnRound3(from, message);
  } else if (message.kind == MessageKind::kSignDefence) {
    blame_.OnMessage(from, message);
  } else {
    const auto refuse = SignRefuse::Parse(message.body);
    if (refuse.ok()) OnRefuse(from, message.request, refuse.value());
  }
}

SigningLeader::Attempt* SigningLeader::Find(PartyIndex from, const RequestId& request, std::uint16_t number) {
  const auto task = tasks_.find(request);
  if (task == tasks_.end()) return nullptr;
  const auto attempt = task->second.attempts.find(number);
  if (attempt == task->second.attempts.end()) return nullptr;
  if (attempt->second.aborted || !sharing::Contains(attempt->second.quorum, from)) return nullptr;
  task->second.heard.insert(from);
  const auto invited = attempt->second.invited_ms.extract(from);
  if (!invited.empty() && from != identity_.self) pace_.Answered(from, now_ms_ - invited.mapped());
  return &attempt->second;
}

void SigningLeader::OnJoin(PartyIndex from, const RequestId& request, const SignJoin& join) {
  Attempt* attempt = Find(from, request, join.attempt);
  if (attempt == nullptr || attempt->pooled || !attempt->joins.emplace(from, join.nonce).second) return;
  if (attempt->joins.size() < attempt->quorum.size()) return;
  const Task& task = tasks_.at(request);
  SignBegin begin{join.attempt, {}};
  for (const auto& [party, nonce] : attempt->joins) begin.nonces.push_back(nonce);
  attempt->ssid =
      sign::MakeSsid({task.what.key, identity_.manifest_hash, identity_.manifest.t, attempt->quorum,
                      task.what.path, task.what.digest, attempt->nonce, begin.nonces, task.what.epoch});
  for (const PartyIndex to : attempt->quorum)
    peers_.Send(to, {MessageKind::kSignBegin, request, begin.Encode()});
}

}  // namespace passport::core
