#include "trusted/sign/sign.h"

#include <algorithm>

#include "trusted/crypto/ct.h"
#include "trusted/sharing/quorum.h"
#include "trusted/sharing/zero_share.h"
#include "trusted/sign/algebra.h"

namespace passport::sign {

using curve::LazyPoint;
using curve::Point;
using curve::Scalar;
using curve::SecretScalar;
using protocol::Abort;
using protocol::AbortReason;
using protocol::Advance;
using protocol::Inbox;
using protocol::Outbox;
using protocol::Outcome;
using protocol::Step;

namespace {

// Positions in mul::Shares.
constexpr std::size_t kNonce = 0;
constexpr std::size_t kKey = 1;

Failure<Abort> Stop(AbortReason reason, std::optional<PartyIndex> culprit = std::nullopt) {
  return Fail(Abort{reason, culprit});
}

bool CanSign(const SessionInput& input, const Peers& peers) {
  const sharing::KeyShare& key = input.key;
  return key.MaySign() && input.quorum.size() == key.t && sharing::IsPartySet(input.quorum, key.n) &&
         input.self == key.self && sharing::Contains(input.quorum, input.self) &&
         std::all_of(input.quorum.begin(), input.quorum.end(),
                     [&](PartyIndex party) { return party == input.self || peers.contains(party); });
}

Header HeaderTo(const Session& session, PartyIndex peer) {
  return {session.self, peer, session.ssid, session.setups.at(peer)};
}

// Whether every counterparty has sent one message of this run, to us, under the setup the run began with.
// Nobody is blamed if not (dkls23.md 1.5, rules.md 5).
template <class Message>
bool IsOfRun(const Session& session, const Peers& peers, const Inbox<Message>& inbox) {
  if (inbox.size() != session.setups.size()) return false;
  return std::all_of(inbox.begin(), inbox.end(), [&](const auto& entry) {
    const auto& [peer, message] = entry;
    const auto setup = session.setups.find(peer);
    const auto state = peers.find(peer);
    return setup != session.setups.end() && state != peers.end() &&
           state->second->setup.id == setup->second &&
           message.header == Header{peer, session.self, session.ssid, setup->second};
  });
}

// sk_i = lambda_i (s_i + tweak) + zeta_i (dkls23.md 6.2).
SecretScalar AdditiveShare(const SessionInput& input, const Peers& peers) {
  std::map<PartyIndex, crypto::SecretKey32> seeds;
  for (const PartyIndex peer : input.quorum) {
    if (peer == input.self) continue;
    seeds.emplace(peer, sharing::KeyZeroSeed(input.key.id, peers.at(peer)->setup.zero_seed));
  }
  const SecretScalar zero_share = sharing::ZeroShare(input.self, seeds, input.ssid);
  const Scalar weight = sharing::LagrangeWeight(input.quorum, input.self);
  return SecretScalar(AdditiveShareOf(weight, input.key.share.Expose(), input.tweak, zero_share.Expose()));
}

Hash32 CommitTo(const Session& session, PartyIndex party, const proof::Salt& salt, const Point& nonce) {
  return proof::Commit(crypto::tag::kSgCom, session.ssid, party, salt, {nonce.Encode()});
}

Hash32 Echo(const Session& session, const std::map<PartyIndex, Hash32>& commitments) {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kSgEcho, session.ssid);
  for (const auto& [party, commitment] : commitments) state.Update(commitment);
  return state.Final();
}

void AddTo(mul::Shares& sums, const mul::Shares& terms) {
  for (const std::size_t i : {kNonce, kKey}) {
    sums[i].ExposeMutable() = sums[i].Expose() + terms[i].Expose();
  }
}

// Both times the generator.
std::vector<std::optional<Point>> MulBaseShares(const mul::Shares& shares) {
  const LazyPoint products[] = {curve::LazyMulBase(shares[kNonce].Expose()),
                                curve::LazyMulBase(shares[kKey].Expose())};
  return LazyPoint::ReduceAll(products);
}

// The answer to one peer, but for the fields that are the same to all.
Outcome<Multiplication> Answer(const AwaitingCommitments& state, const mul::PairState& pair, PartyIndex peer,
                               const NonceCommitment& message, mul::Shares& products, crypto::Rng& rng) {
  const Session& session = state.session;
  const Hash32 pair_ssid = PairSsid(session.ssid, session.self, peer, pair.setup.id);
  PASSPORT_TRY(mul::AliceOutput output,
               mul::RespondAlice(pair.setup.as_alice, pair.gadget_as_alice, pair_ssid,
                                 state.inputs.nonce_and_key, message.extension, peer, rng));
  const std::vector<std::optional<Point>> gammas = MulBaseShares(output.c);
  if (!gammas[kNonce] || !gammas[kKey]) return Stop(AbortReason::kIdentity);
  AddTo(products, output.c);
  Multiplication out;
  out.header = HeaderTo(session, peer);
  out.multiply = std::move(output.message);
  out.gamma_nonce = *gammas[kNonce];
  out.gamma_key = *gammas[kKey];
  return out;
}

// Checks 5 and 6 of dkls23.md 6.5 as one, with e one of 2^128 scalars and unknown to the sender:
// chi (R_j + e pk_j) == (d^u + e d^v) G + Gamma^u + e Gamma^v. The paper's text has the Lagrange-weighted
// Shamir point in place of pk_j in check 6; like the published implementations this uses pk_j.
bool AreConsistent(const Multiplication& message, const SecretScalar& factor, const mul::Shares& d,
                   crypto::Rng& rng) {
  const Scalar e = Scalar::FromCoin(rng.Array<16>());
  const LazyPoint base = LazyPoint(message.nonce) + curve::LazyMulVar(e, message.public_share);
  const SecretScalar share(d[kNonce].Expose() + e * d[kKey].Expose());
  const LazyPoint gamma = LazyPoint(message.gamma_nonce) + curve::LazyMulVar(e, message.gamma_key);
  // Both sides depend on secrets: if they differ, the time does not tell where.
  return curve::LazyMul(factor.Expose(), base) == curve::LazyMulBase(share.Expose()) + gamma;
}

// Checks 3 to 6 of dkls23.md 6.5 on one peer, then his part of the products.
Outcome<mul::Shares> CheckPeer(AwaitingMultiplications& state, const mul::PairState& pair, PartyIndex peer,
                               const Multiplication& message, crypto::Rng& rng) {
  const Session& session = state.session;
  if (CommitTo(session, peer, message.salt, message.nonce) != state.commitments.at(peer)) {
    return Stop(AbortReason::kCommitment, peer);
  }
  AsBob& own = state.as_bob.at(peer);
  PASSPORT_TRY(
      mul::Shares d,
      mul::FinishBob(std::move(own.multiplication), pair.setup.as_bob, pair.gadget_as_bob,
                     PairSsid(session.ssid, peer, session.self, pair.setup.id), message.multiply, peer));
  if (!AreConsistent(message, own.factor, d, rng)) return Stop(AbortReason::kConsistencyCheck, peer);
  return d;
}

// Checks 7 and 8 of dkls23.md 6.5: the public shares add up to the key; gives R.
Outcome<Point> SumNonces(const AwaitingMultiplications& state, const Inbox<Multiplication>& inbox) {
  std::vector<Point> public_shares{state.inputs.public_share};
  std::vector<Point> nonces{state.inputs.nonce_point};
  for (const auto& [peer, message] : inbox) {
    public_shares.push_back(message.public_share);
    nonces.push_back(message.nonce);
  }
  if (curve::Sum(public_shares) != state.session.public_key) {
    // Of two parties, the other one lied; of more, nobody knows who did.
    return Stop(AbortReason::kPublicKeySum,
                inbox.size() == 1 ? std::optional(inbox.begin()->first) : std::nullopt);
  }
  const std::optional<Point> nonce = curve::Sum(nonces);
  if (!nonce || Scalar::Reduce(nonce->X()).IsZero()) return Stop(AbortReason::kIdentity);
  return *nonce;
}

}  // namespace

