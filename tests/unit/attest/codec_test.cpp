// Canonical encodings of evidence, findings and TPM quotes: one value, one encoding, nothing beside it.
#include <gtest/gtest.h>

#include "trusted/attest/findings.h"
#include "trusted/attest/tpm2_quote.h"

namespace passport::attest {
namespace {

Evidence FullEvidence() { return {Provider::kSnp, ToBytes("quote"), {ToBytes("one"), ToBytes("two")}}; }

Findings FullFindings() {
  Findings out;
  out.provider = Provider::kTpm2;
  out.debug = out.simulated = out.tcb_current = true;
  out.report_data.fill(7);
  out.measurement = Bytes(48, 1);
  out.enclave_image.fill(2);
  out.signer = Bytes(34, 3);
  out.tcb = {1, 0x203};
  out.attester.fill(4);
  out.root.fill(5);
  out.not_before_s = 100;
  out.not_after_s = 200;
  out.registers = {{0, Bytes(32, 6)}, {14, Bytes(32, 7)}};
  out.tpm_clock = TpmClock{12, 3, 4, true};
  return out;
}

Tpm2Quote FullQuote() {
  Tpm2Quote out{ToBytes("attest"), ToBytes("signature"), ToBytes("public"), {}, {}, {}};
  for (const std::uint8_t index : {std::uint8_t{0}, std::uint8_t{7}, kEnclavePcr})
    out.pcrs.push_back({index, Hash32{index}});
  out.report_data.fill(1);
  out.enclave_image.fill(2);
  return out;
}

// Whatever one byte is changed to, and wherever the encoding is cut or goes on: refused, or another value
// with that very encoding.
template <class T>
void ExpectCanonical(const Bytes& encoded) {
  const auto parsed = T::Parse(encoded);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().Encode(), encoded);
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_FALSE(T::Parse(ByteSpan(encoded).first(size)).ok()) << size;
  Bytes longer = encoded;
  longer.push_back(0);
  EXPECT_FALSE(T::Parse(longer).ok());
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    for (const int change : {1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff}) {
      Bytes changed = encoded;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
      const auto again = T::Parse(changed);
      if (again.ok()) {
        EXPECT_EQ(again.value().Encode(), changed) << at;
      }
    }
  }
}

TEST(AttestCodec, EachEncodingIsTheOnlyOne) {
  ExpectCanonical<Evidence>(FullEvidence().Encode());
  ExpectCanonical<Evidence>(Evidence{}.Encode());
  ExpectCanonical<Findings>(FullFindings().Encode());
  ExpectCanonical<Findings>(Findings{}.Encode());
  ExpectCanonical<Tpm2Quote>(FullQuote().Encode());
}

TEST(AttestCodec, ValuesSurvive) {
  EXPECT_EQ(Evidence::Parse(FullEvidence().Encode()).value(), FullEvidence());
  EXPECT_EQ(Findings::Parse(FullFindings().Encode()).value(), FullFindings());
  EXPECT_EQ(Findings::Parse(Findings{}.Encode()).value(), Findings{});
  EXPECT_EQ(Tpm2Quote::Parse(FullQuote().Encode()).value(), FullQuote());
}

TEST(AttestCodec, EvidenceKeepsItsBounds) {
  Evidence evidence{Provider::kNitro, Bytes(kEvidenceBytesMax - 10, 1), {}};
  ASSERT_TRUE(evidence.Fits());
  Bytes encoded = evidence.Encode();
  EXPECT_EQ(encoded.size(), kEvidenceBytesMax);
  EXPECT_TRUE(Evidence::Parse(encoded).ok());
  encoded.push_back(0);
  EXPECT_EQ(Evidence::Parse(encoded).error(), Status::kTooLong);
  evidence.quote.push_back(1);
  EXPECT_FALSE(evidence.Fits());
  EXPECT_FALSE((Evidence{Provider::kNone, ToBytes("quote"), {}}).Fits());
  EXPECT_FALSE((Evidence{Provider::kSgx, {}, {}}).Fits());
  EXPECT_FALSE((Evidence{Provider::kSgx, ToBytes("quote"), {Bytes{}}}).Fits());
  EXPECT_FALSE((Evidence{Provider::kSgx, ToBytes("quote"), std::vector<Bytes>(9, Bytes(1))}).Fits());
}

TEST(AttestCodec, TheLargestFindingsFit) {
  Findings findings = FullFindings();
  findings.measurement = findings.signer = Bytes(kFindingBytesMax, 1);
  findings.tcb.assign(kTcbComponentsMax, 1);
  findings.registers.clear();
  for (std::size_t i = 0; i < kRegistersMax; ++i)
    findings.registers.push_back({static_cast<std::uint8_t>(i), Bytes(kFindingBytesMax)});
  EXPECT_LE(findings.Encode().size(), kFindingsBytesMax);
  EXPECT_TRUE(Findings::Parse(findings.Encode()).ok());
}

TEST(AttestCodec, ATpmQuoteWithoutTheEnclavesRegisterIsNone) {
  Tpm2Quote quote = FullQuote();
  const Bytes good = quote.Encode();
  Bytes other = good;
  // The last register's number lies 32 + 64 + 32 + 1 bytes before the end.
  ASSERT_EQ(other[other.size() - 129], kEnclavePcr);
  other[other.size() - 129] = 15;
  EXPECT_FALSE(Tpm2Quote::Parse(other).ok());
}

TEST(AttestCodec, CertificatesHoldOnlyWhenTheyDoWhateverTheTimeIs) {
  const Findings findings = FullFindings();  // valid from 100 to 200
  EXPECT_TRUE(findings.ValidAt(100, 200));
  EXPECT_FALSE(findings.ValidAt(99, 150));
  EXPECT_FALSE(findings.ValidAt(150, 201));
  EXPECT_TRUE(Findings{}.ValidAt(0, kForever));
}

TEST(AttestCodec, ProvidersHaveNames) {
  EXPECT_EQ(NameOf(Provider::kNone), "none");
  EXPECT_EQ(NameOf(Provider::kNitro), "nitro");
}

}  // namespace
}  // namespace passport::attest
