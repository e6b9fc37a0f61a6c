// Integers modulo q, sixteen at a time: the sums and vectors of two-party multiplication. Constant time.
#pragma once

#include <array>
#include <span>

#include "trusted/crypto/cpu.h"
#include "trusted/crypto/sha256_lanes.h"
#include "trusted/curve/scalar.h"

namespace passport::curve {

// Sixteen integers below 2^256, each standing for its residue: word 0 of a lane is the most significant, so
// that sixteen digests are sixteen integers as they are.
using ScalarLanes = crypto::LaneStates;
using crypto::kLanes;

// Sixteen integers of 32 big-endian bytes, each stride bytes after the one before.
void LoadLanes(ScalarLanes& lanes, const std::uint8_t* bytes, std::size_t stride);
void StoreLanes(const ScalarLanes& lanes, std::uint8_t* bytes, std::size_t stride);
// One value in every lane, and the residue of one lane.
ScalarLanes Broadcast(const Scalar& value);
Scalar LaneValue(const ScalarLanes& lanes, std::size_t lane);

// The functions below work lane by lane on vectors of one size; out may be one of the inputs.
// Longest vector of a DotProduct, so that no accumulator overflows.
inline constexpr std::size_t kLaneVectorMax = 64;

struct BatchFunctions {
  void (*load_lanes)(ScalarLanes& lanes, const std::uint8_t* bytes, std::size_t stride);
  void (*store_lanes)(const ScalarLanes& lanes, std::uint8_t* bytes, std::size_t stride);
  Scalar (*dot_product)(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b);
  void (*subtract_and_add)(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b,
                           const Scalar& offset, std::span<ScalarLanes> out);
  void (*combine)(const std::array<Scalar, 2>& weights, std::span<const ScalarLanes> a0,
                  std::span<const ScalarLanes> a1, std::span<const ScalarLanes> a2,
                  std::span<ScalarLanes> out);
  void (*add_where)(const std::uint8_t* bits, std::span<const ScalarLanes> more, std::span<ScalarLanes> sum);
};
extern const BatchFunctions kBatchIfma;
extern const BatchFunctions kBatchPortable;

inline constexpr std::array<crypto::Path<const BatchFunctions>, 2> kBatchPaths = {{
    {"avx512-ifma", &crypto::Cpu::ifma, &kBatchIfma},
    {"portable", nullptr, &kBatchPortable},
}};

// sum a_i b_i modulo q, reduced once.
Scalar DotProduct(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b);
// out = a - b + offset, below q.
void SubtractAndAdd(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b, const Scalar& offset,
                    std::span<ScalarLanes> out);
// out = weights[0] a0 + weights[1] a1 + a2, below q.
void Combine(const std::array<Scalar, 2>& weights, std::span<const ScalarLanes> a0,
             std::span<const ScalarLanes> a1, std::span<const ScalarLanes> a2, std::span<ScalarLanes> out);
// sum += more in every lane whose bit is set, bit i of the string being lane i % 16 of element i / 16. Below
// 2^256 only. There are bits for every lane.
void AddWhere(ByteSpan bits, std::span<const ScalarLanes> more, std::span<ScalarLanes> sum);

// Scalars as they are sent: 32 bytes big endian each, every one below q.
class EncodedScalars {
 public:
  explicit EncodedScalars(std::size_t count = 0) : bytes_(32 * count) {}
  // kMalformed unless whole scalars, kBadScalar for a value of q or more. In time that depends on the values,
  // which are a message.
  static Result<EncodedScalars> Parse(ByteSpan bytes);

  std::size_t size() const { return bytes_.size() / 32; }
  ByteSpan bytes() const { return bytes_; }
  Scalar At(std::size_t i) const;
  void Set(std::size_t i, const Scalar& value);
  // Sixteen of them, from the first on and each step after the one before; set ones are below q.
  void GetLanesAt(std::size_t first, std::size_t step, ScalarLanes& lanes) const;
  void SetLanesAt(std::size_t first, std::size_t step, const ScalarLanes& lanes);

 private:
  Bytes bytes_;
};

}  // namespace passport::curve
