// What is timed, and on which two classes of inputs: one fixed value that a leak would treat as special, or
// random ones.
#include <memory>

#include "tests/ct/target.h"
#include "tests/ct/timing.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"
#include "trusted/curve/point.h"
#include "trusted/ot/pprf.h"
#include "trusted/ote/extension.h"

namespace passport::ct {

using curve::Scalar;

void Keep(const void* data) { __asm__ volatile("" : : "r"(data) : "memory"); }

namespace {

// Every operation gets the same number of calls as the canaries beside it, as far as its own cost allows.
constexpr std::size_t kCheap = 100'000;
constexpr std::size_t kDear = 10'000;

// The input of the next call: a fixed value for class 0, a random one for class 1. Both classes draw, so that
// preparing takes the same way.
template <std::size_t N>
struct Input {
  explicit Input(const ByteArray<N>& of_class_0) : fixed(of_class_0) {}
  void Prepare(int of_class) {
    const ByteArray<N> drawn = rng.Array<N>();
    const auto mask = static_cast<std::uint8_t>(crypto::MaskFromBit(static_cast<std::uint64_t>(of_class)));
    for (std::size_t i = 0; i < N; ++i) {
      value[i] = static_cast<std::uint8_t>(fixed[i] ^ (mask & (fixed[i] ^ drawn[i])));
    }
  }
  crypto::SeededRng rng{1};
  ByteArray<N> fixed;
  ByteArray<N> value{};
};

template <std::size_t N, class Call>
Timed Make(std::string_view name, std::size_t calls, const ByteArray<N>& fixed, Call call) {
  auto input = std::make_shared<Input<N>>(fixed);
  return {name, calls, [input](int of_class) { input->Prepare(of_class); },
          [input, call] { call(input->value); }};
}

// A scalar with few bits, as a variable-time ladder or window would like it.
constexpr ByteArray<48> SmallScalar() {
  ByteArray<48> out{};
  out[47] = 3;
  return out;
}

// The canaries: one that stops at the first difference, one that adds where a bit is set.
Timed CompareCanary() {
  Timed timed = Make("canary-compare", kCheap, ByteArray<32>{}, [](const ByteArray<32>& value) {
    static constexpr ByteArray<32> kExpected{};
    bool equal = true;
    for (std::size_t i = 0; i < value.size() && equal; ++i) equal = value[i] == kExpected[i];
    Keep(&equal);
  });
  timed.is_canary = true;
  return timed;
}

Timed LadderCanary() {
  Timed timed = Make("canary-ladder", kDear, SmallScalar(), [](const ByteArray<48>& value) {
    Scalar out = Scalar::FromU64(1);
    const Scalar base = Scalar::FromU64(7);
    for (const std::uint8_t byte : value) {
      for (int bit = 0; bit < 8; ++bit) {
        out = out * out;
        if (((byte >> bit) & 1) != 0) out = out * base;
      }
    }
    Keep(&out);
  });
  timed.is_canary = true;
  return timed;
}

Timed Compare() {
  static constexpr ByteArray<32> kExpected{};
  return Make("compare", kCheap, kExpected, [](const ByteArray<32>& value) {
    const bool equal = crypto::EqualCt(value, kExpected);
    Keep(&equal);
  });
}

Timed ScalarMultiply() {
  return Make("scalar-multiply", kCheap, SmallScalar(), [](const ByteArray<48>& value) {
    const Scalar a = Scalar::ReduceWide(value);
    const Scalar out = a * a + a;
    Keep(&out);
  });
}

Timed ScalarInvert() {
  return Make("scalar-inverse", kDear, SmallScalar(), [](const ByteArray<48>& value) {
    const Scalar out = Scalar::ReduceWide(value).Invert();
    Keep(&out);
  });
}

Timed MultiplyBase() {
  return Make("mul-base", kDear, SmallScalar(), [](const ByteArray<48>& value) {
    const auto out = curve::MulBase(Scalar::ReduceWide(value));
    Keep(&out);
  });
}

Timed Multiply() {
  const curve::Point point = *curve::MulBase(Scalar::FromU64(7));
  return Make("mul", kDear, SmallScalar(), [point](const ByteArray<48>& value) {
    const auto out = curve::Mul(Scalar::ReduceWide(value), point);
    Keep(&out);
  });
}

// Eight at once, of one class: with AVX-512 IFMA, which Valgrind cannot run. So are the four of MultiplyAll.
Timed MultiplyBaseAll() {
  return Make("mul-base-all", kDear, SmallScalar(), [](const ByteArray<48>& value) {
    std::vector<curve::SecretScalar> scalars(8);
    for (auto& scalar : scalars) scalar = curve::SecretScalar(Scalar::ReduceWide(value));
    const auto out = curve::LazyMulBaseAll(scalars);
    Keep(out.data());
  });
}

Timed MultiplyAll() {
  const std::vector<curve::LazyPoint> points(4, curve::LazyMulBase(Scalar::FromU64(7)));
  return Make("mul-all", kDear, SmallScalar(), [points](const ByteArray<48>& value) {
    std::vector<curve::SecretScalar> scalars(points.size());
    for (auto& scalar : scalars) scalar = curve::SecretScalar(Scalar::ReduceWide(value));
    const auto out = curve::LazyMulAll(scalars, points);
    Keep(out.data());
  });
}

Timed HashToCurve() {
  return Make("hash-to-curve", kDear, ByteArray<32>{}, [](const ByteArray<32>& value) {
    const curve::Point out = curve::HashToCurve(value, "DKLS23-v1-test");
    Keep(&out);
  });
}

Timed Sha256() {
  return Make("sha256", kCheap, ByteArray<64>{}, [](const ByteArray<64>& value) {
    const Hash32 out = crypto::HashSha256(value);
    Keep(&out);
  });
}

// Alice's scan of a setup's trees with choices of one class. The pads fit no tree: the scan goes to its end
// before the verdict, which is the same for both classes.
Timed PprfScan() {
  return Make("pprf-scan", kDear / 10, ByteArray<ot::kBaseOts / 8>{}, [](const auto& choices) {
    static const ot::PprfMessage kMessage{};
    const auto out =
        ot::EvaluatePprf(Hash32{}, ot::ChosenPads{}, ot::ChoiceBits(choices), kMessage, PartyIndex{1});
    Keep(&out);
  });
}

// Alice's half of an extension with a Delta of one class, likewise. This is the only look at code that
// Valgrind cannot run.
Timed ExtensionSender() {
  return Make("ot-extension-sender", kDear / 10, ot::Delta{}, [](const ot::Delta& delta) {
    static const ote::ExtensionMessage kMessage{};
    const ot::SenderSeeds seeds{crypto::HeapSecret<ot::SeedTable>{}, crypto::Secret<ot::Delta>(delta)};
    const auto out = ote::RunSender(seeds, Hash32{}, kMessage, PartyIndex{2});
    Keep(&out);
  });
}

// Bob's half, with seeds of one class in every leaf.
Timed ExtensionReceiver() {
  return Make("ot-extension-receiver", kDear / 10, ot::Seed{}, [](const ot::Seed& seed) {
    crypto::HeapSecret<ot::SeedTable> table;
    for (auto& tree : table.ExposeMutable()) tree.fill(seed);
    const ote::Columns out = ote::ReceiverColumns(ot::ReceiverSeeds(std::move(table)), Hash32{}, Hash32{});
    Keep(&out);
  });
}

}  // namespace

std::vector<Timed> TimedOperations() {
  return {CompareCanary(), LadderCanary(), Compare(),         Sha256(),           ScalarMultiply(),
          ScalarInvert(),  MultiplyBase(), MultiplyBaseAll(), Multiply(),         MultiplyAll(),
          HashToCurve(),   PprfScan(),     ExtensionSender(), ExtensionReceiver()};
}

}  // namespace passport::ct
