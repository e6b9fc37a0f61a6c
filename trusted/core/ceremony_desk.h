// Challenges: the gateway gathers the tokens of at least a quorum of enclaves, and remembers what it has
// given out until it is answered or over. Enclaves that give tokens keep nothing (rules.md 12).
#pragma once

#include <deque>

#include "trusted/core/ceremony_messages.h"
#include "trusted/core/network_time.h"
#include "trusted/core/peer_table.h"

namespace passport::core {

class CeremonyEvents {
 public:
  virtual ~CeremonyEvents() = default;
  virtual void OnCeremony(const RequestId& request, passkey::Ceremony ceremony) = 0;
  // Nodes that have given no token in time.
  virtual void OnCeremonyFailed(const RequestId& request, std::vector<PartyIndex> missing) = 0;
};

class CeremonyDesk {
 public:
  static constexpr std::size_t kOutstandingMax = 4'096;
  static constexpr std::size_t kRegistrationsMax = 2'048;  // of these: anybody can make names up
  static constexpr std::size_t kOfAccountMax = 8;          // of one account: the oldest leaves
  // After a quorum has answered, how long the others are waited for; and without one, in all.
  static constexpr std::uint64_t kOthersMs = 300;
  static constexpr std::uint64_t kQuorumMs = 1'500;
  // How many tokens a gateway gets in a second.
  static constexpr std::uint32_t kTokensPerSecond = 1'000;
  // A token that is older than this when it comes would only shorten the time that its user has, one that is
  // as far ahead would be in what comes of it.
  static constexpr std::uint64_t kLateMs = 10'000;

  CeremonyDesk(const Identity& identity, PeerTable& peers, const NetworkTime& time, CeremonyEvents& events,
               crypto::Rng& rng)
      : identity_(identity), peers_(peers), time_(time), events_(events), rng_(rng) {}

  void Begin(const RequestId& request, const passkey::CeremonyTerms& terms);
  // kCeremonyAsk, kCeremonyPart.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnTick(std::uint64_t now_ms);

  // Remembers it; what the client is to name it by. None: there are too many, and none leaves for a
  // stranger's.
  std::optional<ByteArray<16>> Keep(passkey::Ceremony ceremony);
  const passkey::Ceremony* Find(const ByteArray<16>& id) const;
  void Forget(const ByteArray<16>& id);
  std::size_t outstanding() const { return kept_.size(); }

 private:
  struct Gathering {
    passkey::CeremonyTerms terms;
    std::map<PartyIndex, passkey::CeremonyToken> tokens;
    std::uint64_t since_ms = 0;
    std::uint64_t quorum_ms = 0;  // when there were enough; 0: not yet
  };
  struct Kept {
    passkey::Ceremony ceremony;
    std::uint64_t until_ms = 0;
  };
  struct Given {
    std::uint64_t second = 0;
    std::uint32_t count = 0;
  };

  std::optional<passkey::CeremonyToken> MakeToken(const passkey::CeremonyTerms& terms);
  void OnAsk(PartyIndex from, const PeerMessage& message);
  void OnPart(PartyIndex from, const PeerMessage& message);
  void Settle(const RequestId& request);
  void Finish(const RequestId& request);

  const Identity& identity_;
  PeerTable& peers_;
  const NetworkTime& time_;
  CeremonyEvents& events_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RequestId, Gathering> gathering_;
  std::map<ByteArray<16>, Kept> kept_;
  std::deque<ByteArray<16>> order_;  // oldest first; of some that are forgotten too
  std::map<RecordId, std::deque<ByteArray<16>>> of_account_;
  std::size_t registrations_ = 0;
  std::map<PartyIndex, Given> given_;
};

}  // namespace passport::core
