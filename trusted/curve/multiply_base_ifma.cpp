// Multiples of the generator with AVX-512 IFMA. A scalar is 43 digits of six bits, all odd: (2 n - 63) 64^w
// for n from 0 to 63. The windows of one scalar are spread over eight lanes, those of two over four each, and
// so on; the lanes of a scalar are added up at the end.
//
// Two sums over different windows below the last are neither the identity nor equal nor opposite as points:
// as integers they are below 2^252 in magnitude, and each is an odd multiple of 64^w for its lowest window w,
// so that they, their sum and their difference are not zero modulo q. All additions but the one of the last
// window are of this kind and need no special case.
#include <algorithm>
#include <cstring>

#include "trusted/crypto/secret.h"
#include "trusted/curve/multiply_ifma.h"

namespace passport::curve {
namespace {

using ifma::AffineLanes;
using ifma::Field;
using ifma::JacobianLanes;
using ifma::kPointLanes;
using ifma::Words;
using limbs::u64;

constexpr std::size_t kDigitBits = 6;
constexpr std::size_t kEntries = 32;  // the odd multiples from 1 to 63
constexpr std::size_t kLastWindow = 42;
constexpr std::size_t kWindowBlocks = 6;  // of eight

// Window 8 block + lane: word k of x, then of y, of (2 entry + 1) 64^window G.
struct BaseWindows {
  alignas(64) u64 word[kWindowBlocks][kEntries][8][kPointLanes];
};

void MakeWindow(const Affine& power, std::size_t window, BaseWindows& out) {
  const OddMultiples<kEntries> multiples(power);
  const FieldElement inverse = InvertVar(multiples.scale);
  for (std::size_t entry = 0; entry < kEntries; ++entry) {
    const Affine point = Scale(Jacobian(multiples.points[entry]), inverse);
    for (std::size_t k = 0; k < 4; ++k) {
      auto& words = out.word[window / kPointLanes][entry];
      words[k][window % kPointLanes] = point.x.words()[k];
      words[4 + k][window % kPointLanes] = point.y.words()[k];
    }
  }
}

// Made once, on first use, never changed; nothing secret.
const BaseWindows& Windows() {
  static const BaseWindows windows = [] {
    BaseWindows out{};
    Jacobian power(kGenerator);
    for (std::size_t window = 0; window <= kLastWindow; ++window) {
      MakeWindow(Scale(power, InvertVar(power.z)), window, out);
      for (std::size_t i = 0; i < kDigitBits; ++i) power = Double(power);
    }
    return out;
  }();
  return windows;
}

// The digits that the lanes have in each step. Lane i belongs to scalar i / width.
struct Digits {
  alignas(64) u64 n[kLastWindow + 1][kPointLanes];
};

// The six bits of b from 6 window on, where b is (k + 2^258 - 1) / 2: sum (2 n - 63) 64^w = 2 b - (2^258 -
// 1).
u64 DigitAt(const u64* b, std::size_t window) {
  const std::size_t bit = kDigitBits * window;
  u64 digit = b[bit / 64] >> (bit % 64);
  if (bit % 64 > 64 - kDigitBits && bit / 64 < 3) digit |= b[bit / 64 + 1] << (64 - bit % 64);
  return digit & (2 * kEntries - 1);
}

// The last row has the digit of the last window in every lane of a scalar.
template <std::size_t kWidth>
void Recode(std::span<const SecretScalar> k, Digits& out) {
  constexpr Scalar kHalf(0x7fffffffffffffff, 0xffffffffffffffff, 0x5d576e7357a4501d, 0xdfe92f46681b20a1);
  constexpr Scalar kOffset(0x8000000000000000, 1, 0xe7f9b4a5f9130fa6, 0x6044722cc7ae9e1e);
  for (std::size_t i = 0; i < k.size(); ++i) {
    const SecretScalar bits(k[i].Expose() * kHalf + kOffset);
    for (std::size_t window = 0; window < kLastWindow; ++window) {
      out.n[window / kWidth][i * kWidth + window % kWidth] = DigitAt(bits.Expose().limbs(), window);
    }
    for (std::size_t lane = 0; lane < kWidth; ++lane) {
      out.n[kLastWindow][i * kWidth + lane] = DigitAt(bits.Expose().limbs(), kLastWindow);
    }
  }
}

// One word of the windows that `kWidth` lanes have in this step, the same for every scalar.
template <std::size_t kWidth>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Words LoadWord(
    const u64* word) {
  // The forms with a mask: gcc 12 takes what the others leave undefined for a use of it.
  if constexpr (kWidth == 8) {
    return reinterpret_cast<Words>(_mm512_load_si512(word));
  } else if constexpr (kWidth == 4) {
    return reinterpret_cast<Words>(
        _mm512_maskz_broadcast_i64x4(0xff, _mm256_load_si256(reinterpret_cast<const __m256i*>(word))));
  } else if constexpr (kWidth == 2) {
    return reinterpret_cast<Words>(
        _mm512_maskz_broadcast_i64x2(0xff, _mm_load_si128(reinterpret_cast<const __m128i*>(word))));
  } else {
    return Words{} + *word;
  }
}

// The points for the digits of one step: all entries are read.
template <std::size_t kWidth>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void Lookup(
    const BaseWindows& windows, std::size_t first_window, const u64* digits, AffineLanes& out) {
  Words n;
  std::memcpy(&n, digits, sizeof n);
  const __mmask8 is_negative = ifma::Equal(n >> (kDigitBits - 1), Words{});
  const Words low = n & (kEntries - 1);
  const Words index = ifma::Select(is_negative, low, low ^ (kEntries - 1));
  const u64* word = &windows.word[first_window / kPointLanes][0][0][first_window % kPointLanes];
  Words words[8] = {};
  for (std::size_t entry = 0; entry < kEntries; ++entry) {
    const __mmask8 is_chosen = ifma::Equal(index, Words{} + entry);
#pragma GCC unroll 8
    for (Words& chosen : words) {
      chosen = ifma::Select(is_chosen, chosen, LoadWord<kWidth>(word));
      word += kPointLanes;
    }
  }
  out.x = ifma::FromWords(words);
  const Field y = ifma::FromWords(words + 4);
  out.y = ifma::NegateWhere(is_negative, y);
}

// The products of at most 8 / kWidth scalars.
template <std::size_t kWidth>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void MulBaseSome(
    std::span<const SecretScalar> k, std::span<Jacobian> out) {
  struct Work {
    Digits digits{};
    AffineLanes chosen;
    JacobianLanes sum;
    JacobianLanes before;
  };
  crypto::Secret<Work> secret;
  Work& w = secret.ExposeMutable();
  const BaseWindows& windows = Windows();
  Recode<kWidth>(k, w.digits);
  Lookup<kWidth>(windows, 0, w.digits.n[0], w.chosen);
  w.sum = {w.chosen.x, w.chosen.y, {{Words{} + 1}}};
  for (std::size_t first = kWidth; first < kLastWindow; first += kWidth) {
    Lookup<kWidth>(windows, first, w.digits.n[first / kWidth], w.chosen);
    w.before = w.sum;
    ifma::AddDistinct(w.sum, w.chosen);
    if (first + kWidth > kLastWindow) {
      // The windows do not fill the last step of eight or four lanes.
      const unsigned filled = ((1u << (kLastWindow - first)) - 1) * (kWidth == 8 ? 1 : 0x11);
      w.sum = ifma::Select(static_cast<__mmask8>(filled), w.before, w.sum);
    }
  }
  for (std::size_t by = kWidth / 2; by > 0; by /= 2) ifma::AddDistinct(w.sum, ifma::Rotate(w.sum, by));
  Lookup<1>(windows, kLastWindow, w.digits.n[kLastWindow], w.chosen);
  ifma::AddAny(w.sum, w.chosen);
  for (std::size_t i = 0; i < k.size(); ++i) out[i] = ifma::LaneOf(w.sum, i * kWidth);
}

}  // namespace

void MulBaseAllIfma(std::span<const SecretScalar> k, std::span<Jacobian> out) {
  for (std::size_t done = 0; done < k.size(); done += kPointLanes) {
    const std::size_t count = std::min(kPointLanes, k.size() - done);
    const auto some = k.subspan(done, count);
    const auto results = out.subspan(done, count);
    if (count == 1) {
      MulBaseSome<8>(some, results);
    } else if (count == 2) {
      MulBaseSome<4>(some, results);
    } else if (count <= 4) {
      MulBaseSome<2>(some, results);
    } else {
      MulBaseSome<1>(some, results);
    }
  }
}

}  // namespace passport::curve
