#include "trusted/sign/sign.h"

#include <algorithm>

#include "trusted/crypto/ct.h"
#include "trusted/curve/coin_products.h"
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

// What a round draws from, besides rng: sk_i, the run, and what the party has heard until then, so that not
// even a copy of the enclave draws the same for two different messages of a peer (dkls23.md 10.1, 44).
crypto::HedgedRng Hedge(crypto::Rng& rng, const Session& session, const mul::Shares& inputs,
                        std::uint8_t round, const Writer& heard) {
  const crypto::Secret<ByteArray<32>> key(inputs[kKey].Expose().Encode());
  const ByteArray<1> number = {round};
  return crypto::HedgedRng(rng, key.Expose(),
                           crypto::TaggedHash(crypto::tag::kSgHedge, session.ssid,
                                              {crypto::Le16(session.self.value), number, heard.bytes()}));
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

// All of them times the generator.
std::vector<std::optional<Point>> MulBaseAll(std::span<const SecretScalar> scalars) {
  std::vector<LazyPoint> products = curve::LazyMulBaseAll(scalars);
  const std::vector<std::optional<Point>> out = LazyPoint::ReduceAll(products);
  crypto::WipeAll(products);
  return out;
}

// The answer to one peer, but for the fields that are the same to all and for Gamma; c is appended to
// `outputs`.
Outcome<Multiplication> Answer(const AwaitingCommitments& state, const mul::PairState& pair, PartyIndex peer,
                               const NonceCommitment& message, std::vector<SecretScalar>& outputs,
                               crypto::Rng& rng) {
  const Session& session = state.session;
  const Hash32 pair_ssid = PairSsid(session.ssid, session.self, peer, pair.setup.id);
  PASSPORT_TRY(mul::AliceOutput output,
               mul::RespondAlice(pair.setup.as_alice, pair.gadget_as_alice, pair_ssid,
                                 state.inputs.nonce_and_key, message.extension, peer, rng));
  outputs.push_back(std::move(output.c[kNonce]));
  outputs.push_back(std::move(output.c[kKey]));
  Multiplication out;
  out.header = HeaderTo(session, peer);
  out.multiply = std::move(output.message);
  return out;
}

// Gamma^u and Gamma^v for every answer in turn, and the sums of c^u and c^v.
Outcome<mul::Shares> AddGammas(std::span<const SecretScalar> outputs, Outbox<Multiplication>& answers) {
  const std::vector<std::optional<Point>> gammas = MulBaseAll(outputs);
  mul::Shares sums;
  std::size_t i = 0;
  for (auto& [peer, answer] : answers) {
    if (!gammas[i + kNonce] || !gammas[i + kKey]) return Stop(AbortReason::kIdentity);
    answer.gamma_nonce = *gammas[i + kNonce];
    answer.gamma_key = *gammas[i + kKey];
    for (const std::size_t of : {kNonce, kKey}) {
      sums[of].ExposeMutable() = sums[of].Expose() + outputs[i + of].Expose();
    }
    i += ot::kInputs;
  }
  return sums;
}

// Checks 3 and 4 of dkls23.md 6.5 on one peer, then his part of the products.
Outcome<mul::Shares> OpenPeer(AwaitingMultiplications& state, const mul::PairState& pair, PartyIndex peer,
                              const Multiplication& message) {
  const Session& session = state.session;
  if (CommitTo(session, peer, message.salt, message.nonce) != state.commitments.at(peer)) {
    return Stop(AbortReason::kCommitment, peer);
  }
  return mul::FinishBob(std::move(state.as_bob.at(peer).multiplication), pair.setup.as_bob,
                        pair.gadget_as_bob, PairSsid(session.ssid, peer, session.self, pair.setup.id),
                        message.multiply, peer);
}

// Checks 5 and 6 of dkls23.md 6.5 as one, for several peers at once: one of 2^128 scalars e for each, unknown
// to the sender, and chi (R_j + e pk_j) == (d^u + e d^v) G + Gamma^u + e Gamma^v. The paper's text has the
// Lagrange-weighted Shamir point in place of pk_j in check 6; like the published implementations this uses
// pk_j.
class ConsistencyChecks {
 public:
  explicit ConsistencyChecks(crypto::Rng& rng) : rng_(rng) {}
  void Add(PartyIndex peer, const Multiplication& message, const SecretScalar& factor, const mul::Shares& d) {
    const auto coin = rng_.Array<16>();
    shares_.emplace_back(d[kNonce].Expose() + Scalar::FromCoin(coin) * d[kKey].Expose());
    terms_.push_back({factor, coin, message.nonce, message.public_share, message.gamma_key});
    checks_.push_back({peer, message.gamma_nonce});
  }
  // The first peer added whose check fails.
  std::optional<PartyIndex> FirstFailure() const {
    std::vector<LazyPoint> shares = curve::LazyMulBaseAll(shares_);
    std::vector<curve::CoinProducts> products = curve::LazyMulCoinAll(terms_);
    std::optional<PartyIndex> failed;
    for (std::size_t i = 0; i < checks_.size() && !failed; ++i) {
      const LazyPoint right = shares[i] + LazyPoint(checks_[i].gamma_nonce) + products[i].shifted;
      // Both sides depend on secrets: if they differ, the time does not tell where.
      if (!(products[i].blinded == right)) failed = checks_[i].peer;
    }
    crypto::WipeAll(shares);
    crypto::WipeAll(products);
    return failed;
  }

 private:
  struct Check {
    PartyIndex peer;
    Point gamma_nonce;
  };
  crypto::Rng& rng_;
  std::vector<Check> checks_;
  std::vector<SecretScalar> shares_;     // d^u + e d^v for each
  std::vector<curve::CoinTerms> terms_;  // chi, e, R_j, pk_j and Gamma^v
};

// Checks 3 to 6 of dkls23.md 6.5, with the outcome that doing them for one peer after the other has; then the
// sums of d^u and d^v.
Outcome<mul::Shares> CheckPeers(AwaitingMultiplications& state, const Peers& peers,
                                const Inbox<Multiplication>& inbox, crypto::Rng& rng) {
  ConsistencyChecks checks(rng);
  mul::Shares sums;
  std::optional<Abort> failure;
  for (const auto& [peer, message] : inbox) {
    const Outcome<mul::Shares> d = OpenPeer(state, *peers.at(peer), peer, message);
    if (!d.ok()) {
      failure = d.error();
      break;
    }
    checks.Add(peer, message, state.as_bob.at(peer).factor, d.value());
    AddTo(sums, d.value());
  }
  if (const auto liar = checks.FirstFailure()) return Stop(AbortReason::kConsistencyCheck, liar);
  if (failure) return Fail(*failure);
  return sums;
}

// Checks 7 and 8 of dkls23.md 6.5: the public shares add up to the key; gives R.
Outcome<Point> SumNonces(const AwaitingMultiplications& state, const Inbox<Multiplication>& inbox) {
  LazyPoint public_shares(state.inputs.public_share);
  LazyPoint nonces(state.inputs.nonce_point);
  for (const auto& [peer, message] : inbox) {
    public_shares = public_shares + LazyPoint(message.public_share);
    nonces = nonces + LazyPoint(message.nonce);
  }
  if (!(public_shares == LazyPoint(state.session.public_key))) {
    // Of two parties, the other one lied; of more, nobody knows who did.
    return Stop(AbortReason::kPublicKeySum,
                inbox.size() == 1 ? std::optional(inbox.begin()->first) : std::nullopt);
  }
  const std::optional<Point> nonce = nonces.Reduce();
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
  mul::Shares& inputs = state.inputs.nonce_and_key;
  inputs[kKey] = AdditiveShare(input, peers);
  Writer heard;
  heard.U64(input.number);
  crypto::HedgedRng hedged = Hedge(rng, session, inputs, 1, heard);
  inputs[kNonce] = SecretScalar(Scalar::Random(hedged));
  const std::vector<std::optional<Point>> points = MulBaseAll(inputs);
  if (!points[kNonce] || !points[kKey]) return Stop(AbortReason::kIdentity);
  state.inputs.nonce_point = *points[kNonce];
  state.inputs.public_share = *points[kKey];
  state.salt = hedged.Array<32>();
  state.commitment = CommitTo(session, input.self, state.salt, *points[kNonce]);
  Outbox<NonceCommitment> out;
  for (const PartyIndex peer : input.quorum) {
    if (peer == input.self) continue;
    const mul::PairState& pair = *peers.at(peer);
    session.setups.emplace(peer, pair.setup.id);
    mul::BobStarted bob = mul::StartBob(pair.setup.as_bob, pair.gadget_as_bob,
                                        PairSsid(input.ssid, peer, input.self, pair.setup.id), hedged);
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
  Writer heard;
  // The hash of a checked extension is that of no other one.
  for (const auto& [peer, message] : inbox) heard.Raw(message.commitment).Raw(message.extension.fold_hash);
  crypto::HedgedRng hedged = Hedge(rng, state.session, state.inputs.nonce_and_key, 2, heard);
  next.blinding = SecretScalar(Scalar::Random(hedged));
  next.commitments.emplace(state.session.self, state.commitment);
  for (const auto& [peer, message] : inbox) next.commitments.emplace(peer, message.commitment);
  next.echo = Echo(state.session, next.commitments);
  Outbox<Multiplication> out;
  std::vector<SecretScalar> outputs;
  outputs.reserve(ot::kInputs * inbox.size());
  for (const auto& [peer, message] : inbox) {
    PASSPORT_TRY(Multiplication answer, Answer(state, *peers.at(peer), peer, message, outputs, hedged));
    answer.nonce = state.inputs.nonce_point;
    answer.salt = state.salt;
    answer.public_share = state.inputs.public_share;
    answer.echo = next.echo;
    answer.psi = BlindingOffset(next.blinding.Expose(), state.as_bob.at(peer).factor.Expose());
    out.emplace(peer, std::move(answer));
  }
  PASSPORT_TRY(next.products, AddGammas(outputs, out));
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
  Writer heard;
  for (const auto& [peer, message] : inbox) heard.Raw(message.multiply.mu);
  crypto::HedgedRng hedged = Hedge(rng, state.session, state.inputs.nonce_and_key, 3, heard);
  PASSPORT_TRY(const mul::Shares d, CheckPeers(state, peers, inbox, hedged));
  AddTo(state.products, d);
  SecretScalar blinding_sum(state.blinding.Expose());  // phi_i + sum_j psi_{j,i}
  for (const auto& [peer, message] : inbox) {
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
