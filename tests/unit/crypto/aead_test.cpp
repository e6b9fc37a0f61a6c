// AES-GCM client envelopes against OpenSSL and genuine server replies; XChaCha20-Poly1305 against its draft.
#include "trusted/crypto/aead.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/kat/vectors.h"

namespace passport::crypto {
namespace {

// server-replies.json: replies of the published server, recorded with their key.
TEST(AesGcm, OpensGenuineServerReplies) {
  std::ifstream in(PASSPORT_SOURCE_DIR "/tests/kat/server-replies.json");
  const nlohmann::json replies = nlohmann::json::parse(in);
  const auto key = kat::HexArray<32>(replies.at("aes_key_hex").get<std::string>());
  ASSERT_FALSE(replies.at("vectors").empty());
  for (const auto& [name, vector] : replies.at("vectors").items()) {
    const Result<Bytes> sealed = ParseBase64(vector.at("ciphertext_b64").get<std::string>());
    ASSERT_TRUE(sealed.ok()) << name;
    const Result<Bytes> opened = OpenAesGcm(key, sealed.value());
    ASSERT_TRUE(opened.ok()) << name;
    EXPECT_EQ(AsText(opened.value()), vector.at("plaintext").get<std::string>()) << name;
  }
}

TEST(AesGcm, OpensWhatOpensslSealed) {
  for (const kat::Fields& f : kat::Cases("crypto.txt", "aes_gcm", 3)) {
    const Result<Bytes> opened = OpenAesGcm(kat::HexArray<32>(f[0]), kat::Hex(f[2]));
    ASSERT_TRUE(opened.ok()) << f[1];
    EXPECT_EQ(opened.value(), kat::Message(std::stoul(f[1])));
  }
}

TEST(AesGcm, OpensWhatItSealed) {
  SeededRng rng(3);
  const auto key = rng.Array<32>();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{5000}}) {
    const Bytes sealed = SealAesGcm(key, kat::Message(size), rng);
    EXPECT_EQ(sealed.size(), size + 28);
    const Result<Bytes> opened = OpenAesGcm(key, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened.value(), kat::Message(size));
  }
}

TEST(AesGcm, RefusesEveryFlippedBitAndEveryCut) {
  SeededRng rng(4);
  const auto key = rng.Array<32>();
  const Bytes sealed = SealAesGcm(key, kat::Message(20), rng);
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << (bit % 8)));
    const Result<Bytes> opened = OpenAesGcm(key, changed);
    ASSERT_FALSE(opened.ok()) << bit;
    EXPECT_EQ(opened.error(), Status::kDecrypt);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(OpenAesGcm(key, ByteSpan(sealed).first(size)).ok()) << size;
  }
  auto other_key = key;
  other_key[31] ^= 1;
  EXPECT_FALSE(OpenAesGcm(other_key, sealed).ok());
}

TEST(XChaCha, GivesTheCiphertextOfItsDraft) {
  // draft-irtf-cfrg-xchacha-03, A.3.1.
  const auto key = kat::HexArray<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const auto nonce = kat::HexArray<24>("404142434445464748494a4b4c4d4e4f5051525354555657");
  const Bytes associated = kat::Hex("50515253c0c1c2c3c4c5c6c7");
  const std::string_view text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
      "would "
      "be it.";
  const Bytes sealed = SealXChaCha(key, nonce, associated, AsBytes(text));
  EXPECT_EQ(ToHex(sealed),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            "ae64c670"
            "8c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c"
            "97637da9"
            "768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
  const Result<SecretBytes> opened = OpenXChaCha(key, nonce, associated, sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(AsText(opened.value().Expose()), text);
}

TEST(XChaCha, RefusesAnyChange) {
  SeededRng rng(5);
  const auto key = rng.Array<32>();
  const auto nonce = rng.Array<24>();
  const Bytes sealed = SealXChaCha(key, nonce, AsBytes("ad"), kat::Message(10));
  EXPECT_TRUE(OpenXChaCha(key, nonce, AsBytes("ad"), sealed).ok());
  EXPECT_FALSE(OpenXChaCha(key, nonce, AsBytes("ae"), sealed).ok());
  EXPECT_FALSE(OpenXChaCha(key, rng.Array<24>(), AsBytes("ad"), sealed).ok());
  EXPECT_FALSE(OpenXChaCha(rng.Array<32>(), nonce, AsBytes("ad"), sealed).ok());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    const Result<SecretBytes> opened = OpenXChaCha(key, nonce, AsBytes("ad"), changed);
    ASSERT_FALSE(opened.ok()) << i;
    EXPECT_EQ(opened.error(), Status::kDecrypt);
    EXPECT_FALSE(OpenXChaCha(key, nonce, AsBytes("ad"), ByteSpan(sealed).first(i)).ok()) << i;
  }
}

}  // namespace
}  // namespace passport::crypto
