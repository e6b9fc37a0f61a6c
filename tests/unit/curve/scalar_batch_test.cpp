// Batches of scalars against the operations on single ones, on every path that this processor has.
#include "trusted/curve/scalar_batch.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace passport::curve {
namespace {

using Vector = std::vector<ScalarLanes>;

Bytes BigEndian(std::uint64_t high_fill, std::uint64_t low) {
  Bytes bytes(32, static_cast<std::uint8_t>(high_fill));
  for (std::size_t i = 0; i < 8; ++i) bytes[31 - i] = static_cast<std::uint8_t>(low >> (8 * i));
  return bytes;
}

const Bytes kOrderBytes =
    ParseHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();

// Random integers below 2^256, with 0, q - 1, q, 2^256 - 1 and values of all ones or zeros in their limbs
// among them.
Vector RandomVector(crypto::Rng& rng, std::size_t size) {
  Vector vector;
  for (std::size_t g = 0; g < size; ++g) {
    Bytes bytes(32 * kLanes);
    rng.Fill(bytes);
    const auto put = [&](std::size_t lane, const Bytes& value) {
      std::copy(value.begin(), value.end(), bytes.begin() + static_cast<std::ptrdiff_t>(32 * lane));
    };
    Bytes less = kOrderBytes;
    less[31] -= 1;
    put((g + 1) % kLanes, Bytes(32, 0));
    put((2 * g + 3) % kLanes, Bytes(32, 0xff));
    put((3 * g + 6) % kLanes, kOrderBytes);
    put((5 * g + 11) % kLanes, less);
    put((7 * g + 13) % kLanes, BigEndian(0xff, 1));
    LoadLanes(vector.emplace_back(), bytes.data(), 32);
  }
  return vector;
}

Scalar ValueAt(const Vector& vector, std::size_t i) { return LaneValue(vector[i / kLanes], i % kLanes); }

// Whether a lane is exactly the encoding of a scalar, not only congruent to it.
void ExpectReduced(const Vector& vector, std::size_t i, const Scalar& expected) {
  EXPECT_EQ(crypto::LaneDigest(vector[i / kLanes], i % kLanes), expected.Encode()) << i;
}

template <class Body>
void ForEachBatch(Body body) {
  for (const auto& path : kBatchPaths) {
    if (path.Runs()) {
      SCOPED_TRACE(path.name);
      body(*path.function);
    } else {
      std::printf("not tested: this processor does not have %s\n", path.name);
    }
  }
}

TEST(ScalarBatch, DotProduct_IsTheSumOfTheProducts) {
  crypto::SeededRng rng(1);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{26}, kLaneVectorMax}) {
    const Vector a = RandomVector(rng, size);
    const Vector b = RandomVector(rng, size);
    Scalar expected;
    for (std::size_t i = 0; i < kLanes * size; ++i) expected = expected + ValueAt(a, i) * ValueAt(b, i);
    ForEachBatch([&](const BatchFunctions& batch) {
      EXPECT_TRUE(batch.dot_product(a, b).EqualsPublic(expected)) << size;
    });
    EXPECT_TRUE(DotProduct(a, b).EqualsPublic(expected));
  }
}

TEST(ScalarBatch, DotProduct_OfTheLongestVectorOfLargestValuesDoesNotOverflow) {
  ScalarLanes ones;
  for (auto& word : ones.word) std::fill_n(word, kLanes, ~std::uint32_t{0});
  const Vector a(kLaneVectorMax, ones);
  Scalar expected;
  for (std::size_t i = 0; i < kLanes * a.size(); ++i) expected = expected + ValueAt(a, i) * ValueAt(a, i);
  ForEachBatch(
      [&](const BatchFunctions& batch) { EXPECT_TRUE(batch.dot_product(a, a).EqualsPublic(expected)); });
}

TEST(ScalarBatch, SubtractAndAdd_GivesReducedDifferences) {
  crypto::SeededRng rng(2);
  const Vector a = RandomVector(rng, 26);
  const Vector b = RandomVector(rng, 26);
  for (const Scalar& offset : {Scalar::Random(rng), Scalar(), Scalar::FromU64(1).Negate()}) {
    ForEachBatch([&](const BatchFunctions& batch) {
      Vector out(26);
      batch.subtract_and_add(a, b, offset, out);
      for (std::size_t i = 0; i < kLanes * 26; ++i) {
        ExpectReduced(out, i, ValueAt(a, i) - ValueAt(b, i) + offset);
      }
    });
  }
}

