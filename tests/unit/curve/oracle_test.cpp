// Everything about points against libsecp256k1, which the programs do not use: random values, and those where
// algorithms have their special cases.
#include <gtest/gtest.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <vector>

#include "trusted/curve/ecdsa.h"
#include "trusted/curve/glv.h"

namespace passport::curve::oracle {
namespace {

// The same operations by the library. The identity is an empty string, a point its encoding.
class Oracle {
 public:
  Oracle() : context_(secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)) {}
  ~Oracle() { secp256k1_context_destroy(context_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  std::string MulBase(const Scalar& k) const {
    secp256k1_pubkey key;
    return secp256k1_ec_pubkey_create(context_, &key, k.Encode().data()) == 1 ? Text(key) : "";
  }
  std::string Mul(const Scalar& k, const Point& p) const {
    secp256k1_pubkey key;
    if (!Parse(p.Encode(), &key) || secp256k1_ec_pubkey_tweak_mul(context_, &key, k.Encode().data()) == 0) {
      return "";
    }
    return Text(key);
  }
  std::string Sum(std::span<const Point> points) const {
    std::vector<secp256k1_pubkey> keys(points.size());
    std::vector<const secp256k1_pubkey*> addresses;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!Parse(points[i].Encode(), &keys[i])) return "unparsed";
      addresses.push_back(&keys[i]);
    }
    secp256k1_pubkey sum;
    return secp256k1_ec_pubkey_combine(context_, &sum, addresses.data(), addresses.size()) == 1 ? Text(sum)
                                                                                                : "";
  }
  bool Parses(ByteSpan bytes) const {
    secp256k1_pubkey key;
    return Parse(bytes, &key);
  }
  std::string Uncompressed(ByteSpan bytes) const {
    secp256k1_pubkey key;
    ByteArray<65> out{};
    std::size_t size = out.size();
    if (!Parse(bytes, &key)) return "";
    secp256k1_ec_pubkey_serialize(context_, out.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    return ToHex(out).substr(2);
  }
  EcdsaSignature Sign(const Scalar& key, const Digest& digest) const {
    secp256k1_ecdsa_recoverable_signature signature;
    ByteArray<64> bytes{};
    int id = 0;
    EXPECT_EQ(secp256k1_ecdsa_sign_recoverable(context_, &signature, digest.bytes.data(), key.Encode().data(),
                                               nullptr, nullptr),
              1);
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context_, bytes.data(), &id, &signature);
    const ByteSpan both(bytes);
    return {Scalar::Parse(both.first(32)).value(), Scalar::Parse(both.last(32)).value(),
            static_cast<std::uint8_t>(id)};
  }
  bool Verify(const Point& point, const Digest& digest, const EcdsaSignature& signature) const {
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature parsed;
    return Parse(point.Encode(), &key) &&
           secp256k1_ecdsa_signature_parse_compact(context_, &parsed, Compact(signature).data()) == 1 &&
           secp256k1_ecdsa_verify(context_, &parsed, digest.bytes.data(), &key) == 1;
  }
  std::string Recover(const Digest& digest, const EcdsaSignature& signature) const {
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context_, &parsed, Compact(signature).data(),
                                                            signature.recovery_id) == 0 ||
        secp256k1_ecdsa_recover(context_, &key, &parsed, digest.bytes.data()) == 0) {
      return "";
    }
    return Text(key);
  }

 private:
  static ByteArray<64> Compact(const EcdsaSignature& signature) {
    ByteArray<64> out;
    const ByteArray<32> r = signature.r.Encode(), s = signature.s.Encode();
    std::copy(r.begin(), r.end(), out.begin());
    std::copy(s.begin(), s.end(), out.begin() + 32);
    return out;
  }
  bool Parse(ByteSpan bytes, secp256k1_pubkey* key) const {
    return secp256k1_ec_pubkey_parse(context_, key, bytes.data(), bytes.size()) == 1;
  }
  std::string Text(const secp256k1_pubkey& key) const {
    ByteArray<33> out{};
    std::size_t size = out.size();
    secp256k1_ec_pubkey_serialize(context_, out.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    return ToHex(out);
  }
  secp256k1_context* context_;
};

std::string Text(const std::optional<Point>& point) { return point ? ToHex(point->Encode()) : ""; }

