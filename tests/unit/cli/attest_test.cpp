// passport attest: what an enclave's signature about itself covers, and whose key it has to be.
#include "tools/cli/attest.h"

#include <gtest/gtest.h>

#include <functional>

#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

constexpr ByteArray<32> kNonce{1, 2, 3};

// Three nodes; the facts are those that the enclave of node 2 signed.
class Attest : public ::testing::Test {
 protected:
  Attest() {
    peer::Manifest& manifest = expected.manifest;
    manifest.network_id = {7};
    manifest.n = 3;
    manifest.t = manifest.keygen_quorum = 2;
    for (std::uint8_t i = 1; i <= 3; ++i) {
      enclaves.push_back(crypto::SigningKey::Generate(rng));
      operators.push_back(crypto::SigningKey::Generate(rng));
      manifest.rows.push_back({.party = PartyIndex{i},
                               .identity_key = enclaves.back().public_key(),
                               .channel_key = {i, 2},
                               .operator_key = operators.back().public_key(),
                               .peer_address = "127.0.0.1:" + std::to_string(i),
                               .api_address = "http://localhost:" + std::to_string(i),
                               .measurements = {{i, 3}}});
    }
    SignManifest();
    facts.party = 2;
    facts.identity_key = enclaves[1].public_key();
    facts.channel_key = crypto::X25519PublicKey{2, 2};
    facts.measurement = {2, 3};
    facts.boot.bytes = {9};
    facts.enclave_public_key = ToBase64(envelope);
    facts.build = "build";
    facts.confinement = {{"seccomp", "applied"}, {"landlock", "unavailable (ENOSYS)"}};
    facts.network = EnclaveFacts::Network{.manifest_hash = expected.manifest.Hash()};
    facts.nonce = kNonce;
    Sign(enclaves[1]);
  }
  void SignManifest() {
    for (std::uint16_t i = 0; i < 3; ++i)
      expected.Sign(PartyIndex{static_cast<std::uint16_t>(i + 1)}, operators[i]);
  }
  // As the core does.
  void Sign(const crypto::SigningKey& key) {
    const core::AttestedFacts attested{.identity_key = *facts.identity_key,
                                       .channel_key = *facts.channel_key,
                                       .manifest_hash = facts.network->manifest_hash,
                                       .measurement = facts.measurement,
                                       .boot = facts.boot,
                                       .envelope_key_sha256 = crypto::HashSha256(envelope),
                                       .build = facts.build,
                                       .confinement = facts.confinement};
    facts.signature = key.Sign(attested.SignedHash(facts.nonce));
  }
  bool Verifies() const { return AttestationFaults(facts, kNonce).empty(); }

  crypto::SystemRng rng;
  std::vector<crypto::SigningKey> enclaves;
  std::vector<crypto::SigningKey> operators;
  Bytes envelope = Bytes(100, 5);
  peer::SignedManifest expected;
  EnclaveFacts facts;
};

TEST_F(Attest, OfAnHonestNodeHasNoFaults) {
  EXPECT_EQ(AttestationFaults(facts, kNonce), std::vector<std::string>());
  EXPECT_EQ(ManifestFaults(facts, expected), std::vector<std::string>());
}

TEST_F(Attest, CoversEveryFactThatItIsSaidToCover) {
  const auto changes = std::vector<std::function<void(EnclaveFacts&)>>{
      [&](EnclaveFacts& f) { f.identity_key = enclaves[0].public_key(); },
      [](EnclaveFacts& f) { (*f.channel_key)[0] ^= 1; },
      [](EnclaveFacts& f) { f.network->manifest_hash[0] ^= 1; },
      [](EnclaveFacts& f) { f.network.reset(); },
      [](EnclaveFacts& f) { f.measurement[31] ^= 1; },
      [](EnclaveFacts& f) { f.boot.bytes[0] ^= 1; },
      [](EnclaveFacts& f) { f.enclave_public_key = ToBase64(Bytes(100, 6)); },
      [](EnclaveFacts& f) { f.enclave_public_key.clear(); },
      [](EnclaveFacts& f) { f.enclave_public_key = "no base64"; },
      [](EnclaveFacts& f) { f.build = "other"; },
      [](EnclaveFacts& f) { f.confinement[1].state = "applied"; },
      [](EnclaveFacts& f) { f.confinement.pop_back(); },
      [](EnclaveFacts& f) { f.signature[0] ^= 1; },
      [](EnclaveFacts& f) { f.identity_key.reset(); },
  };
  const EnclaveFacts honest = facts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    facts = honest;
    changes[i](facts);
    EXPECT_FALSE(Verifies()) << "change " << i;
  }
}

TEST_F(Attest, OfAnEarlierQuestionIsRefused) {
  EXPECT_FALSE(AttestationFaults(facts, ByteArray<32>{4}).empty());
  facts.nonce = {4};
  Sign(enclaves[1]);
  EXPECT_FALSE(Verifies());
}

TEST_F(Attest, ByAKeyOutsideTheManifestIsRefused) {
  const crypto::SigningKey stranger = crypto::SigningKey::Generate(rng);
  facts.identity_key = stranger.public_key();
  Sign(stranger);
  EXPECT_TRUE(Verifies());
  EXPECT_FALSE(ManifestFaults(facts, expected).empty());
}

TEST_F(Attest, ThatIsNotTheManifestsRowIsRefused) {
  const auto changes = std::vector<std::function<void(EnclaveFacts&)>>{
      [](EnclaveFacts& f) { f.party = 1; },
      [](EnclaveFacts& f) { (*f.channel_key)[0] ^= 1; },
      [](EnclaveFacts& f) { f.measurement[31] ^= 1; },
      [](EnclaveFacts& f) { f.network->manifest_hash[0] ^= 1; },
      [](EnclaveFacts& f) { f.network.reset(); },
  };
  const EnclaveFacts honest = facts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    facts = honest;
    changes[i](facts);
    EXPECT_EQ(ManifestFaults(facts, expected).size(), 1u) << "change " << i;
  }
}

TEST_F(Attest, AgainstAManifestThatOperatorsHaveNotSigned_IsRefused) {
  expected.signatures.pop_back();
  EXPECT_EQ(ManifestFaults(facts, expected).size(), 1u);
}

TEST(Claim, IsMissingWhenTheLayerShouldHoldAndDoesNot) {
  EXPECT_TRUE(core::IsMissing({"landlock", "unavailable (ENOSYS)"}));
  EXPECT_TRUE(core::IsMissing({"seccomp", "off"}));
  EXPECT_FALSE(core::IsMissing({"seccomp", "applied"}));
  EXPECT_FALSE(core::IsMissing({"separate-uid", "not applicable"}));
  EXPECT_FALSE(core::IsMissing({"mode", "development"}));
}

}  // namespace
}  // namespace passport::cli
