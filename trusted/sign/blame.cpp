#include "trusted/sign/blame.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::sign {

using curve::Point;
using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;
using protocol::Outcome;

namespace {

bool IsSigned(const NodeKeys& keys, PartyIndex party, const Hash32& statement,
              const crypto::Ed25519Signature& signature) {
  const auto key = keys.find(party);
  return key != keys.end() && crypto::VerifyEd25519(key->second, statement, signature);
}

bool IsSigned(const NodeKeys& keys, const SignedShown& word) {
  return IsSigned(keys, word.shown.header.from, Statement(word.shown), word.signature);
}

bool IsSigned(const NodeKeys& keys, PartyIndex party, const Digest& digest, const SignedShare& share) {
  return share.share.from == party &&
         IsSigned(keys, party, Statement(share.share, share.receipt, digest), share.signature);
}

// A true defence in another run, of the same digest perhaps, says nothing in this one.
bool IsSigned(const Dispute& dispute, const NodeKeys& keys, PartyIndex party, const Defence& defence) {
  return defence.own.share.from == party && defence.own.share.ssid == dispute.ssid &&
         IsSigned(keys, party, defence.Statement(dispute), defence.signature);
}

// The part of u_i G or v_i G that round 2 fixed, from what party i sent and got:
// P_i = (sum_j psi_{j,i}) X_i + sum_j (Gamma_{i,j} - Gamma_{j,i} - psi_{i,j} X_j), X and Gamma one of R,
// Gamma^u and pk, Gamma^v.
std::optional<Point> PublicPart(const Exchanges& exchanges, Point Shown::*point, Point Shown::*gamma) {
  Scalar psi_sum;
  std::optional<Point> sum;
  for (const auto& [peer, exchanged] : exchanges) {
    const Shown& sent = exchanged.sent.shown;
    const Shown& received = exchanged.received.shown;
    psi_sum = psi_sum + received.psi;
    sum = curve::Add(sum, sent.*gamma);
    sum = curve::Add(sum, (received.*gamma).Negate());
    sum = curve::Add(sum, curve::MulVar(sent.psi.Negate(), received.*point));
  }
  return curve::Add(sum, curve::MulVar(psi_sum, exchanges.begin()->second.sent.shown.*point));
}

std::optional<Point> Minus(const std::optional<Point>& a, const std::optional<Point>& b) {
  return curve::Add(a, b ? std::optional(b->Negate()) : std::nullopt);
}

// R, the sum of what each signer showed to all.
std::optional<Point> SumOfNonces(const Exchanges& exchanges) {
  std::vector<Point> terms{exchanges.begin()->second.sent.shown.nonce};
  for (const auto& [peer, exchanged] : exchanges) terms.push_back(exchanged.received.shown.nonce);
  return curve::Sum(terms);
}

// u_i G - P^u_i = phi_i R and w_i G - r_x P^v_i = phi_i B, with B = m G + r_x pk.
std::optional<proof::DleqStatement> Relation(const Dispute& dispute, const SignatureShare& share,
                                             const Exchanges& exchanges) {
  const std::optional<Point> nonce = SumOfNonces(exchanges);
  if (!nonce) return std::nullopt;
  const Scalar r = Scalar::Reduce(nonce->X());
  const std::optional<Point> base_2 =
      curve::Add(curve::MulBase(curve::DigestToScalar(dispute.digest)), curve::MulVar(r, dispute.public_key));
  const std::optional<Point> image_1 =
      Minus(curve::MulBase(share.u), PublicPart(exchanges, &Shown::nonce, &Shown::gamma_nonce));
  const std::optional<Point> key_part = PublicPart(exchanges, &Shown::public_share, &Shown::gamma_key);
  const std::optional<Point> image_2 =
      Minus(curve::MulBase(share.w), key_part ? curve::MulVar(r, *key_part) : std::nullopt);
  if (!base_2 || !image_1 || !image_2) return std::nullopt;
  return proof::DleqStatement{*nonce, *image_1, *base_2, *image_2};
}

proof::DlogUse UseOf(const Dispute& dispute, PartyIndex prover) {
  return {crypto::tag::kPokBlame, dispute.ssid, prover, 0};
}

// Whether a signer showed the same R and pk in both words.
bool ShowsTheSame(const Shown& a, const Shown& b) {
  return a.nonce == b.nonce && a.public_share == b.public_share;
}

// Whether the words are one signed pair with every other signer of the run, under one setup each.
bool AreComplete(const Dispute& dispute, const NodeKeys& keys, PartyIndex party, const Exchanges& exchanges) {
  if (exchanges.size() + 1 != dispute.quorum.size() || exchanges.empty()) return false;
  const Shown& first = exchanges.begin()->second.sent.shown;
  return std::all_of(exchanges.begin(), exchanges.end(), [&](const auto& entry) {
    const auto& [peer, exchanged] = entry;
    const SetupId& setup = exchanged.sent.shown.header.setup;
    return peer != party && sharing::Contains(dispute.quorum, peer) &&
           exchanged.sent.shown.header == Header{party, peer, dispute.ssid, setup} &&
           exchanged.received.shown.header == Header{peer, party, dispute.ssid, setup} &&
           ShowsTheSame(exchanged.sent.shown, first) && IsSigned(keys, exchanged.sent) &&
           IsSigned(keys, exchanged.received);
  });
}

// All that an honest defender has made sure of; the signature on the defence is its own.
bool Holds(const Dispute& dispute, const NodeKeys& keys, PartyIndex party, const Defence& defence) {
  if (!IsSigned(keys, party, dispute.digest, defence.own) ||
      !AreComplete(dispute, keys, party, defence.exchanges)) {
    return false;
  }
  const auto relation = Relation(dispute, defence.own.share, defence.exchanges);
  return relation && proof::VerifyDleq(UseOf(dispute, party), *relation, defence.proof);
}

// Whether signed shares of exactly the quorum, the defender's own as sent, give no signature.
bool AreSpoilt(const Defender& defender, const NodeKeys& keys,
               const std::map<PartyIndex, SignedShare>& shares) {
  std::map<PartyIndex, SignatureShare> plain;
  for (const auto& [party, share] : shares) {
    if (!IsSigned(keys, party, defender.digest, share)) return false;
    plain.emplace(party, share.share);
  }
  const auto own = plain.find(defender.share.from);
  if (own == plain.end() || own->second.Encode() != defender.share.Encode()) return false;
  const auto outcome = Combine(defender.combination, defender.digest, plain);
  return !outcome.ok() && outcome.error().reason == AbortReason::kBadSignature;
}

}  // namespace

