// Nitro documents: one that AWS signed, and those of a hypervisor of the test's own.
#include "trusted/verifier/nitro.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "tests/unit/attest/test_ca.h"
#include "trusted/attest/nitro_document.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {
namespace {

// CBOR as a hypervisor writes it.
Bytes Head(std::uint8_t major, std::uint64_t value) {
  const auto type = static_cast<std::uint8_t>(major << 5);
  if (value < 24) return {static_cast<std::uint8_t>(type | value)};
  const int size = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  Bytes out = {static_cast<std::uint8_t>(type | (size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27))};
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}
Bytes Joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) Append(out, part);
  return out;
}
Bytes String(const Bytes& bytes) { return Joined({Head(2, bytes.size()), bytes}); }
Bytes Text(std::string_view text) { return Joined({Head(3, text.size()), ToBytes(text)}); }
Bytes Null() { return {0xf6}; }
Bytes Array(const std::vector<Bytes>& items) {
  Bytes out = Head(4, items.size());
  for (const Bytes& item : items) Append(out, item);
  return out;
}
using Members = std::vector<std::pair<Bytes, Bytes>>;
Bytes Map(const Members& members) {
  Bytes out = Head(5, members.size());
  for (const auto& [key, value] : members) Append(out, Joined({key, value}));
  return out;
}
Bytes Number(std::uint64_t value) { return Head(0, value); }

// A hypervisor whose every word can be a lie.
struct TestHypervisor {
  EvpKey root_key = MakeEcKey(kP384);
  EvpKey middle_key = MakeEcKey(kP384);
  EvpKey leaf_key = MakeEcKey(kP384);
  CertificateSpec middle = MiddleSpec();
  CertificateSpec leaf = {.basic_constraints = "critical,CA:FALSE"};
  Members members;
  Bytes header = {0xa1, 0x01, 0x38, 0x22};
  bool indefinite = false;
  EvpKey signing_key = leaf_key;

  TestHypervisor() {
    Members pcrs;
    for (std::uint8_t i = 0; i < 16; ++i)
      pcrs.push_back({Number(i), String(Bytes(48, i < 5 || i == 8 ? static_cast<std::uint8_t>(i + 1) : 0))});
    members = {{Text("module_id"), Text("i-0-enc0")},
               {Text("digest"), Text("SHA384")},
               {Text("timestamp"), Number(1'800'000'000'000)},
               {Text("pcrs"), Map(pcrs)},
               {Text("certificate"), {}},
               {Text("cabundle"), {}},
               {Text("public_key"), Null()},
               {Text("user_data"), String(Bytes(64, 0xd1))},
               {Text("nonce"), String(Bytes(32, 2))}};
  }
  Bytes& operator[](std::string_view name) {
    for (auto& [key, value] : members) {
      if (key == Text(name)) return value;
    }
    return members.emplace_back(Text(name), Bytes{}).second;
  }
  void Remove(std::string_view name) {
    std::erase_if(members, [&](const auto& member) { return member.first == Text(name); });
  }

  Bytes Document() const {
    Members all = members;
    for (auto& [key, value] : all) {
      if (key == Text("certificate") && value.empty())
        value = String(MakeCertificate(leaf, leaf_key, middle_key));
      if (key == Text("cabundle") && value.empty())
        value = Array({String(MakeCertificate(RootSpec(), root_key, root_key)),
                       String(MakeCertificate(middle, middle_key, root_key))});
    }
    Bytes payload = Map(all);
    if (indefinite) {
      payload[0] = 0xbf;
      payload.push_back(0xff);
    }
    const Bytes to_sign = Array({Text("Signature1"), String(header), String({}), String(payload)});
    return Array({String(header), Map({}), String(payload), String(SignRaw(signing_key, to_sign))});
  }
  Evidence Make() const { return {Provider::kNitro, Document(), {}}; }
};

Status NitroRefusal(const TestHypervisor& test) { return RefusalOf(verifier::VerifyNitro, test.Make()); }

Bytes Recorded() { return kat::Hex(kat::Cases("nitro_document.txt", "document", 1).at(0)[0]); }

