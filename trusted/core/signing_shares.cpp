// What the leader does with the shares: it checks what they are signed with, combines them and releases the
// signature, or has it found out who spoilt it.
#include <algorithm>

#include "trusted/core/signing_leader.h"

namespace passport::core {

// Whether a signer names a setup with exactly the other signers, and with this node the one that both hold.
bool SigningLeader::SetupsFit(PartyIndex from, const Attempt& attempt,
                              const std::vector<UsedSetup>& setups) const {
  std::vector<PartyIndex> named{from};
  for (const UsedSetup& used : setups) {
    named.push_back(used.peer);
    const PartyIndex other = from == identity_.self ? used.peer : from;
    if (from != identity_.self && used.peer != identity_.self) continue;  // between two others
    const auto pair = peers_.Pair(other);
    if (pair == nullptr || pair->setup.id != used.id) return false;
  }
  std::ranges::sort(named);
  return named == attempt.quorum;
}

// The same message again changes nothing, another one ends the attempt (dkls23.md 6.10).
void SigningLeader::OnRound3(PartyIndex from, const PeerMessage& message) {
  const auto round = SignRound3::Parse(message.body);
  if (!round.ok()) return;
  Attempt* attempt = Find(from, message.request, round.value().attempt);
  if (attempt == nullptr || attempt->ssid == Hash32{}) return;
  const auto [first, is_new] = attempt->heard.try_emplace(from, message.body);
  if (is_new) return OnShare(from, message.request, *attempt, round.value());
  if (first->second != message.body) OnTwoShares(from, message.request, round.value().attempt);
}

// Nobody is banned for it: what it is worth to whoever does it is one attempt.
void SigningLeader::OnTwoShares(PartyIndex from, const RequestId& request, std::uint16_t number) {
  tasks_.at(request).attempts.at(number).aborted = true;
  outbox_.Log(Event::kSignAborted, request, from,
              static_cast<std::uint64_t>(protocol::AbortReason::kEquivocation));
  FailAttempt(request, number, from);
}

// A share counts with its sender's receipt over what this node decided and the setups that it holds; all
// shares must name one R.
void SigningLeader::OnShare(PartyIndex from, const RequestId& request, Attempt& attempt,
                            const SignRound3& round) {
  const Task& task = tasks_.at(request);
  auto share = sign::SignatureShare::Parse(round.share);
  const ReceiptFacts facts{request,      task.what.digest, task.what.scope,     task.what.account,
                           attempt.ssid, round.setups,     peers_.BootOf(from), identity_.manifest_hash};
  const Hash32 receipt = ReceiptDigest(facts);
  const bool holds =
      share.ok() && share.value().from == from && share.value().ssid == attempt.ssid &&
      SetupsFit(from, attempt, round.setups) &&
      crypto::VerifyEd25519(identity_.manifest.Row(from)->identity_key,
                            sign::Statement(share.value(), receipt, task.what.digest), round.signature);
  if (!holds) return FailAttempt(request, round.attempt, from);
  // Of two who name different R, one lies, and not necessarily the one that came second.
  if (attempt.nonce_point && *attempt.nonce_point != round.nonce_point)
    return FailAborted(request, round.attempt);
  attempt.nonce_point = round.nonce_point;
  attempt.shares.emplace(from, sign::SignedShare{share.value(), receipt, round.signature});
  if (attempt.shares.size() == attempt.quorum.size()) Combine({request, round.attempt}, attempt);
}

void SigningLeader::Combine(const RunKey& run, Attempt& attempt) {
  Task& task = tasks_.at(run.request);
  const auto nonce = curve::Point::Parse(*attempt.nonce_point);
  if (!nonce.ok()) return Fail(run.request, api::MakeError(api::ErrorCode::kInternal));
  const sign::Combination combination{identity_.self, attempt.quorum, attempt.ssid, nonce.value(),
                                      task.what.public_key};
  std::map<PartyIndex, sign::SignatureShare> shares;
  for (const auto& [party, share] : attempt.shares) shares.emplace(party, share.share);
  const auto signature = sign::Combine(combination, task.what.digest, shares);
  if (!signature.ok()) return FailSpoilt(run, attempt, signature.error());
  const std::uint64_t took_ms = now_ms_ - task.started_ms;
  for (const PartyIndex party : attempt.quorum) recent_fails_[party] /= 2;
  outbox_.Log(Event::kSigned, run.request, {}, took_ms);
  pool_.CountUse(run.request, attempt.pooled);
  if (task.what.path == Hash32{}) events_.OnKeyUsed(task.what.scope, task.what.account, attempt.pooled);
  tasks_.erase(run.request);
  events_.OnSigned(run.request, signature.value());
}

// The request goes on with other signers, and does not wait for what the blame round finds out.
void SigningLeader::FailSpoilt(const RunKey& run, const Attempt& attempt, const protocol::Abort& abort) {
  Task& task = tasks_.at(run.request);
  outbox_.Log(Event::kSignAborted, run.request, abort.culprit.value_or(PartyIndex{}),
              static_cast<std::uint64_t>(abort.reason));
  for (const PartyIndex party : attempt.quorum) {
    if (party != identity_.self) ++task.failures[party];
  }
  if (abort.reason == protocol::AbortReason::kBadSignature && attempt.quorum.size() > 2)
    blame_.Open(run, {attempt.quorum, attempt.ssid, task.what.public_key, task.what.digest}, attempt.shares);
  if (abort.culprit) peers_.Burn(*abort.culprit);  // of two signers the other one lied (rules.md 37)
  TryNext(run.request);
}

// Who has lied, or not defended its share, signs later than others; who is cleared is tried again.
void SigningLeader::OnVerdict(const RequestId& request, const sign::Verdict& verdict,
                              const std::vector<PartyIndex>& quorum) {
  std::set<PartyIndex> suspects(verdict.silent.begin(), verdict.silent.end());
  for (const auto& [liar, lie] : verdict.liars) suspects.insert(liar);
  const auto task = tasks_.find(request);
  for (const PartyIndex party : quorum) {
    if (party == identity_.self) continue;
    if (suspects.contains(party)) {
      ++recent_fails_[party];
    } else if (task != tasks_.end()) {
      Failures& failures = task->second.failures;
      const auto failed = failures.find(party);
      if (failed != failures.end() && --failed->second == 0) failures.erase(failed);
    }
  }
}

}  // namespace passport::core
