#include "trusted/curve/scalar_batch.h"

#include <algorithm>
#include <cstring>

namespace passport::curve {
namespace {

const BatchFunctions& Functions() {
  static const BatchFunctions* const functions = crypto::Fastest(kBatchPaths);
  return *functions;
}

// The portable functions: scalar by scalar, with one reduction for a product of sixteen.
using SixteenScalars = crypto::Secret<std::array<Scalar, kLanes>>;

SixteenScalars Values(const ScalarLanes& lanes) {
  SixteenScalars out;
  for (std::size_t i = 0; i < kLanes; ++i) out.ExposeMutable()[i] = LaneValue(lanes, i);
  return out;
}

void SetLane(ScalarLanes& lanes, std::size_t lane, const Scalar& value) {
  for (std::size_t k = 0; k < 4; ++k) {
    lanes.word[7 - 2 * k][lane] = static_cast<std::uint32_t>(value.limbs()[k]);
    lanes.word[6 - 2 * k][lane] = static_cast<std::uint32_t>(value.limbs()[k] >> 32);
  }
}

void LoadLanesPortable(ScalarLanes& lanes, const std::uint8_t* bytes, std::size_t stride) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    for (std::size_t k = 0; k < 8; ++k) {
      std::uint32_t word;
      std::memcpy(&word, bytes + stride * i + 4 * k, sizeof word);
      lanes.word[k][i] = __builtin_bswap32(word);
    }
  }
}

void StoreLanesPortable(const ScalarLanes& lanes, std::uint8_t* bytes, std::size_t stride) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    for (std::size_t k = 0; k < 8; ++k) {
      const std::uint32_t word = __builtin_bswap32(lanes.word[k][i]);
      std::memcpy(bytes + stride * i + 4 * k, &word, sizeof word);
    }
  }
}

Scalar DotProductPortable(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b) {
  Scalar sum;
  for (std::size_t g = 0; g < a.size(); ++g) {
    sum = sum + InnerProduct(Values(a[g]).Expose(), Values(b[g]).Expose());
  }
  return sum;
}

void SubtractAndAddPortable(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b,
                            const Scalar& offset, std::span<ScalarLanes> out) {
  for (std::size_t g = 0; g < a.size(); ++g) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      SetLane(out[g], i, LaneValue(a[g], i) - LaneValue(b[g], i) + offset);
    }
  }
}

void CombinePortable(const std::array<Scalar, 2>& weights, std::span<const ScalarLanes> a0,
                     std::span<const ScalarLanes> a1, std::span<const ScalarLanes> a2,
                     std::span<ScalarLanes> out) {
  for (std::size_t g = 0; g < a0.size(); ++g) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::array<Scalar, 2> values = {LaneValue(a0[g], i), LaneValue(a1[g], i)};
      SetLane(out[g], i, LaneValue(a2[g], i) + InnerProduct(weights, values));
    }
  }
}

void AddWherePortable(const std::uint8_t* bits, std::span<const ScalarLanes> more,
                      std::span<ScalarLanes> sum) {
  for (std::size_t g = 0; g < sum.size(); ++g) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint64_t bit = (bits[2 * g + i / 8] >> (i % 8)) & 1;
      const Scalar term = Scalar::Select(bit, Scalar(), LaneValue(more[g], i));
      SetLane(sum[g], i, LaneValue(sum[g], i) + term);
    }
  }
}

}  // namespace

const BatchFunctions kBatchPortable = {LoadLanesPortable,      StoreLanesPortable, DotProductPortable,
                                       SubtractAndAddPortable, CombinePortable,    AddWherePortable};

void LoadLanes(ScalarLanes& lanes, const std::uint8_t* bytes, std::size_t stride) {
  Functions().load_lanes(lanes, bytes, stride);
}

void StoreLanes(const ScalarLanes& lanes, std::uint8_t* bytes, std::size_t stride) {
  Functions().store_lanes(lanes, bytes, stride);
}

ScalarLanes Broadcast(const Scalar& value) {
  ScalarLanes lanes;
  for (std::size_t i = 0; i < kLanes; ++i) SetLane(lanes, i, value);
  return lanes;
}

Scalar LaneValue(const ScalarLanes& lanes, std::size_t lane) {
  return Scalar::Reduce(crypto::LaneDigest(lanes, lane));
}

Scalar DotProduct(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b) {
  PASSPORT_CHECK(a.size() == b.size() && a.size() <= kLaneVectorMax);
  return Functions().dot_product(a, b);
}

void SubtractAndAdd(std::span<const ScalarLanes> a, std::span<const ScalarLanes> b, const Scalar& offset,
                    std::span<ScalarLanes> out) {
  PASSPORT_CHECK(a.size() == b.size() && a.size() == out.size());
  Functions().subtract_and_add(a, b, offset, out);
}

void Combine(const std::array<Scalar, 2>& weights, std::span<const ScalarLanes> a0,
             std::span<const ScalarLanes> a1, std::span<const ScalarLanes> a2, std::span<ScalarLanes> out) {
  PASSPORT_CHECK(a0.size() == a1.size() && a0.size() == a2.size() && a0.size() == out.size());
  Functions().combine(weights, a0, a1, a2, out);
}

void AddWhere(ByteSpan bits, std::span<const ScalarLanes> more, std::span<ScalarLanes> sum) {
  PASSPORT_CHECK(more.size() == sum.size() && bits.size() >= kLanes / 8 * sum.size());
  Functions().add_where(bits.data(), more, sum);
}

Result<EncodedScalars> EncodedScalars::Parse(ByteSpan bytes) {
  if (bytes.size() % 32 != 0) return Fail(Status::kMalformed);
  // q begins with 127 ones: nearly every value is below it by its first eight bytes alone.
  for (std::size_t at = 0; at < bytes.size(); at += 32) {
    std::uint64_t first;
    std::memcpy(&first, bytes.data() + at, sizeof first);
    if (first == ~std::uint64_t{0} && !Scalar::Parse(bytes.subspan(at, 32)).ok()) {
      return Fail(Status::kBadScalar);
    }
  }
  EncodedScalars out;
  out.bytes_ = ToBytes(bytes);
  return out;
}

Scalar EncodedScalars::At(std::size_t i) const {
  PASSPORT_CHECK(i < size());
  return Scalar::Parse(bytes().subspan(32 * i, 32)).value();
}

void EncodedScalars::Set(std::size_t i, const Scalar& value) {
  PASSPORT_CHECK(i < size());
  const ByteArray<32> encoded = value.Encode();
  std::copy(encoded.begin(), encoded.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(32 * i));
}

void EncodedScalars::GetLanesAt(std::size_t first, std::size_t step, ScalarLanes& lanes) const {
  PASSPORT_CHECK(first + (kLanes - 1) * step < size());
  LoadLanes(lanes, bytes_.data() + 32 * first, 32 * step);
}

void EncodedScalars::SetLanesAt(std::size_t first, std::size_t step, const ScalarLanes& lanes) {
  PASSPORT_CHECK(first + (kLanes - 1) * step < size());
  StoreLanes(lanes, bytes_.data() + 32 * first, 32 * step);
}

}  // namespace passport::curve