// Zero, the ends, the middle, what the halves are cut at, multiples of lambda, and random ones.
std::vector<Scalar> Scalars(std::size_t random) {
  const Scalar one = Scalar::FromU64(1);
  const Scalar half = Scalar::FromU64(2).Invert();
  const Scalar two_to_128(0, 1, 0, 0);
  std::vector<Scalar> out;
  for (const Scalar& around : {Scalar(), half, kLambda, kLambda * kLambda, two_to_128, two_to_128 * half,
                               kLambda * half, two_to_128 * kLambda, kLambda * Scalar::FromU64(15)}) {
    for (std::uint64_t i = 0; i < 3; ++i) {
      out.push_back(around + Scalar::FromU64(i));
      out.push_back(around - Scalar::FromU64(i) - one);
    }
  }
  crypto::SeededRng rng(3);
  for (std::size_t i = 0; i < random; ++i) out.push_back(Scalar::Random(rng));
  for (std::uint64_t i = 3; i < 20; ++i) out.push_back(Scalar::FromU64(i));
  return out;
}

Digest MakeDigest(std::uint8_t byte) {
  Digest digest;
  digest.bytes.fill(byte);
  return digest;
}

TEST(Oracle, EveryMultiplication) {
  const Oracle oracle;
  Point p = *MulBase(Scalar::FromU64(1));
  for (const Scalar& k : Scalars(60)) {
    const std::string expected = oracle.Mul(k, p);
    EXPECT_EQ(Text(MulBase(k)), oracle.MulBase(k)) << ToHex(k.Encode());
    EXPECT_EQ(Text(Mul(k, p)), expected) << ToHex(k.Encode());
    EXPECT_EQ(Text(MulVar(k, p)), expected) << ToHex(k.Encode());
    EXPECT_EQ(Text(LazyMul(k, LazyPoint(p) + LazyPoint(p)).Reduce()), oracle.Mul(k + k, p));
    if (const std::optional<Point> next = MulBase(k * k + kLambda)) p = *next;
  }
}

// base G + k P where the two meet: P a multiple of G, so that sums cancel or coincide half way.
TEST(Oracle, MulSumVar) {
  const Oracle oracle;
  for (const Scalar& x :
       {Scalar::FromU64(1), Scalar::FromU64(1).Negate(), kLambda, Scalar::FromU64(2).Invert()}) {
    const Point p = *MulBase(x);
    for (const Scalar& k : Scalars(6)) {
      for (const Scalar& base : {Scalar(), k, k.Negate(), k * x, (k * x).Negate(), Scalar::FromU64(1)}) {
        EXPECT_EQ(Text(LazyMulSumVar(base, k, p).Reduce()), oracle.MulBase(base + k * x));
      }
    }
  }
}

