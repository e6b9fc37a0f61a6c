#include "trusted/core/blame_leader.h"

#include "trusted/core/changes.h"
#include "trusted/sharing/quorum.h"

namespace passport::core {
namespace {

constexpr std::size_t kQuarrelsMax =
    16;  // at a time; of more failed signatures nobody is asked for a defence
constexpr std::uint64_t kDefenceMs = 1'500;  // whoever has not answered by then is silent

}  // namespace

BlameLeader::BlameLeader(const Identity& identity, PeerTable& peers, Outbox& outbox, BlameEvents& events,
                         bool enabled)
    : identity_(identity), peers_(peers), outbox_(outbox), events_(events), enabled_(enabled) {}

void BlameLeader::Open(const RunKey& run, sign::Dispute dispute,
                       const std::map<PartyIndex, sign::SignedShare>& shares) {
  if (!enabled_ || quarrels_.size() >= kQuarrelsMax || quarrels_.contains(run)) return;
  sign::Trial trial(std::move(dispute), RosterOf(identity_.manifest));
  SignDispute ask{run.attempt, {}};
  for (const auto& [party, share] : shares) {
    trial.Hear(party, share);
    ask.shares.push_back(share);
  }
  for (const auto& [party, share] : shares)
    peers_.Send(party, {MessageKind::kSignDispute, run.request, ask.Encode()});
  quarrels_.emplace(run, Quarrel{std::move(trial), std::move(ask.shares), {}, now_ms_});
}

void BlameLeader::OnMessage(PartyIndex from, const PeerMessage& message) {
  auto answer = SignDefence::Parse(message.body);
  if (!answer.ok()) return;
  const auto entry = quarrels_.find({message.request, answer.value().attempt});
  if (entry == quarrels_.end()) return;
  Quarrel& quarrel = entry->second;
  const std::vector<PartyIndex>& quorum = quarrel.trial.dispute().quorum;
  if (!sharing::Contains(quorum, from) || quarrel.defences.contains(from)) return;
  quarrel.trial.Hear(from, answer.value().defence);
  quarrel.defences.emplace(from, std::move(answer).value().defence);
  if (quarrel.defences.size() == quorum.size()) Close(entry);
}

// Nobody is blamed without a proof (rules.md 37), and a proof goes to everybody.
void BlameLeader::Close(Quarrels::iterator entry) {
  const auto closed = quarrels_.extract(entry);
  const RunKey& run = closed.key();
  const Quarrel& quarrel = closed.mapped();
  const sign::Verdict verdict = quarrel.trial.verdict();
  for (const PartyIndex party : verdict.silent) outbox_.Log(Event::kSignUndefended, run.request, party, 0);
  if (!verdict.liars.empty()) Show(run, quarrel);
  events_.OnVerdict(run.request, verdict, quarrel.trial.dispute().quorum);
  for (const auto& [liar, lie] : verdict.liars) {
    outbox_.Log(Event::kSignLie, run.request, liar, static_cast<std::uint64_t>(lie));
    if (liar != identity_.self) peers_.Burn(liar);
  }
}

void BlameLeader::Show(const RunKey& run, const Quarrel& quarrel) {
  for (const auto& [party, defence] : quarrel.defences) {
    const SignEvidence evidence{run.attempt, quarrel.trial.dispute(), quarrel.shares, defence};
    const PeerMessage message(MessageKind::kSignEvidence, run.request, evidence.Encode());
    for (const PartyIndex to : peers_.Open()) peers_.Send(to, message);
  }
}

void BlameLeader::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  for (auto entry = quarrels_.begin(); entry != quarrels_.end();) {
    const auto next = std::next(entry);
    if (now_ms >= entry->second.since_ms + kDefenceMs) Close(entry);
    entry = next;
  }
}

}  // namespace passport::core
