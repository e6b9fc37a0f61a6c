// The network's envelope keys: made once by one enclave, fixed by a register, held by all (rules.md 13).
#pragma once

#include <functional>

#include "trusted/auth/envelope.h"
#include "trusted/core/changes.h"

namespace passport::core {

// How an RSA key is made: OpenSSL's generator in the enclave, a fixture in the simulator.
using EnvelopeKeySource = std::function<crypto::EnvelopeKey()>;

class EnvelopeKeeper {
 public:
  EnvelopeKeeper(const Identity& identity, const PeerTable& peers, replica::Replica& replica,
                 auth::KeyOpener& opener, Outbox& outbox, EnvelopeKeySource source)
      : identity_(identity),
        peers_(peers),
        replica_(replica),
        opener_(opener),
        outbox_(outbox),
        source_(std::move(source)) {}

  // Loads the keys once the register has them; proposes a first one if this is the lowest node of a quorum.
  void OnTick(std::uint64_t now_ms);
  bool OnChanged(std::uint64_t ticket, const replica::ChangeResult& result);
  // Whether a first key is to be made. Making it takes 0.3 s on an idle machine and seconds on a busy one:
  // the one call that computes for longer than rules.md 28 allows (docs/adr/0006).
  bool HasWork() const { return making_ && opener_.empty(); }
  void Make();

 private:
  static constexpr std::uint64_t kTicket = 1;
  bool Load();
  void Propose();

  const Identity& identity_;
  const PeerTable& peers_;
  replica::Replica& replica_;
  auth::KeyOpener& opener_;
  Outbox& outbox_;
  EnvelopeKeySource source_;
  bool reading_ = false;
  bool making_ = false;
  bool proposing_ = false;
  bool changing_ = false;
  crypto::SecretBytes made_;  // this node's proposal, kept until the register has a key
  std::uint64_t next_ms_ = 0;
};

}  // namespace passport::core