Outcome<Defence> Defend(Defender defender, const NodeKeys& keys,
                        const std::map<PartyIndex, SignedShare>& shares, Exchanges exchanges,
                        const crypto::SigningKey& node_key, crypto::Rng& rng) {
  const Combination& run = defender.combination;
  const Dispute dispute{run.quorum, run.ssid, run.public_key, defender.digest};
  if (!AreSpoilt(defender, keys, shares)) return Fail(Abort{AbortReason::kWrongSession, {}});
  if (!AreComplete(dispute, keys, run.self, exchanges)) return Fail(Abort{AbortReason::kProof, {}});
  const auto relation = Relation(dispute, defender.share, exchanges);
  if (!relation) return Fail(Abort{AbortReason::kProof, {}});
  const crypto::Secret<ByteArray<32>> blinding(defender.blinding.Expose().Encode());
  // Bound to the statement: with one k, two proofs of different ones would give phi_i away.
  crypto::HedgedRng hedged(rng, blinding.Expose(),
                           crypto::TaggedHash(crypto::tag::kSgHedge, run.ssid,
                                              {relation->base_1.Encode(), relation->image_1.Encode(),
                                               relation->base_2.Encode(), relation->image_2.Encode()}));
  Defence out{shares.at(run.self),
              proof::ProveDleq(UseOf(dispute, run.self), defender.blinding, *relation, hedged),
              std::move(exchanges),
              {}};
  // A node whose own words contradict each other says nothing: it would blame itself.
  if (!Holds(dispute, keys, run.self, out)) return Fail(Abort{AbortReason::kProof, {}});
  out.signature = node_key.Sign(out.Statement(dispute));
  return out;
}

void Trial::Hear(const SignedShown& word) {
  const Header& header = word.shown.header;
  if (header.ssid != dispute_.ssid || !sharing::Contains(dispute_.quorum, header.from) ||
      !IsSigned(keys_, word)) {
    return;
  }
  const auto [to_all, is_first] = shown_.emplace(header.from, word.shown);
  const auto [to_one, is_new] = statements_.emplace(std::pair(header.from, header.to), Statement(word.shown));
  if (!ShowsTheSame(to_all->second, word.shown) || to_one->second != Statement(word.shown)) {
    liars_.emplace(header.from, Lie::kTwoWords);
  }
}

void Trial::Hear(PartyIndex party, const SignedShare& share) {
  if (!sharing::Contains(dispute_.quorum, party) || share.share.ssid != dispute_.ssid ||
      !IsSigned(keys_, party, dispute_.digest, share)) {
    return;
  }
  const Hash32 statement = Statement(share.share, share.receipt, dispute_.digest);
  const auto [said, is_new] = shares_.emplace(party, statement);
  if (said->second != statement) liars_.emplace(party, Lie::kTwoWords);
}

void Trial::Hear(PartyIndex party, const Defence& defence) {
  if (!sharing::Contains(dispute_.quorum, party) || defended_.contains(party) ||
      !IsSigned(dispute_, keys_, party, defence)) {
    return;
  }
  defended_.insert(party);
  if (!Holds(dispute_, keys_, party, defence)) liars_.emplace(party, Lie::kDefence);
  Hear(party, defence.own);
  if (defence.exchanges.size() >= dispute_.quorum.size()) return;  // more than there can be
  for (const auto& [peer, exchanged] : defence.exchanges) {
    Hear(exchanged.sent);
    Hear(exchanged.received);
  }
}

Verdict Trial::verdict() const {
  Verdict out{liars_, {}};
  for (const PartyIndex party : dispute_.quorum) {
    if (!defended_.contains(party)) out.silent.push_back(party);
  }
  return out;
}

Verdict Judge(const Dispute& dispute, const NodeKeys& keys, const std::map<PartyIndex, SignedShare>& shares,
              const std::map<PartyIndex, Defence>& defences) {
  Trial trial(dispute, keys);
  for (const auto& [party, share] : shares) trial.Hear(party, share);
  for (const auto& [party, defence] : defences) trial.Hear(party, defence);
  return trial.verdict();
}

}  // namespace passport::sign
