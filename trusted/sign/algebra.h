// The sums that make threshold ECDSA work (dkls23.md 6.2, 6.4, 6.6, 6.7), for any group: the tests try all
// values of a tiny one. Constant time.
#pragma once

#include "trusted/curve/group.h"

namespace passport::sign {

// sk_i = lambda_i (s_i + tweak) + zeta_i. Over a quorum these sum to the key that signs.
template <curve::GroupScalar S>
S AdditiveShareOf(const S& weight, const S& share, const S& tweak, const S& zero_share) {
  return weight * (share + tweak) + zero_share;
}

// psi_{i,j} = phi_i - chi_{i,j}: what the blinding of i differs by from the factor that i and j have
// multiplied with.
template <curve::GroupScalar S>
S BlindingOffset(const S& blinding, const S& factor) {
  return blinding - factor;
}

// a_i (phi_i + sum_j psi_{j,i}) + sum_j (c_{i,j} + d_{i,j}), for a_i = r_i or sk_i. Over a quorum these sum
// to (sum a_i) (sum phi_i).
template <curve::GroupScalar S>
S BlindedShare(const S& input, const S& blinding_and_offsets, const S& products) {
  return input * blinding_and_offsets + products;
}

// w_i = m phi_i + r_x v_i. Over a quorum these sum to (m + r_x sk) phi.
template <curve::GroupScalar S>
S NumeratorShare(const S& message, const S& blinding, const S& nonce_x, const S& blinded_key) {
  return message * blinding + nonce_x * blinded_key;
}

}  // namespace passport::sign
