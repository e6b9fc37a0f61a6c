// One replica that proposes, and a quorum's answers to it as the test wants them.
#pragma once

#include "tests/unit/replica/single.h"

namespace passport::replica {

struct Played {
  const RecordId id = Record(5);
  Single s;
  Ballot ballot;

  explicit Played(std::uint16_t n = 3, std::uint16_t t = 2) : s(n, t) {}
  void Change(std::uint64_t ticket, Bytes evidence) {
    s.replica->Change(ticket, {}, id, std::move(evidence), 6'000);
    FindBallot();
  }
  void FindBallot() {
    for (const auto& [to, prepare] : s.Take<Prepare>()) ballot = prepare.ballot;
  }
  Promise Grant(std::uint8_t boot) const {
    Promise out{id, ballot, true, ballot, {}, {}, {}};
    out.boot.bytes.fill(boot);
    return out;
  }
  Accepted Yes(PartyIndex party, const Version& version) const {
    return {id, ballot, AcceptVerdict::kAccepted, ballot, 0, s.SignAs(party, id, version)};
  }
};

}  // namespace passport::replica
