// As many random signatures as PASSPORT_SIGNATURES says, each verified by libsecp256k1 and by nothing of
// ours.
#include <gtest/gtest.h>
#include <secp256k1_recovery.h>

#include <cstdlib>
#include <iostream>
#include <unordered_set>

#include "tests/unit/protocol/sign_network.h"

namespace passport::test::signatures {
namespace {

using curve::EcdsaSignature;
using curve::Point;
using curve::Scalar;

constexpr std::uint64_t kSignatures = 200;
constexpr std::uint64_t kSeed = 20231;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Both signers of one run, without bytes in between: the wire is tested elsewhere.
std::optional<EcdsaSignature> Sign(const Cluster& cluster, const Parties& quorum, const Digest& digest,
                                   const Scalar& tweak, crypto::Rng& rng) {
  const Hash32 ssid = rng.Array<32>();
  const auto peers = [&](std::size_t i) { return cluster.PeersOf(quorum[i]); };
  const auto start = [&](std::size_t i) {
    return sign::Start({quorum[i], quorum, ssid, cluster.share(quorum[i]), tweak}, peers(i), rng).value();
  };
  auto one = start(0);
  auto two = start(1);
  auto next_one = sign::Multiply(std::move(one.next), peers(0), {{quorum[1], two.out.at(quorum[0])}}, rng);
  auto next_two = sign::Multiply(std::move(two.next), peers(1), {{quorum[0], one.out.at(quorum[1])}}, rng);
  if (!next_one.ok() || !next_two.ok()) return std::nullopt;
  auto presigned_one = sign::Presign(std::move(next_one.value().next), peers(0),
                                     {{quorum[1], next_two.value().out.at(quorum[0])}}, rng);
  auto presigned_two = sign::Presign(std::move(next_two.value().next), peers(1),
                                     {{quorum[0], next_one.value().out.at(quorum[1])}}, rng);
  if (!presigned_one.ok() || !presigned_two.ok()) return std::nullopt;
  const sign::Signing first = sign::Online(std::move(presigned_one).value(), digest);
  const sign::Signing second = sign::Online(std::move(presigned_two).value(), digest);
  const auto signature =
      sign::Combine(first.combination, digest, {{quorum[0], first.out}, {quorum[1], second.out}});
  if (!signature.ok()) return std::nullopt;
  return signature.value();
}

// libsecp256k1's verdict: verifies, with low s, and its recovery id gives the key.
bool LibraryAccepts(const Point& key, const Digest& digest, const EcdsaSignature& signature) {
  const secp256k1_context* const library = secp256k1_context_static;
  ByteArray<64> compact;
  const ByteArray<32> r = signature.r.Encode();
  const ByteArray<32> s = signature.s.Encode();
  std::copy(r.begin(), r.end(), compact.begin());
  std::copy(s.begin(), s.end(), compact.begin() + 32);
  const ByteArray<33> encoded = key.Encode();
  secp256k1_pubkey parsed_key;
  secp256k1_ecdsa_signature parsed;
  secp256k1_ecdsa_recoverable_signature recoverable;
  secp256k1_pubkey recovered;
  return secp256k1_ec_pubkey_parse(library, &parsed_key, encoded.data(), encoded.size()) == 1 &&
         secp256k1_ecdsa_signature_parse_compact(library, &parsed, compact.data()) == 1 &&
         secp256k1_ecdsa_signature_normalize(library, nullptr, &parsed) == 0 &&
         secp256k1_ecdsa_verify(library, &parsed, digest.bytes.data(), &parsed_key) == 1 &&
         secp256k1_ecdsa_recoverable_signature_parse_compact(library, &recoverable, compact.data(),
                                                             signature.recovery_id) == 1 &&
         secp256k1_ecdsa_recover(library, &recovered, &recoverable, digest.bytes.data()) == 1 &&
         secp256k1_ec_pubkey_cmp(library, &recovered, &parsed_key) == 0;
}

TEST(Signatures, AreAllGoodToLibsecp256k1AndNoNonceRepeats) {
  const std::uint64_t count = FromEnvironment("PASSPORT_SIGNATURES", kSignatures);
  const std::uint64_t seed = FromEnvironment("PASSPORT_SEED", kSeed);
  std::cout << count << " signatures, seed " << seed << "\n";
  const Cluster cluster(2, 3, seed);
  crypto::SeededRng rng(seed);
  const std::array<Parties, 3> quorums{Parties{{1}, {2}}, Parties{{1}, {3}}, Parties{{2}, {3}}};
  std::unordered_set<std::string> nonces;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Digest digest{rng.Array<32>()};
    const Scalar tweak = i % 2 == 0 ? Scalar() : Scalar::Random(rng);
    const Parties& quorum = quorums[rng.Array<1>()[0] % quorums.size()];
    const auto signature = Sign(cluster, quorum, digest, tweak, rng);
    ASSERT_TRUE(signature.has_value()) << "signature " << i << ", seed " << seed;
    const Point key = *curve::Add(cluster.public_key(), curve::MulBase(tweak));
    ASSERT_TRUE(LibraryAccepts(key, digest, *signature)) << "signature " << i << ", seed " << seed;
    const ByteArray<32> r = signature->r.Encode();
    nonces.emplace(r.begin(), r.end());
  }
  EXPECT_EQ(nonces.size(), count);
}

}  // namespace
}  // namespace passport::test::signatures
