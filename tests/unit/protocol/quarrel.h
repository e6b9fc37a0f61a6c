// A run of three signers whose signature may be spoilt, and what each of them can say about it.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/protocol/sign_network.h"
#include "trusted/sign/blame.h"

namespace passport::test::blame {

using curve::Point;
using curve::Scalar;
using sign::Defence;
using sign::SignedShare;
using sign::SignedShown;
using sign::Verdict;

inline const Parties kQuorum{{1}, {2}, {3}};
inline const Digest kDigest = MakeDigest(1);  // what RunSign signs

using Shares = std::map<PartyIndex, SignedShare>;
using Defences = std::map<PartyIndex, Defence>;

inline SignedShare SignShare(const sign::SignatureShare& share, const Hash32& receipt = {}) {
  return {share, receipt, NodeKey(share.from).Sign(Statement(share, receipt, kDigest))};
}

inline SignedShown SignShown(const sign::Shown& shown) {
  return {shown, NodeKey(shown.header.from).Sign(Statement(shown))};
}

// The first signer's psi to the second one is wrong.
inline SignScript WrongPsi() {
  SignScript script;
  script.after_multiply = [](PartyIndex self, sign::AwaitingMultiplications&,
                             protocol::Outbox<sign::Multiplication>& out) {
    if (self == PartyIndex{1}) out.at({2}).psi = out.at({2}).psi + Scalar::FromU64(7);
  };
  return script;
}

// A run of three signers, as everybody remembers it.
class Quarrel {
 public:
  explicit Quarrel(const Cluster& cluster, const SignScript& script = {}, std::uint64_t seed = 500)
      : run_(RunSign(cluster, kQuorum, seed, script)),
        dispute{kQuorum, MakeRunSsid(cluster, kQuorum, seed), cluster.public_key(), kDigest} {
    for (const auto& [party, defender] : run_.defenders) shares.emplace(party, SignShare(defender.share));
  }

  const SignRun& run() const { return run_; }

  SignedShown Word(PartyIndex from, PartyIndex to) const {
    return SignShown(sign::Show(sign::Multiplication::Parse(run_.wire.sent({2, from, to})).value()));
  }

  sign::Exchanges Exchanges(PartyIndex self) const {
    sign::Exchanges out;
    for (const PartyIndex peer : kQuorum) {
      if (peer != self) out.emplace(peer, sign::Exchanged{Word(self, peer), Word(peer, self)});
    }
    return out;
  }

  sign::Defender DefenderOf(PartyIndex party) const {
    const sign::Defender& kept = run_.defenders.at(party);
    return {kept.combination, kept.digest, kept.share, curve::SecretScalar(kept.blinding.Expose())};
  }

  protocol::Outcome<Defence> Defend(PartyIndex party) {
    return sign::Defend(DefenderOf(party), MakeRoster(3), shares, Exchanges(party), NodeKey(party), rng_);
  }

  // What party can say at best if its share does not belong to its words: all that is true, and a proof with
  // its own phi of some other statement.
  Defence Excuse(PartyIndex party) {
    const sign::Defender defender = DefenderOf(party);
    const Point nonce = defender.combination.nonce;
    const proof::DleqStatement statement{nonce, *curve::MulVar(defender.blinding.Expose(), nonce),
                                         *curve::MulBase(Scalar::FromU64(1)),
                                         *curve::MulBase(defender.blinding.Expose())};
    return With(party, statement, Exchanges(party));
  }

  // A proof of the relation that an honest share of party's satisfies, beside these words.
  Defence Prove(PartyIndex party, const sign::Exchanges& exchanges) {
    const sign::Defender defender = DefenderOf(party);
    const Scalar& phi = defender.blinding.Expose();
    const Point nonce = defender.combination.nonce;
    const Point base = *curve::Add(curve::MulBase(curve::DigestToScalar(kDigest)),
                                   curve::MulVar(Scalar::Reduce(nonce.X()), dispute.public_key));
    return With(party, {nonce, *curve::MulVar(phi, nonce), base, *curve::MulVar(phi, base)}, exchanges);
  }

  // Everybody defends himself, the liar with an excuse.
  Defences AllDefend(PartyIndex liar) {
    Defences out;
    for (const PartyIndex party : kQuorum) {
      auto defence = Defend(party);
      EXPECT_EQ(defence.ok(), party != liar) << party.value;
      out.emplace(party, party == liar ? Excuse(party) : std::move(defence).value());
    }
    return out;
  }

  // Signs a defence anew, as a liar does who makes it up.
  Defence Signed(Defence defence) const {
    defence.signature = NodeKey(defence.own.share.from).Sign(defence.Statement(dispute));
    return defence;
  }

  Verdict Judge(const Defences& defences) const {
    return sign::Judge(dispute, MakeRoster(3), shares, defences);
  }

 private:
  Defence With(PartyIndex party, const proof::DleqStatement& statement, const sign::Exchanges& exchanges) {
    return Signed({shares.at(party),
                   proof::ProveDleq({crypto::tag::kPokBlame, dispute.ssid, party, 0},
                                    DefenderOf(party).blinding, statement, rng_),
                   exchanges,
                   {}});
  }

  SignRun run_;
  crypto::SeededRng rng_{77};

 public:
  sign::Dispute dispute;
  Shares shares;
};

}  // namespace passport::test::blame
