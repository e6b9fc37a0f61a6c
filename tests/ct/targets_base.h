// The targets of ct_canaries and ct_base: canaries; comparisons, hashes, ciphers and the arithmetic.
#pragma once

#include <cstdint>

namespace passport::ct {

// Each of these leaks on purpose (canaries.cpp).
void CanaryBranch();
void CanaryIndex();
void CanaryCompare();
void CanaryWideDivision();
void CanaryHash();
void CanaryLibrary();
std::uint64_t CanaryDivision(std::uint64_t secret, std::uint64_t divisor);

// crypto_targets.cpp
void Compare();
void Masks();
void Sha256();
void Keccak();
void Hkdf();
void Aead();
void EnvelopeAead();
void Identity();
void ChannelKeys();
void Hpke();

// curve_targets.cpp
void ScalarArithmetic();
void ScalarInverse();
void ScalarSelect();
void ScalarParse();
void ScalarRandom();
void HashToScalar();
void InnerProducts();
void FieldArithmetic();
void MultiplyBase();
void MultiplyPoint();
void PointCoordinates();
void HashToCurve();

// ed25519_targets.cpp
void Ed25519Scalars();
void Ed25519Points();

}  // namespace passport::ct
