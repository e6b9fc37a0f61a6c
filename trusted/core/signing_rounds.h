// The rounds of one run before the message is needed (dkls23.md 6.2 to 6.6): their state, their messages, and
// when the next one can be computed. The run may be for a client's message or for the pool.
#pragma once

#include "trusted/core/signing_messages.h"
#include "trusted/sign/defence.h"

namespace passport::core {

class SigningRounds {
 public:
  // What every run computes with. Borrowed.
  struct Parts {
    const Identity& identity;
    PeerTable& peers;
    crypto::Rng& rng;
    std::uint64_t& begun;  // how many runs its owner has begun
  };
  struct Kinds {
    MessageKind round1;
    MessageKind round2;
  };
  explicit SigningRounds(Kinds kinds) : kinds_(kinds) {}

  // Takes the key share and the setups with the other signers. False: there is no share, or one of them has
  // no session or setup with this node, or is banned.
  bool Prepare(const Parts& parts, const std::vector<PartyIndex>& quorum,
               std::shared_ptr<const sharing::KeyShare> share);
  bool With(PartyIndex party) const { return pairs_.contains(party); }
  const Hash32& ssid() const { return ssid_; }
  std::uint64_t epoch() const { return share_->epoch; }  // of the share that Prepare took

  // Round 1, sent to the others. `tweak` is that of the derived key whose path is in the ssid.
  protocol::Outcome<Unit> Start(const Parts& parts, const RunKey& run, const Hash32& ssid,
                                const curve::Scalar& tweak = {});
  // A message of a peer for round 1 or 2, also before this node can use it. The same again changes nothing;
  // another one of that round (dkls23.md 6.10: kEquivocation, which burns nothing) ends the run.
  protocol::Outcome<Unit> Take(PartyIndex from, MessageKind kind, SignRound message);
  // Whether everything is there that the next round needs.
  bool due() const;
  // Computes that round: sends the next message, or makes the presignature.
  protocol::Outcome<Unit> Advance(const Parts& parts, const RunKey& run);
  struct Made {
    sign::Presignature presignature;
    sign::Exchanges exchanges;  // what was signed in round 2, if more than two sign: for a blame round
  };
  // Once; nothing until the last round is done.
  std::optional<Made> TakePresignature();

 private:
  using State = std::variant<std::monostate, sign::AwaitingCommitments, sign::AwaitingMultiplications,
                             sign::Presignature>;
  using Messages = std::map<PartyIndex, SignRound>;

  sign::Peers Setups() const;
  protocol::Outcome<Unit> Multiply(const Parts& parts, const RunKey& run, sign::AwaitingCommitments state);
  protocol::Outcome<Unit> Presign(const Parts& parts, sign::AwaitingMultiplications state);
  // Of two signers each knows who has lied.
  bool KeepsWords() const { return sign::kBlameRound && quorum_.size() > 2; }
  void Send(const Parts& parts, const RunKey& run, PartyIndex to, SignRound round, MessageKind kind) const;

  Kinds kinds_;
  std::shared_ptr<const sharing::KeyShare> share_;
  std::vector<PartyIndex> quorum_;
  std::map<PartyIndex, std::shared_ptr<const mul::PairState>> pairs_;
  Hash32 ssid_{};
  State state_;
  Messages round1_;
  Messages round2_;
  sign::Exchanges exchanges_;
};

}  // namespace passport::core
