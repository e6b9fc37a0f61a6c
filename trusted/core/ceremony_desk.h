// Challenges: the gateway gathers the tokens of at least a quorum of enclaves. Nobody keeps them: the client
// brings the ceremony back, sealed (rules.md 12, 30).
#pragma once

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
  // After a quorum has answered, how long the others are waited for; and without one, in all.
  static constexpr std::uint64_t kOthersMs = 300;
  static constexpr std::uint64_t kQuorumMs = 1'500;
  // How many it begins in a second, and how many tokens it gets from another enclave, whose seconds are
  // others.
  static constexpr std::uint32_t kBegunPerSecond = 500;
  static constexpr std::uint32_t kTokensPerSecond = 1'000;
  // A token that is older than this when it comes would only shorten the time that its user has, one that is
  // as far ahead would be in what comes of it.
  static constexpr std::uint64_t kLateMs = 10'000;

  CeremonyDesk(const Identity& identity, PeerTable& peers, const NetworkTime& time, CeremonyEvents& events,
               crypto::Rng& rng)
      : identity_(identity), peers_(peers), time_(time), events_(events), rng_(rng) {}

  // False: there are too many at the moment.
  bool Begin(const RequestId& request, const passkey::CeremonyTerms& terms);
  // kCeremonyAsk, kCeremonyPart.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Gathering {
    passkey::CeremonyTerms terms;
    std::map<PartyIndex, passkey::CeremonyToken> tokens;
    std::uint64_t since_ms = 0;
    std::uint64_t quorum_ms = 0;  // when there were enough; 0: not yet
  };
  struct Given {
    std::uint64_t second = 0;
    std::uint32_t count = 0;
  };

  bool IsWithin(PartyIndex gateway, std::uint32_t per_second);
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
  std::map<PartyIndex, Given> given_;
};

}  // namespace passport::core
