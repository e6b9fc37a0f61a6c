// What FROST asks of a ciphersuite (RFC 9591, 6): its group, its hash functions, and the form of its
// signatures.
#pragma once

#include "trusted/curve/group.h"

namespace passport::frost {

template <class S>
concept Suite = curve::Group<typename S::Group> &&
    requires(ByteSpan bytes, const curve::PointOf<typename S::Group>& point,
             const curve::ScalarOf<typename S::Group>& scalar, const typename S::Signature& signature) {
  { S::kPurpose } -> std::same_as<const std::uint8_t&>;  // of the keys it signs with
  // H1 of the part that all signers share and the signer's identifier.
  { S::BindingFactor(bytes, bytes) } -> std::same_as<curve::ScalarOf<typename S::Group>>;
  // H2 of R, the public key and the message.
  { S::Challenge(point, point, bytes) } -> std::same_as<curve::ScalarOf<typename S::Group>>;
  // H3 of 32 random bytes and the share.
  { S::Nonce(bytes, bytes) } -> std::same_as<curve::SecretScalarOf<typename S::Group>>;
  // H4 and H5.
  ByteSpan(S::HashMessage(bytes));
  ByteSpan(S::HashCommitments(bytes));
  // Whether a point stands for its negative: BIP-340 writes a point as its x and means the one with even y.
  { S::MeansNegative(point) } -> std::same_as<bool>;
  // The signature of R and z, and its verification by a library that knows nothing of FROST.
  { S::Assemble(point, scalar) } -> std::same_as<typename S::Signature>;
  { S::Verify(point, bytes, signature) } -> std::same_as<bool>;
};

}  // namespace passport::frost