Step<AwaitingCommitments, Outbox<NonceCommitment>> Start(const SessionInput& input, const Peers& peers,
                                                         crypto::Rng& rng) {
  if (input.key.curve != sharing::kCurveSecp256k1 || input.key.purpose != sharing::kPurposeEcdsa) {
    return Stop(AbortReason::kWrongKey);
  }
  if (!CanSign(input, peers)) return Stop(AbortReason::kWrongQuorum);
  const std::optional<Point> public_key =
      input.tweak.IsZero() ? input.key.PublicKey()
                           : curve::Add(input.key.PublicKey(), curve::MulBase(input.tweak));
  if (!public_key) return Stop(AbortReason::kIdentity);
  AwaitingCommitments state;
  Session& session = state.session;
  session = {input.self, input.quorum, input.ssid, input.key.id, *public_key, {}};
  state.inputs.nonce_and_key = {SecretScalar(Scalar::Random(rng)), AdditiveShare(input, peers)};
  const std::vector<std::optional<Point>> points = MulBaseShares(state.inputs.nonce_and_key);
  if (!points[kNonce] || !points[kKey]) return Stop(AbortReason::kIdentity);
  state.inputs.nonce_point = *points[kNonce];
  state.inputs.public_share = *points[kKey];
  state.salt = rng.Array<32>();
  state.commitment = CommitTo(session, input.self, state.salt, *points[kNonce]);
  Outbox<NonceCommitment> out;
  for (const PartyIndex peer : input.quorum) {
    if (peer == input.self) continue;
    const mul::PairState& pair = *peers.at(peer);
    session.setups.emplace(peer, pair.setup.id);
    mul::BobStarted bob = mul::StartBob(pair.setup.as_bob, pair.gadget_as_bob,
                                        PairSsid(input.ssid, peer, input.self, pair.setup.id), rng);
    state.as_bob.emplace(peer, AsBob{std::move(bob.state), std::move(bob.b)});
    out.emplace(peer, NonceCommitment{HeaderTo(session, peer), state.commitment, bob.message});
  }
  return Advance<AwaitingCommitments, Outbox<NonceCommitment>>{std::move(state), std::move(out)};
}

