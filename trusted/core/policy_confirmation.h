// Whether the policy in force is the latest: asked of peers at each start, as records are (rules.md 6,
// docs/adr/0022), for the disk may be one from before it was changed. Until then no session opens.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "trusted/peer/manifest.h"

namespace passport::core {

class PolicyConfirmation {
 public:
  // What a peer whose evidence is accepted has shown of its policy.
  struct Answer {
    BootId boot;
    bool confirmed = false;  // it says that its own is
    bool later = false;      // it says that it has a later one, and shows none that can be taken
  };

  // `fresh`: the first start of this enclave, which has no disk from before.
  PolicyConfirmation(const peer::Manifest& manifest, PartyIndex self, bool fresh);

  bool done() const { return done_; }
  void OnAnswer(PartyIndex party, const Answer& answer);
  // t operators say which starts go on without the others (ResumeStatement); empty: no longer.
  void GoOnWith(std::map<PartyIndex, BootId> boots);
  // t operators have signed what is in force for this very start.
  void OnOperatorsWord() { done_ = true; }
  // Another policy is in force: what peers said of the one before says nothing of it.
  void Forget();
  // t operators have signed a later policy than the one here, which cannot be taken: no session opens under
  // the older one, whoever has answered, until another one is in force.
  void Block(PartyIndex from, std::uint64_t version, Status why);
  struct Blocked {
    PartyIndex from;
    std::uint64_t version = 0;
    Status why = Status::kOk;
  };
  const std::optional<Blocked>& blocked() const { return blocked_; }
  // Whether a peer has answered, whose session waits for the others' answers.
  bool Answered(PartyIndex party) const { return answers_.contains(party); }
  // Peers that have not answered, or say without a proof that they have a later one.
  std::vector<PartyIndex> Awaited() const;

 private:
  bool Enough() const;
  bool AllThatGoOn() const;
  void Settle() { done_ = done_ || (!blocked_ && Enough()); }

  std::vector<PartyIndex> others_;
  std::size_t t_;
  std::size_t quorum_;  // of others
  bool needs_confirmed_;
  bool done_;
  std::map<PartyIndex, Answer> answers_;
  std::map<PartyIndex, BootId> going_on_;  // without this node
  std::optional<Blocked> blocked_;
};

}  // namespace passport::core