TEST(ScalarBatch, Combine_GivesReducedWeightedSums) {
  crypto::SeededRng rng(3);
  const Vector a0 = RandomVector(rng, 26);
  const Vector a1 = RandomVector(rng, 26);
  const Vector a2 = RandomVector(rng, 26);
  const Scalar largest = Scalar::FromU64(1).Negate();
  const std::array<std::array<Scalar, 2>, 4> weights = {{{Scalar::Random(rng), Scalar::Random(rng)},
                                                         {Scalar(), Scalar()},
                                                         {Scalar::FromU64(1), Scalar()},
                                                         {largest, largest}}};
  for (const auto& weight : weights) {
    ForEachBatch([&](const BatchFunctions& batch) {
      Vector out = a2;
      batch.combine(weight, a0, a1, out, out);
      for (std::size_t i = 0; i < kLanes * 26; ++i) {
        ExpectReduced(out, i, weight[0] * ValueAt(a0, i) + weight[1] * ValueAt(a1, i) + ValueAt(a2, i));
      }
    });
  }
}

TEST(ScalarBatch, AddWhere_AddsWhereTheBitIsSet) {
  crypto::SeededRng rng(4);
  const Vector start = RandomVector(rng, 26);
  Vector more = RandomVector(rng, 26);
  for (ScalarLanes& lanes : more) {  // what is added is below q
    EncodedScalars reduced(kLanes);
    for (std::size_t i = 0; i < kLanes; ++i) reduced.Set(i, LaneValue(lanes, i));
    reduced.GetLanesAt(0, 1, lanes);
  }
  Bytes bits(52);
  rng.Fill(bits);
  ForEachBatch([&](const BatchFunctions& batch) {
    Vector sum = start;
    batch.add_where(bits.data(), more, sum);
    for (std::size_t i = 0; i < kLanes * 26; ++i) {
      const bool set = ((bits[i / 8] >> (i % 8)) & 1) != 0;
      const Scalar expected = set ? ValueAt(start, i) + ValueAt(more, i) : ValueAt(start, i);
      EXPECT_TRUE(ValueAt(sum, i).EqualsPublic(expected)) << i;
    }
  });
}

TEST(ScalarBatch, LanesAreLoadedAndStoredAtAnyStride) {
  crypto::SeededRng rng(6);
  Bytes bytes(33 * kLanes);
  rng.Fill(bytes);
  ForEachBatch([&](const BatchFunctions& batch) {
    ScalarLanes lanes;
    batch.load_lanes(lanes, bytes.data(), 33);
    Bytes stored = bytes;
    batch.store_lanes(lanes, stored.data(), 33);
    EXPECT_EQ(stored, bytes);
    for (std::size_t i = 0; i < kLanes; ++i) {
      const ByteArray<32> digest = crypto::LaneDigest(lanes, i);
      EXPECT_EQ(ToHex(digest), ToHex(ByteSpan(bytes).subspan(33 * i, 32))) << i;
    }
    Bytes elsewhere(32 * kLanes);
    batch.store_lanes(lanes, elsewhere.data(), 32);
    EXPECT_EQ(ToHex(ByteSpan(elsewhere).subspan(32 * 9, 32)), ToHex(crypto::LaneDigest(lanes, 9)));
  });
}

TEST(EncodedScalars, RefuseValuesFromQUpAndPartsOfOne) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{16}}) {
    Bytes bytes(32 * 17);
    std::copy(kOrderBytes.begin(), kOrderBytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(32 * at));
    EXPECT_EQ(EncodedScalars::Parse(bytes).error(), Status::kBadScalar);
    bytes[32 * at + 31] -= 1;
    EXPECT_TRUE(EncodedScalars::Parse(bytes).ok());
    EXPECT_EQ(ToHex(EncodedScalars::Parse(bytes).value().bytes()), ToHex(bytes));
  }
  EXPECT_EQ(EncodedScalars::Parse(Bytes(32, 0xff)).error(), Status::kBadScalar);
  EXPECT_EQ(EncodedScalars::Parse(Bytes(33)).error(), Status::kMalformed);
}

TEST(EncodedScalars, LanesAreEveryThirdOfThem) {
  crypto::SeededRng rng(5);
  EncodedScalars scalars(100);
  for (std::size_t i = 0; i < scalars.size(); ++i) scalars.Set(i, Scalar::Random(rng));
  ScalarLanes lanes;
  scalars.GetLanesAt(7, 3, lanes);
  for (std::size_t i = 0; i < kLanes; ++i) {
    EXPECT_TRUE(LaneValue(lanes, i).EqualsPublic(scalars.At(7 + 3 * i))) << i;
  }
  EncodedScalars copy(100);
  copy.SetLanesAt(7, 3, lanes);
  for (std::size_t i = 0; i < copy.size(); ++i) {
    const bool taken = i >= 7 && (i - 7) % 3 == 0 && (i - 7) / 3 < kLanes;
    EXPECT_TRUE(copy.At(i).EqualsPublic(taken ? scalars.At(i) : Scalar())) << i;
  }
}

}  // namespace
}  // namespace passport::curve
