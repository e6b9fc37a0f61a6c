#include "trusted/core/policy_confirmation.h"

#include <algorithm>

namespace passport::core {

// As many as for a record (rules.md 6), but at least t where the rule is strict: fewer than t may all lie.
PolicyConfirmation::PolicyConfirmation(const peer::Manifest& manifest, PartyIndex self, bool fresh)
    : t_(manifest.t), needs_confirmed_(manifest.rollback != peer::RollbackRule::kWeak), done_(fresh) {
  for (const peer::ManifestRow& row : manifest.rows) {
    if (row.party != self) others_.push_back(row.party);
  }
  const std::size_t strict = std::max<std::size_t>(manifest.n - manifest.W() + 1u, t_);
  quorum_ = std::min(needs_confirmed_ ? strict : t_ - 1, others_.size());
  Settle();
}

void PolicyConfirmation::OnAnswer(PartyIndex party, const Answer& answer) {
  answers_[party] = answer;
  Settle();
}

void PolicyConfirmation::GoOnWith(std::map<PartyIndex, BootId> boots) {
  going_on_ = std::move(boots);
  Settle();
}

void PolicyConfirmation::Forget() {
  answers_.clear();
  blocked_.reset();
}

void PolicyConfirmation::Block(PartyIndex from, std::uint64_t version, Status why) {
  blocked_ = Blocked{from, version, why};
}

// Of t peers that say they have a later policy one does not lie, whatever it can show.
bool PolicyConfirmation::Enough() const {
  const auto count = [this](auto&& is) {
    return static_cast<std::size_t>(
        std::ranges::count_if(answers_, [&](const auto& entry) { return is(entry.second); }));
  };
  if (count([](const Answer& answer) { return answer.later; }) >= t_) return false;
  if (!needs_confirmed_) return answers_.size() >= quorum_;
  if (answers_.size() == others_.size() || AllThatGoOn()) return true;
  return count([](const Answer& answer) { return answer.confirmed; }) >= quorum_;
}

bool PolicyConfirmation::AllThatGoOn() const {
  return !going_on_.empty() && std::ranges::all_of(going_on_, [this](const auto& named) {
    const auto answer = answers_.find(named.first);
    return answer != answers_.end() && answer->second.boot == named.second;
  });
}

std::vector<PartyIndex> PolicyConfirmation::Awaited() const {
  std::vector<PartyIndex> out;
  if (done_) return out;
  for (const PartyIndex party : others_) {
    const auto answer = answers_.find(party);
    if (answer == answers_.end() || answer->second.later) out.push_back(party);
  }
  return out;
}

}  // namespace passport::core
