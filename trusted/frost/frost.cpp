#include "trusted/frost/frost.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"

namespace passport::frost {

using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;
using protocol::Abort;
using protocol::AbortReason;
using protocol::Inbox;
using protocol::Outcome;
using protocol::Step;

namespace {

template <Suite S>
using Commitments = std::map<PartyIndex, NonceCommitmentOf<typename S::Group>>;

Failure<Abort> Stop(AbortReason reason, std::optional<PartyIndex> culprit = std::nullopt) {
  return Fail(Abort{reason, culprit});
}

template <class T>
T NegateIf(bool negate, const T& value) {
  return negate ? value.Negate() : value;
}

template <Suite S>
ByteArray<S::Group::kScalarSize> Identifier(PartyIndex party) {
  return ScalarOf<typename S::Group>::FromU64(party.value).Encode();
}

// The key that signs: the suite's meaning of the key, plus the tweak, in the suite's meaning again (BIP-341
// tweaks the even key; without a tweak the second step changes nothing).
template <Suite S>
bool ChooseKey(const SessionInput<S>& input, Session<S>& session) {
  using G = typename S::Group;
  session.negate = S::MeansNegative(input.key.PublicKey());
  const std::optional<PointOf<G>> tweaked =
      G::Add(NegateIf(session.negate, input.key.PublicKey()), G::MulBase(input.tweak));
  if (!tweaked) return false;
  const bool negate_again = S::MeansNegative(*tweaked);
  session.negate = session.negate != negate_again;
  session.addend = NegateIf(negate_again, input.tweak);
  session.public_key = NegateIf(negate_again, *tweaked);
  return true;
}

// A nonce that depends on the share too (RFC 9591, 4.1).
template <Suite S>
SecretScalarOf<typename S::Group> DrawNonce(const SessionInput<S>& input, crypto::Rng& rng) {
  const crypto::SecretKey32 random = rng.Key();
  const crypto::Secret<ByteArray<S::Group::kScalarSize>> share(input.key.share.Expose().Encode());
  return S::Nonce(random.Expose(), share.Expose());
}

// Whether there is one message of this run from each of the other signers.
template <Suite S, class Message>
std::optional<AbortReason> WhyIncomplete(const Session<S>& session, const Inbox<Message>& inbox) {
  if (inbox.size() + 1 != session.quorum.size() || inbox.contains(session.self))
    return AbortReason::kWrongQuorum;
  for (const auto& [party, message] : inbox) {
    if (!sharing::Contains(session.quorum, party)) return AbortReason::kWrongQuorum;
    if (message.header.from != party || message.header.ssid != session.ssid)
      return AbortReason::kWrongSession;
  }
  return std::nullopt;
}

// What every signer's binding factor commits to: key, message, and all commitments (RFC 9591, 4.4).
template <Suite S>
Bytes CommonInput(const Session<S>& session, ByteSpan message, const Commitments<S>& commitments) {
  Bytes list;
  for (const auto& [party, commitment] : commitments) {
    Append(list, Identifier<S>(party));
    Append(list, commitment.hiding.Encode());
    Append(list, commitment.binding.Encode());
  }
  Bytes out = ToBytes(session.public_key.Encode());
  Append(out, S::HashMessage(message));
  Append(out, S::HashCommitments(list));
  return out;
}

// The own share of the signature: d + rho e, negated if R is, and lambda c times the key's share.
template <Suite S>
ScalarOf<typename S::Group> ShareOf(const AwaitingCommitments<S>& state,
                                    const ScalarOf<typename S::Group>& factor, bool negate,
                                    const ScalarOf<typename S::Group>& weight) {
  const SecretScalarOf<typename S::Group> nonce(
      NegateIf(negate, state.hiding.Expose() + factor * state.binding.Expose()));
  return nonce.Expose() + weight * state.share.Expose();
}

// Whether z G is the signer's nonce plus lambda c times his share's point (RFC 9591, 5.4).
template <Suite S>
bool IsRightShare(const AwaitingShares<S>& state, PartyIndex party,
                  const ScalarOf<typename S::Group>& share) {
  using G = typename S::Group;
  const Session<S>& session = state.session;
  const std::optional<PointOf<G>> plain = sharing::EvaluateCommitments<G>(session.commitments, party);
  const std::optional<PointOf<G>> tweaked =
      G::Add(plain ? std::optional(NegateIf(session.negate, *plain)) : plain, G::MulBase(session.addend));
  const Expected<S>& expected = state.expected.at(party);
  return G::MulBase(share) ==
         G::Add(expected.nonce, tweaked ? G::MulVar(expected.weight, *tweaked) : std::nullopt);
}

}  // namespace

template <Suite S>
Step<AwaitingCommitments<S>, NonceCommitmentOf<typename S::Group>> Start(const SessionInput<S>& input,
                                                                         crypto::Rng& rng) {
  using G = typename S::Group;
  const sharing::KeyShareOf<G>& key = input.key;
  if (key.curve != G::kCurve || key.purpose != S::kPurpose) return Stop(AbortReason::kWrongKey);
  if (input.quorum.size() < key.t || !sharing::IsPartySet(input.quorum, key.n) ||
      !sharing::Contains(input.quorum, key.self)) {
    return Stop(AbortReason::kWrongQuorum);
  }
  AwaitingCommitments<S> state;
  state.session.self = key.self;
  state.session.quorum = input.quorum;
  state.session.ssid = input.ssid;
  state.session.commitments = key.commitments;
  if (!ChooseKey(input, state.session)) return Stop(AbortReason::kIdentity);
  state.share = SecretScalarOf<G>(NegateIf(state.session.negate, key.share.Expose()) + state.session.addend);
  state.hiding = DrawNonce(input, rng);
  state.binding = DrawNonce(input, rng);
  const std::optional<PointOf<G>> hiding = G::MulBase(state.hiding.Expose());
  const std::optional<PointOf<G>> binding = G::MulBase(state.binding.Expose());
  if (!hiding || !binding) return Stop(AbortReason::kIdentity);
  state.sent = {{key.self, input.ssid}, *hiding, *binding};
  const NonceCommitmentOf<G> out = state.sent;
  return protocol::Advance<AwaitingCommitments<S>, NonceCommitmentOf<G>>{std::move(state), out};
}

template <Suite S>
Step<AwaitingShares<S>, SignatureShareOf<typename S::Group>> Sign(
    AwaitingCommitments<S> state, ByteSpan message,
    const std::type_identity_t<Inbox<NonceCommitmentOf<typename S::Group>>>& inbox) {
  using G = typename S::Group;
  if (const auto reason = WhyIncomplete(state.session, inbox)) return Stop(*reason);
  Commitments<S> commitments = inbox;
  commitments.emplace(state.session.self, state.sent);
  const Bytes common = CommonInput<S>(state.session, message, commitments);

  std::map<PartyIndex, ScalarOf<G>> factors;  // rho
  std::map<PartyIndex, Expected<S>> expected;
  std::optional<PointOf<G>> nonce;  // R
  for (const auto& [party, commitment] : commitments) {
    const ScalarOf<G> factor = S::BindingFactor(common, Identifier<S>(party));
    factors.emplace(party, factor);
    Expected<S>& own = expected[party];
    own.nonce = G::Add(commitment.hiding, G::MulVar(factor, commitment.binding));
    nonce = G::Add(nonce, own.nonce);
  }
  if (!nonce) return Stop(AbortReason::kIdentity);
  const ScalarOf<G> challenge = S::Challenge(*nonce, state.session.public_key, message);
  const bool negate = S::MeansNegative(*nonce);
  for (auto& [party, own] : expected) {
    if (own.nonce) own.nonce = NegateIf(negate, *own.nonce);
    own.weight = sharing::LagrangeWeight<G>(state.session.quorum, party) * challenge;
  }

  const PartyIndex self = state.session.self;
  AwaitingShares<S> next;
  next.message = ToBytes(message);
  next.echo = crypto::TaggedHash(crypto::tag::kFrostEcho, state.session.ssid, {common});
  next.nonce = *nonce;
  next.own_share = ShareOf(state, factors.at(self), negate, expected.at(self).weight);
  next.expected = std::move(expected);
  next.session = std::move(state.session);
  const SignatureShareOf<G> out{{self, next.session.ssid}, next.echo, next.own_share};
  return protocol::Advance<AwaitingShares<S>, SignatureShareOf<G>>{std::move(next), out};
}

template <Suite S>
Outcome<typename S::Signature> Aggregate(
    AwaitingShares<S> state, const std::type_identity_t<Inbox<SignatureShareOf<typename S::Group>>>& inbox) {
  if (const auto reason = WhyIncomplete(state.session, inbox)) return Stop(*reason);
  ScalarOf<typename S::Group> sum = state.own_share;
  for (const auto& [party, message] : inbox) {
    if (message.echo != state.echo) return Stop(AbortReason::kEquivocation);
    sum = sum + message.share;
  }
  const typename S::Signature signature = S::Assemble(state.nonce, sum);
  if (S::Verify(state.session.public_key, state.message, signature)) return signature;
  for (const auto& [party, message] : inbox) {
    if (!IsRightShare(state, party, message.share)) return Stop(AbortReason::kSignatureShare, party);
  }
  return Stop(AbortReason::kBadSignature);
}

template Step<AwaitingCommitments<Ed25519Sha512>, NonceCommitmentOf<curve::Ed25519>> Start(
    const SessionInput<Ed25519Sha512>&, crypto::Rng&);
template Step<AwaitingShares<Ed25519Sha512>, SignatureShareOf<curve::Ed25519>> Sign(
    AwaitingCommitments<Ed25519Sha512>, ByteSpan, const Inbox<NonceCommitmentOf<curve::Ed25519>>&);
template Outcome<Ed25519Sha512::Signature> Aggregate(AwaitingShares<Ed25519Sha512>,
                                                     const Inbox<SignatureShareOf<curve::Ed25519>>&);
template Step<AwaitingCommitments<Bip340>, NonceCommitmentOf<curve::Secp256k1>> Start(
    const SessionInput<Bip340>&, crypto::Rng&);
template Step<AwaitingShares<Bip340>, SignatureShareOf<curve::Secp256k1>> Sign(
    AwaitingCommitments<Bip340>, ByteSpan, const Inbox<NonceCommitmentOf<curve::Secp256k1>>&);
template Outcome<Bip340::Signature> Aggregate(AwaitingShares<Bip340>,
                                              const Inbox<SignatureShareOf<curve::Secp256k1>>&);

}  // namespace passport::frost
