// HPKE against the vectors of RFC 9180.
#include "trusted/crypto/hpke.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::crypto {
namespace {

// RFC 9180, A.2.1 and A.2.1.1 with the associated data left empty: the key schedule is that of the appendix,
// which encrypts "Beauty is truth, truth beauty" with associated data that we have no use for.
constexpr const char* kRecipient = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
constexpr const char* kRecipientPublic = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
constexpr const char* kEphemeral = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
constexpr const char* kEncapsulated = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
constexpr const char* kInfo = "4f6465206f6e2061204772656369616e2055726e";
// The 29 bytes of ciphertext of A.2.1.1; its tag is over the associated data "Count-0".
constexpr const char* kCiphertext = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b";

class FixedRng final : public Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    const Bytes bytes = kat::Hex(kEphemeral);
    ASSERT_EQ(out.size(), bytes.size());
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }
};

Result<Bytes> Sealed(std::string_view text) {
  FixedRng rng;
  return SealHpke(kat::HexArray<32>(kRecipientPublic), kat::Hex(kInfo), AsBytes(text), rng);
}

TEST(Hpke, EncryptsAsRfc9180Does) {
  const Result<Bytes> sealed = Sealed("Beauty is truth, truth beauty");
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(ToHex(ByteSpan(sealed.value()).first(61)), std::string(kEncapsulated) + kCiphertext);
  EXPECT_EQ(sealed.value().size(), 29 + kHpkeOverheadBytes);
}

TEST(Hpke, OpensForTheRecipientUnderTheSameInfoOnly) {
  const SecretKey32 secret(kat::HexArray<32>(kRecipient));
  const Bytes sealed = Sealed("text").value();
  const Result<SecretBytes> opened = OpenHpke(secret, kat::Hex(kInfo), sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(Equal(opened.value().Expose(), AsBytes("text")));
  EXPECT_FALSE(OpenHpke(secret, AsBytes("other"), sealed).ok());
  EXPECT_FALSE(OpenHpke(SecretKey32(kat::HexArray<32>(kEphemeral)), kat::Hex(kInfo), sealed).ok());
}

TEST(Hpke, EveryChangedBitAndEveryTruncationIsRefused) {
  const SecretKey32 secret(kat::HexArray<32>(kRecipient));
  const Bytes sealed = Sealed("text").value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenHpke(secret, kat::Hex(kInfo), changed).ok()) << i;
    EXPECT_FALSE(OpenHpke(secret, kat::Hex(kInfo), ByteSpan(sealed).first(i)).ok()) << i;
  }
}

TEST(Hpke, AKeyOfSmallOrderIsRefused) {
  SystemRng rng;
  const Result<Bytes> sealed = SealHpke(X25519PublicKey{}, {}, AsBytes("text"), rng);
  ASSERT_FALSE(sealed.ok());
  EXPECT_EQ(sealed.error(), Status::kBadKey);
  EXPECT_FALSE(OpenHpke(rng.Key(), {}, Bytes(64)).ok());
}

}  // namespace
}  // namespace passport::crypto