TEST(Nitro, ADocumentOfAwsVerifies) {
  const auto verified = verifier::VerifyNitroDocument(Recorded());
  ASSERT_TRUE(verified.ok());
  const Findings& findings = verified.value();
  EXPECT_TRUE(findings.debug);  // its PCR 0 to 2 are zero
  EXPECT_EQ(findings.measurement, Bytes(48));
  EXPECT_EQ(findings.registers.size(), 16u);
  EXPECT_TRUE(findings.ValidAt(1731627989, 1731627989));
  EXPECT_EQ(findings.not_after_s - findings.not_before_s, 10803u);  // three hours and three seconds
  // Of AWS' root certificate "aws.nitro-enclaves", G1.
  EXPECT_EQ(ToHex(findings.root), "f2caf5ecc6190b4a8399b78bc58a2bbcd0382375db8a1bfd78a82743874fd225");
  // Its user data are 32 bytes: not ours.
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, {Provider::kNitro, Recorded(), {}}), Status::kEvidenceBinding);
}

TEST(Nitro, EveryByteOfADocumentCounts) {
  const Bytes good = Recorded();
  // Every byte of the envelope and of the signature, and enough of the payload, which the signature is over.
  for (std::size_t at = 0; at < good.size(); at += at < 12 || at > good.size() - 100 ? 1 : 17) {
    EXPECT_FALSE(verifier::VerifyNitroDocument(Flipped(good, at, at % 2 == 0 ? 1 : 0x20)).ok()) << at;
  }
}

TEST(Nitro, AGoodDocumentIsWhatItSays) {
  TestHypervisor test;
  for (const bool indefinite : {false, true}) {
    test.indefinite = indefinite;
    const auto verified = verifier::VerifyNitro(test.Make());
    ASSERT_TRUE(verified.ok());
    const Findings& findings = verified.value();
    EXPECT_EQ(findings.provider, Provider::kNitro);
    EXPECT_FALSE(findings.debug || findings.simulated || findings.tcb_current);
    EXPECT_EQ(ToBytes(findings.report_data), Bytes(64, 0xd1));
    EXPECT_EQ(findings.measurement, Bytes(48, 1));
    EXPECT_EQ(findings.signer, Bytes(48, 9));
    EXPECT_EQ(findings.attester, crypto::HashSha256(SpkiOf(test.leaf_key)));
    EXPECT_EQ(findings.root, crypto::HashSha256(SpkiOf(test.root_key)));
    EXPECT_EQ(findings.registers.size(), 16u);
    EXPECT_EQ(Findings::Parse(findings.Encode()).value(), findings);
  }
}