TEST(Oracle, LazySums) {
  const Oracle oracle;
  std::vector<Point> points;
  std::vector<LazyPoint> sums;
  std::vector<std::string> expected;
  for (const Scalar& k : {Scalar::FromU64(1), Scalar::FromU64(2), kLambda, kLambda.Negate(),
                          Scalar::FromU64(1).Negate(), kLambda * kLambda}) {
    points.push_back(*MulBase(k));
  }
  for (const Point& a : points) {
    for (const Point& b : points) {
      const Point both[] = {a, b};
      const Point difference[] = {a, b.Negate()};
      EXPECT_EQ(Text(Sum(both)), oracle.Sum(both));
      EXPECT_EQ(Text(Add(a, b)), oracle.Sum(both));
      EXPECT_EQ(LazyPoint(a) == LazyPoint(b), a == b);
      EXPECT_EQ(LazyPoint(a) == LazyPoint(), false);
      sums.push_back(LazyPoint(a) + LazyPoint(b));
      expected.push_back(oracle.Sum(both));
      sums.push_back(LazyPoint(a) - LazyPoint(b));
      expected.push_back(oracle.Sum(difference));
      sums.push_back(sums.back() + (LazyPoint(b) - LazyPoint(a)));
      expected.push_back("");
    }
  }
  const auto reduced = LazyPoint::ReduceAll(sums);
  ASSERT_EQ(reduced.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(Text(reduced[i]), expected[i]) << i;
  EXPECT_TRUE(LazyPoint() == LazyPoint(std::optional<Point>()));
  EXPECT_TRUE(LazyPoint::ReduceAll({}).empty());
}

TEST(Oracle, ParsingOfAnyX) {
  const Oracle oracle;
  crypto::SeededRng rng(4);
  std::size_t points = 0;
  for (int i = 0; i < 150; ++i) {
    ByteArray<33> bytes = rng.Array<33>();
    bytes[0] = static_cast<std::uint8_t>(bytes[0] % 4 + 1);
    if (i % 10 == 0) std::fill(bytes.begin() + 1, bytes.end() - 4, std::uint8_t{0xff});  // near p and above
    const Result<Point> point = Point::Parse(bytes);
    ASSERT_EQ(point.ok(), oracle.Parses(bytes)) << ToHex(bytes);
    const ByteArray<33> good = MulBase(Scalar::FromU64(static_cast<std::uint64_t>(i) + 1))->Encode();
    EXPECT_EQ(Point::ParsePair(good, bytes).ok(), point.ok());
    EXPECT_EQ(Point::ParsePair(bytes, good).ok(), point.ok());
    if (!point.ok()) continue;
    ++points;
    EXPECT_EQ(ToHex(point.value().Encode()), ToHex(bytes));
    EXPECT_EQ(ToHex(point.value().EncodeXY()), oracle.Uncompressed(bytes));
    EXPECT_EQ(Text(Point::ParsePair(bytes, good).value()[0]), ToHex(bytes));
    EXPECT_EQ(Text(Point::ParsePair(good, bytes).value()[1]), ToHex(bytes));
    EXPECT_EQ(Text(Point::Select(0, point.value(), point.value().Negate())), ToHex(bytes));
    EXPECT_EQ(Text(Point::Select(1, point.value().Negate(), point.value())), ToHex(bytes));
  }
  EXPECT_GT(points, 20u);
}

TEST(Oracle, SignaturesAndWhatIsChangedInThem) {
  const Oracle oracle;
  const Scalar one = Scalar::FromU64(1);
  std::uint8_t number = 0;
  for (const Scalar& k : Scalars(10)) {
    if (k.IsZero()) continue;
    const Point key = *MulBase(k);
    const Digest digest = MakeDigest(number++);
    const EcdsaSignature good = oracle.Sign(k, digest);
    EXPECT_TRUE(VerifyEcdsa(key, digest, good));
    EXPECT_EQ(Text(RecoverEcdsa(digest, good).value()), Text(key));
    for (const EcdsaSignature& changed : {EcdsaSignature{good.r + one, good.s, good.recovery_id},
                                          {good.r, good.s + one, good.recovery_id},
                                          {good.r, good.s.Negate(), good.recovery_id},
                                          {good.s, good.r, 1},
                                          {one, one, 0},
                                          {one, one, 2}}) {
      EXPECT_EQ(VerifyEcdsa(key, digest, changed), oracle.Verify(key, digest, changed));
      EXPECT_FALSE(VerifyEcdsa(key, digest, changed));
      if (changed.s.IsHigh()) continue;  // recovery of the library takes it
      const Result<Point> recovered = RecoverEcdsa(digest, changed);
      EXPECT_EQ(recovered.ok() ? Text(recovered.value()) : "", oracle.Recover(digest, changed));
    }
  }
}

// Keys made to fit a signature whose r has a second x: what recovery gives must verify, both ways and by
// both.
TEST(Oracle, AnRWithASecondXIsVerifiedAndRecovered) {
  const Oracle oracle;
  std::size_t found = 0;
  for (std::uint64_t r = 1; r < 40; ++r) {
    for (std::uint8_t id = 0; id < 4; ++id) {
      const EcdsaSignature signature{Scalar::FromU64(r), Scalar::FromU64(r + 5), id};
      const Result<Point> key = RecoverEcdsa(MakeDigest(9), signature);
      ASSERT_EQ(key.ok() ? Text(key.value()) : "", oracle.Recover(MakeDigest(9), signature))
          << r << " " << id;
      if (!key.ok()) continue;
      EXPECT_TRUE(VerifyEcdsa(key.value(), MakeDigest(9), signature)) << r << " " << id;
      found += id >> 1;
    }
  }
  EXPECT_GT(found, 10u);
}

// The sum u1 G + u2 Q is the identity for Q = -(m / r) G, whatever s is.
TEST(Oracle, ASignatureWhoseNonceWouldBeTheIdentityIsRefused) {
  const Oracle oracle;
  const Digest digest = MakeDigest(3);
  const EcdsaSignature signature{Scalar::FromU64(5), Scalar::FromU64(6), 0};
  const Point key = *MulBase((DigestToScalar(digest) * signature.r.Invert()).Negate());
  EXPECT_FALSE(oracle.Verify(key, digest, signature));
  EXPECT_FALSE(VerifyEcdsa(key, digest, signature));
}

}  // namespace
}  // namespace passport::curve::oracle
