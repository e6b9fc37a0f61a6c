// Scalars, points, signatures of one key: what the protocols are made of.
#include <secp256k1.h>
#include <secp256k1_ecdh.h>

#include <cstring>
#include <memory>

#include "bench/micro/harness.h"
#include "trusted/curve/ecdsa.h"

namespace passport::bench {
namespace {

using curve::Point;
using curve::Scalar;

int CopyPoint(unsigned char* out, const unsigned char* x, const unsigned char* y, void*) {
  std::memcpy(out, x, 32);
  std::memcpy(out + 32, y, 32);
  return 1;
}

struct ContextDeleter {
  void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};

// The unit that costs are compared by, from the library itself.
struct Unit {
  Unit() {
    ByteArray<32> one{};
    one[31] = 3;
    PASSPORT_CHECK(secp256k1_ec_pubkey_create(context.get(), &point, one.data()) == 1);
    crypto::SystemRng rng;
    secret = Scalar::Random(rng).Encode();
  }
  void Run() {
    ByteArray<64> out;
    PASSPORT_CHECK(secp256k1_ecdh(context.get(), out.data(), &point, secret.data(), CopyPoint, nullptr) == 1);
    benchmark::DoNotOptimize(out);
  }
  std::unique_ptr<secp256k1_context, ContextDeleter> context{
      secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)};
  secp256k1_pubkey point;
  ByteArray<32> secret;
};

std::vector<curve::SecretScalar> Secrets(crypto::Rng& rng) {
  std::vector<curve::SecretScalar> out;
  for (int i = 0; i < 8; ++i) out.emplace_back(Scalar::Random(rng));
  return out;
}

struct Operands {
  Operands() {
    for (std::size_t i = 0; i < ot::kGadgetSize; ++i) {
      many_a.push_back(Scalar::Random(rng));
      many_b.push_back(Scalar::Random(rng));
    }
    // A signature (r, s) made from a known nonce: s = k^-1 (m + r d).
    const Scalar nonce = Scalar::Random(rng);
    signature.r = Scalar::Reduce(curve::MulBase(nonce)->X());
    signature.s = nonce.Invert() * (curve::DigestToScalar(digest) + signature.r * a);
    if (signature.s.IsHigh()) signature.s = signature.s.Negate();
  }
  crypto::SystemRng rng;
  Scalar a = Scalar::Random(rng), b = Scalar::Random(rng);
  std::vector<Scalar> many_a, many_b;
  Point key = *curve::MulBase(a);
  Scalar coin = Scalar::FromCoin(rng.Array<16>());
  std::vector<curve::SecretScalar> secrets = Secrets(rng);
  std::vector<curve::LazyPoint> lazy_four = std::vector(4, curve::LazyMulBase(a));
  std::vector<curve::LazyPoint> lazy = std::vector(16, curve::LazyMulBase(a) + curve::LazyMulBase(b));
  Digest digest = test::MakeDigest(7);
  curve::EcdsaSignature signature;
};

}  // namespace

void AddCurveRows() {
  AddRow<Unit>(kUnitRow, [](Unit& unit) { unit.Run(); });
  AddRow<Operands>("scalar_mul", [](Operands& o) { benchmark::DoNotOptimize(o.a = o.a * o.b); });
  AddRow<Operands>("scalar_invert", [](Operands& o) { benchmark::DoNotOptimize(o.a.Invert()); });
  AddRow<Operands>("scalar_invert_var", [](Operands& o) { benchmark::DoNotOptimize(o.a.InvertVar()); });
  AddRow<Operands>("inner_product_416",
                   [](Operands& o) { benchmark::DoNotOptimize(curve::InnerProduct(o.many_a, o.many_b)); });
  AddRow<Operands>("mul_base", [](Operands& o) { benchmark::DoNotOptimize(curve::MulBase(o.a)); });
  AddRow<Operands>("mul", [](Operands& o) { benchmark::DoNotOptimize(curve::Mul(o.b, o.key)); });
  AddRow<Operands>("mul_var", [](Operands& o) { benchmark::DoNotOptimize(curve::MulVar(o.b, o.key)); });
  AddRow<Operands>("mul_var_coin",
                   [](Operands& o) { benchmark::DoNotOptimize(curve::LazyMulVar(o.coin, o.key)); });
  AddRow<Operands>("mul_sum_var",
                   [](Operands& o) { benchmark::DoNotOptimize(curve::LazyMulSumVar(o.a, o.b, o.key)); });
  AddRow<Operands>("lazy_mul_base", [](Operands& o) { benchmark::DoNotOptimize(curve::LazyMulBase(o.a)); });
  for (const std::size_t count : {std::size_t{2}, std::size_t{4}, std::size_t{8}}) {
    AddRow<Operands>(("lazy_mul_base_" + std::to_string(count)).c_str(), [count](Operands& o) {
      benchmark::DoNotOptimize(curve::LazyMulBaseAll(std::span(o.secrets).first(count)));
    });
  }
  AddRow<Operands>("lazy_mul_4", [](Operands& o) {
    benchmark::DoNotOptimize(curve::LazyMulAll(std::span(o.secrets).first(4), o.lazy_four));
  });
  AddRow<Operands>("lazy_add",
                   [](Operands& o) { benchmark::DoNotOptimize(o.lazy[0] = o.lazy[0] + o.lazy[1]); });
  AddRow<Operands>("reduce_16",
                   [](Operands& o) { benchmark::DoNotOptimize(curve::LazyPoint::ReduceAll(o.lazy)); });
  AddRow<Operands>("point_parse",
                   [](Operands& o) { benchmark::DoNotOptimize(Point::Parse(o.key.Encode()).ok()); });
  AddRow<Operands>("point_parse_pair", [](Operands& o) {
    const ByteArray<33> bytes = o.key.Encode();
    benchmark::DoNotOptimize(Point::ParsePair(bytes, bytes).ok());
  });
  AddRow<Operands>("hash_to_curve", [](Operands& o) {
    benchmark::DoNotOptimize(curve::HashToCurve(o.digest.bytes, "bench"));
  });
  AddRow<Operands>("ecdsa_verify",
                   [](Operands& o) { PASSPORT_CHECK(curve::VerifyEcdsa(o.key, o.digest, o.signature)); });
}

}  // namespace passport::bench