TEST(Nitro, EachLieHasItsRefusal) {
  const struct {
    const char* what;
    void (*lie)(TestHypervisor&);
    Status refusal;
  } kLies[] = {
      {"no module", [](TestHypervisor& t) { t["module_id"] = Text(""); }, Status::kEvidenceFormat},
      {"SHA-256", [](TestHypervisor& t) { t["digest"] = Text("SHA256"); }, Status::kEvidenceAlgorithm},
      {"time as text", [](TestHypervisor& t) { t["timestamp"] = Text("now"); }, Status::kEvidenceFormat},
      {"made too early", [](TestHypervisor& t) { t["timestamp"] = Number(1'699'999'999'000); },
       Status::kEvidenceValidity},
      {"made too late", [](TestHypervisor& t) { t["timestamp"] = Number(1'900'000'001'000); },
       Status::kEvidenceValidity},
      {"no PCRs", [](TestHypervisor& t) { t["pcrs"] = Map({}); }, Status::kEvidenceFormat},
      {"short PCR",
       [](TestHypervisor& t) {
         t["pcrs"] = Map({{Number(0), String(Bytes(32))}});
       },
       Status::kEvidenceFormat},
      {"PCR 32",
       [](TestHypervisor& t) {
         t["pcrs"] = Map({{Number(32), String(Bytes(48))}});
       },
       Status::kEvidenceFormat},
      {"PCR twice",
       [](TestHypervisor& t) {
         t["pcrs"] = Map({{Number(0), String(Bytes(48))}, {Number(0), String(Bytes(48))}});
       },
       Status::kEvidenceFormat},
      {"only PCR 0",
       [](TestHypervisor& t) {
         t["pcrs"] = Map({{Number(0), String(Bytes(48))}});
       },
       Status::kEvidenceFormat},
      {"no bundle", [](TestHypervisor& t) { t["cabundle"] = Array({}); }, Status::kEvidenceFormat},
      {"a long bundle", [](TestHypervisor& t) { t["cabundle"] = Array(std::vector<Bytes>(9, String({1}))); },
       Status::kEvidenceFormat},
      {"no certificate", [](TestHypervisor& t) { t["certificate"] = String({}); }, Status::kEvidenceFormat},
      {"a certificate that is none", [](TestHypervisor& t) { t["certificate"] = String({1}); },
       Status::kEvidenceFormat},
      {"no user data", [](TestHypervisor& t) { t["user_data"] = Null(); }, Status::kEvidenceBinding},
      {"short user data", [](TestHypervisor& t) { t["user_data"] = String(Bytes(63)); },
       Status::kEvidenceBinding},
      {"long user data", [](TestHypervisor& t) { t["user_data"] = String(Bytes(513)); },
       Status::kEvidenceFormat},
      {"long nonce", [](TestHypervisor& t) { t["nonce"] = String(Bytes(513)); }, Status::kEvidenceFormat},
      {"an unknown member",
       [](TestHypervisor& t) {
         t.Remove("nonce");
         t["nonsense"] = Null();
       },
       Status::kEvidenceFormat},
      {"a member twice",
       [](TestHypervisor& t) {
         t.Remove("nonce");
         t.members.push_back({Text("digest"), Text("SHA384")});
       },
       Status::kEvidenceFormat},
      {"a member is missing", [](TestHypervisor& t) { t.Remove("digest"); }, Status::kEvidenceFormat},
      {"ES256",
       [](TestHypervisor& t) {
         t.header = {0xa1, 0x01, 0x26};
       },
       Status::kEvidenceAlgorithm},
      {"a longer header",
       [](TestHypervisor& t) {
         t.header = {0xa1, 0x01, 0x39, 0x00, 0x22};
       },
       Status::kEvidenceAlgorithm},
      {"another key signs", [](TestHypervisor& t) { t.signing_key = MakeEcKey(kP384); },
       Status::kEvidenceSignature},
      {"a key on P-256", [](TestHypervisor& t) { t.leaf_key = MakeEcKey(kP256); },
       Status::kEvidenceAlgorithm},
      {"no CA above", [](TestHypervisor& t) { t.middle.basic_constraints = "critical,CA:FALSE"; },
       Status::kEvidenceChain},
      {"expired before its CA",
       [](TestHypervisor& t) {
         t.middle.not_before_s = 1'900'000'001;
         t.middle.not_after_s = 1'950'000'000;
       },
       Status::kEvidenceValidity},
  };
  for (const auto& row : kLies) {
    TestHypervisor test;
    row.lie(test);
    EXPECT_EQ(NitroRefusal(test), row.refusal) << row.what;
  }
  TestHypervisor minimal;
  minimal.Remove("nonce");
  minimal.Remove("public_key");
  EXPECT_EQ(NitroRefusal(minimal), Status::kOk);
}

TEST(Nitro, ZeroRegistersAreDebug) {
  for (std::uint8_t zero = 0; zero < 4; ++zero) {
    TestHypervisor test;
    Members pcrs;
    for (std::uint8_t i = 0; i < 9; ++i)
      pcrs.push_back({Number(i), String(Bytes(48, static_cast<std::uint8_t>(i == zero ? 0 : 1)))});
    test["pcrs"] = Map(pcrs);
    EXPECT_EQ(verifier::VerifyNitro(test.Make()).value().debug, zero < 3) << int{zero};
  }
}

TEST(Nitro, TheEnvelopeIsExact) {
  const TestHypervisor test;
  const Bytes good = test.Document();
  const auto refusal = [](Bytes document) {
    return RefusalOf(verifier::VerifyNitro, {Provider::kNitro, std::move(document), {}});
  };
  EXPECT_EQ(refusal(good), Status::kOk);
  EXPECT_EQ(refusal(Joined({good, {0}})), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(Joined({{0xd2}, good})), Status::kEvidenceFormat);  // a tag
  Bytes unprotected = good;
  unprotected[6] = 0xa1;
  EXPECT_EQ(refusal(unprotected), Status::kEvidenceFormat);
  EXPECT_EQ(refusal(Bytes(kNitroBytesMax + 1, 0x84)), Status::kEvidenceFormat);
  for (std::size_t size = 1; size < good.size(); size += 7)
    EXPECT_EQ(refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))),
              Status::kEvidenceFormat);
  Evidence evidence = test.Make();
  evidence.provider = Provider::kSnp;
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, evidence), Status::kEvidenceProvider);
  evidence = test.Make();
  evidence.collateral.push_back(Bytes(1));
  EXPECT_EQ(RefusalOf(verifier::VerifyNitro, evidence), Status::kEvidenceFormat);
}

}  // namespace
}  // namespace passport::attest