Step<AwaitingMultiplications, Outbox<Multiplication>> Multiply(AwaitingCommitments state, const Peers& peers,
                                                               const Inbox<NonceCommitment>& inbox,
                                                               crypto::Rng& rng) {
  if (!IsOfRun(state.session, peers, inbox)) return Stop(AbortReason::kWrongSession);
  AwaitingMultiplications next;
  next.blinding = SecretScalar(Scalar::Random(rng));
  next.commitments.emplace(state.session.self, state.commitment);
  for (const auto& [peer, message] : inbox) next.commitments.emplace(peer, message.commitment);
  next.echo = Echo(state.session, next.commitments);
  Outbox<Multiplication> out;
  for (const auto& [peer, message] : inbox) {
    PASSPORT_TRY(Multiplication answer, Answer(state, *peers.at(peer), peer, message, next.products, rng));
    answer.nonce = state.inputs.nonce_point;
    answer.salt = state.salt;
    answer.public_share = state.inputs.public_share;
    answer.echo = next.echo;
    answer.psi = BlindingOffset(next.blinding.Expose(), state.as_bob.at(peer).factor.Expose());
    out.emplace(peer, std::move(answer));
  }
  next.session = std::move(state.session);
  next.inputs = std::move(state.inputs);
  next.as_bob = std::move(state.as_bob);
  return Advance<AwaitingMultiplications, Outbox<Multiplication>>{std::move(next), std::move(out)};
}

Outcome<Presignature> Presign(AwaitingMultiplications state, const Peers& peers,
                              const Inbox<Multiplication>& inbox, crypto::Rng& rng) {
  if (!IsOfRun(state.session, peers, inbox)) return Stop(AbortReason::kWrongSession);
  for (const auto& [peer, message] : inbox) {
    if (message.echo != state.echo) return Stop(AbortReason::kEquivocation);
  }
  SecretScalar blinding_sum(state.blinding.Expose());  // phi_i + sum_j psi_{j,i}
  for (const auto& [peer, message] : inbox) {
    PASSPORT_TRY(const mul::Shares d, CheckPeer(state, *peers.at(peer), peer, message, rng));
    AddTo(state.products, d);
    blinding_sum.ExposeMutable() = blinding_sum.Expose() + message.psi;
  }
  PASSPORT_TRY(const Point nonce, SumNonces(state, inbox));
  Presignature out;
  out.session = std::move(state.session);
  out.nonce = nonce;
  out.blinding = std::move(state.blinding);
  const mul::Shares& inputs = state.inputs.nonce_and_key;
  out.u = SecretScalar(
      BlindedShare(inputs[kNonce].Expose(), blinding_sum.Expose(), state.products[kNonce].Expose()));
  out.v =
      SecretScalar(BlindedShare(inputs[kKey].Expose(), blinding_sum.Expose(), state.products[kKey].Expose()));
  return out;
}

}  // namespace passport::sign
