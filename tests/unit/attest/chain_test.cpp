// Chains: every way in which one certificate can be the wrong one.
#include "trusted/verifier/chain.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "tests/unit/attest/test_ca.h"
#include "trusted/crypto/hash.h"

namespace passport::verifier {
namespace {

using attest::CertificateSpec;
using attest::EvpKey;
using attest::MakeCertificate;
using attest::MakeEcKey;

// A chain of three P-384 keys, each of whose certificates a test can bend.
struct TestChain {
  EvpKey root_key = MakeEcKey(attest::kP384);
  EvpKey middle_key = MakeEcKey(attest::kP384);
  EvpKey leaf_key = MakeEcKey(attest::kP384);
  CertificateSpec root = attest::RootSpec();
  CertificateSpec middle = attest::MiddleSpec();
  CertificateSpec leaf = {};

  std::vector<Bytes> Make() const {
    return {MakeCertificate(leaf, leaf_key, middle_key), MakeCertificate(middle, middle_key, root_key),
            MakeCertificate(root, root_key, root_key)};
  }
};

Result<Chain> Verify(const std::vector<Bytes>& certificates, Algorithm leaf = Algorithm::kP384Sha384) {
  const std::vector<ByteSpan> spans(certificates.begin(), certificates.end());
  return VerifyChain(spans, Algorithm::kP384Sha384, leaf);
}

Status RefusalOf(const std::vector<Bytes>& certificates) {
  const auto chain = Verify(certificates);
  return chain.ok() ? Status::kOk : chain.error();
}

TEST(Chain, AGoodOneSaysWhoAndWhen) {
  TestChain test;
  test.leaf.not_before_s = 1'750'000'000;
  test.middle.not_after_s = 1'800'000'000;
  const auto chain = Verify(test.Make());
  ASSERT_TRUE(chain.ok());
  EXPECT_EQ(chain.value().leaf_spki, crypto::HashSha256(attest::SpkiOf(test.leaf_key)));
  EXPECT_EQ(chain.value().root_spki, crypto::HashSha256(attest::SpkiOf(test.root_key)));
  EXPECT_EQ(chain.value().not_before_s, 1'750'000'000u);
  EXPECT_EQ(chain.value().not_after_s, 1'800'000'000u);
}

const struct {
  const char* what;
  void (*bend)(TestChain&);
  Status refusal;
} kBends[] = {
    {"no CA", [](TestChain& t) { t.middle.basic_constraints = "critical,CA:FALSE"; }, Status::kEvidenceChain},
    {"no constraints", [](TestChain& t) { t.middle.basic_constraints = ""; }, Status::kEvidenceChain},
    {"no certificates", [](TestChain& t) { t.middle.key_usage = "critical,cRLSign"; },
     Status::kEvidenceChain},
    {"no usage", [](TestChain& t) { t.middle.key_usage = ""; }, Status::kEvidenceChain},
    {"root too short", [](TestChain& t) { t.root.basic_constraints = "critical,CA:TRUE,pathlen:0"; },
     Status::kEvidenceChain},
    {"leaf is a CA", [](TestChain& t) { t.leaf.basic_constraints = "CA:TRUE"; }, Status::kEvidenceChain},
    {"leaf may not sign", [](TestChain& t) { t.leaf.key_usage = "keyAgreement"; }, Status::kEvidenceChain},
    {"another issuer's name", [](TestChain& t) { t.leaf.issuer = "Muddle"; }, Status::kEvidenceChain},
    {"root of somebody", [](TestChain& t) { t.root.issuer = "Somebody"; }, Status::kEvidenceChain},
    {"signed with SHA-256", [](TestChain& t) { t.leaf.digest = EVP_sha256(); }, Status::kEvidenceAlgorithm},
    {"leaf on P-256", [](TestChain& t) { t.leaf_key = MakeEcKey(attest::kP256); },
     Status::kEvidenceAlgorithm},
    {"CA on P-256", [](TestChain& t) { t.middle_key = MakeEcKey(attest::kP256); },
     Status::kEvidenceAlgorithm},
    {"CA on P-521", [](TestChain& t) { t.middle_key = MakeEcKey("P-521"); }, Status::kEvidenceAlgorithm},
    {"never valid together",
     [](TestChain& t) {
       t.leaf.not_before_s = 1'900'000'001;
       t.leaf.not_after_s = 2'000'000'000;
     },
     Status::kEvidenceValidity},
    {"ends before it begins", [](TestChain& t) { t.root.not_after_s = 1'600'000'000; },
     Status::kEvidenceValidity},
    {"a critical extension nobody knows",
     [](TestChain& t) {
       t.leaf.extensions = {{"1.2.3.4", Bytes{5, 0}}};
       t.leaf.critical = true;
     },
     Status::kEvidenceFormat},
    {"an extension twice",
     [](TestChain& t) {
       t.leaf.extensions = {{"1.2.3.4", Bytes{5, 0}}, {"1.2.3.4", Bytes{5, 0}}};
     },
     Status::kEvidenceFormat},
    {"name constraints",
     [](TestChain& t) { t.middle.other_extension = "nameConstraints=permitted;email:x.y"; },
     Status::kEvidenceFormat},
    {"an extended usage that must be judged",
     [](TestChain& t) { t.leaf.other_extension = "extendedKeyUsage=critical,clientAuth"; },
     Status::kEvidenceFormat},
    {"a time before 1970", [](TestChain& t) { t.root.not_before_s = -5; }, Status::kEvidenceFormat},
};

TEST(Chain, EachBendIsRefused) {
  for (const auto& row : kBends) {
    TestChain test;
    row.bend(test);
    EXPECT_EQ(RefusalOf(test.Make()), row.refusal) << row.what;
  }
  TestChain harmless;
  harmless.leaf.extensions = {{"1.2.3.4", Bytes{5, 0}}};
  harmless.leaf.key_usage = "";
  EXPECT_EQ(RefusalOf(harmless.Make()), Status::kOk);
}

TEST(Chain, MustBeWholeAndInOrder) {
  const TestChain test;
  const TestChain other;
  const std::vector<Bytes> good = test.Make();
  EXPECT_EQ(RefusalOf(good), Status::kOk);
  EXPECT_EQ(RefusalOf({good[0], good[2]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({good[0], good[1]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({good[0]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({good[1], good[0], good[2]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({good[0], good[1], good[2], good[2]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({good[0], good[1], other.Make()[2]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf({other.Make()[0], good[1], good[2]}), Status::kEvidenceChain);
  EXPECT_EQ(RefusalOf(std::vector<Bytes>(10, good[0])), Status::kEvidenceChain);
  EXPECT_EQ(Verify(good, Algorithm::kP256Sha256).error(), Status::kEvidenceAlgorithm);
}

// No byte of a certificate is free: a changed one does not decode, or its signature fails, or it is not DER.
TEST(Chain, EveryByteOfACertificateCounts) {
  const std::vector<Bytes> good = TestChain{}.Make();
  for (std::size_t which = 0; which < good.size(); ++which) {
    for (std::size_t at = which % 2; at < good[which].size(); at += 2) {
      std::vector<Bytes> bad = good;
      bad[which] = attest::Flipped(good[which], at, at % 4 < 2 ? 1 : 0x40);
      EXPECT_NE(RefusalOf(bad), Status::kOk) << which << " " << at;
    }
    std::vector<Bytes> longer = good;
    longer[which].push_back(0);
    EXPECT_EQ(RefusalOf(longer), Status::kEvidenceFormat);
    std::vector<Bytes> shorter = good;
    shorter[which].pop_back();
    EXPECT_EQ(RefusalOf(shorter), Status::kEvidenceFormat);
  }
}

TEST(Chain, RsaAuthoritiesSignWithPssAndLargeKeysOnly) {
  const EvpKey root = attest::FixedRsaKey("rsa-root");
  const EvpKey middle = attest::FixedRsaKey("rsa-middle");
  const EvpKey leaf = MakeEcKey(attest::kP384);
  const auto verify = [&](const CertificateSpec& leaf_spec, const CertificateSpec& middle_spec,
                          const EvpKey& middle_key) {
    const Bytes certificates[] = {MakeCertificate(leaf_spec, leaf, middle_key),
                                  MakeCertificate(middle_spec, middle_key, root),
                                  MakeCertificate(attest::RootSpec(), root, root)};
    const std::vector<ByteSpan> spans(std::begin(certificates), std::end(certificates));
    const auto chain = VerifyChain(spans, Algorithm::kRsaPssSha384, Algorithm::kP384Sha384);
    return chain.ok() ? Status::kOk : chain.error();
  };
  const CertificateSpec good;
  EXPECT_EQ(verify(good, attest::MiddleSpec(), middle), Status::kOk);
  CertificateSpec pkcs1 = good;
  pkcs1.pss = false;
  EXPECT_EQ(verify(pkcs1, attest::MiddleSpec(), middle), Status::kEvidenceAlgorithm);
  CertificateSpec sha256 = good;
  sha256.digest = EVP_sha256();
  EXPECT_EQ(verify(sha256, attest::MiddleSpec(), middle), Status::kEvidenceAlgorithm);
  const EvpKey small(EVP_RSA_gen(2048), EVP_PKEY_free);
  EXPECT_EQ(verify(good, attest::MiddleSpec(), small), Status::kEvidenceAlgorithm);
}

}  // namespace
}  // namespace passport::verifier
