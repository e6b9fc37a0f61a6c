// TPM 2.0 quotes. Structures and constants: Trusted Platform Module Library, part 2 (TPMS_ATTEST 10.12.12,
// TPMT_SIGNATURE 11.3.4, TPMT_PUBLIC 12.2.4, TPMA_OBJECT 8.3).
#include "trusted/attest/tpm2.h"

#include <algorithm>

#include "trusted/attest/big_endian.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {
namespace {

constexpr std::uint32_t kGeneratedByTpm = 0xff544347;  // TPM_GENERATED_VALUE
constexpr std::uint16_t kAttestQuote = 0x8018;         // TPM_ST_ATTEST_QUOTE
constexpr std::uint16_t kAlgSha256 = 0x000b;
constexpr std::uint16_t kAlgNull = 0x0010;
constexpr std::uint16_t kAlgEcdsa = 0x0018;
constexpr std::uint16_t kAlgEcc = 0x0023;
constexpr std::uint16_t kCurveP256 = 0x0003;

// TPMA_OBJECT. An attestation key never leaves its TPM and signs nothing but what the TPM says itself.
constexpr std::uint32_t kFixedTpm = 1u << 1;
constexpr std::uint32_t kFixedParent = 1u << 4;
constexpr std::uint32_t kSensitiveDataOrigin = 1u << 5;
constexpr std::uint32_t kRestricted = 1u << 16;
constexpr std::uint32_t kDecrypt = 1u << 17;
constexpr std::uint32_t kSign = 1u << 18;
constexpr std::uint32_t kX509Sign = 1u << 19;
constexpr std::uint32_t kMustHave = kFixedTpm | kFixedParent | kSensitiveDataOrigin | kRestricted | kSign;
constexpr std::uint32_t kMustNotHave = kDecrypt | kX509Sign;

// SubjectPublicKeyInfo of a P-256 key up to its x (RFC 5480).
constexpr ByteArray<27> kSpkiPrefix = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

// A number of at most 32 bytes as exactly 32: some TPMs leave out leading zeros.
ByteArray<32> ReadNumber(BigEndianReader& in) {
  ByteArray<32> out{};
  const ByteSpan digits = in.Sized(out.size());
  if (digits.empty()) in.Reject();
  std::copy(digits.begin(), digits.end(), out.end() - static_cast<std::ptrdiff_t>(digits.size()));
  return out;
}

struct Attest {
  ByteSpan extra_data;
  TpmClock clock;
  ByteSpan selection;  // of one bank
  ByteSpan pcr_digest;
};

Result<Attest> ParseAttest(ByteSpan input) {
  BigEndianReader in(input);
  Attest out;
  const bool is_quote = in.U32() == kGeneratedByTpm && in.U16() == kAttestQuote;
  in.Sized(68);  // qualifiedSigner: a name of the key, which the signature already shows
  out.extra_data = in.Sized(64);
  out.clock.clock_ms = in.U64();
  out.clock.reset_count = in.U32();
  out.clock.restart_count = in.U32();
  const std::uint8_t safe = in.U8();
  out.clock.safe = safe == 1;
  in.U64();  // firmwareVersion: the vendor's, in no fixed form
  const bool one_bank = in.U32() == 1 && in.U16() == kAlgSha256;
  out.selection = in.Raw(in.U8());
  out.pcr_digest = in.Sized(32);
  if (!in.Done() || !is_quote || safe > 1 || !one_bank) return Fail(Status::kEvidenceFormat);
  return out;
}

Result<crypto::P256Signature> ParseSignature(ByteSpan input) {
  BigEndianReader in(input);
  const bool algorithm = in.U16() == kAlgEcdsa && in.U16() == kAlgSha256;
  if (!algorithm) return Fail(Status::kEvidenceAlgorithm);
  crypto::P256Signature out;
  out.r = ReadNumber(in);
  out.s = ReadNumber(in);
  if (!in.Done()) return Fail(Status::kEvidenceFormat);
  return out;
}

Result<crypto::P256PublicKey> ParseAttestationKey(ByteSpan input) {
  BigEndianReader in(input);
  const bool is_ecc = in.U16() == kAlgEcc && in.U16() == kAlgSha256;  // type, nameAlg
  const std::uint32_t attributes = in.U32();
  in.Sized(64);  // authPolicy: who may use the key, which changes nothing of what it can sign
  const std::uint16_t symmetric = in.U16();
  const std::uint16_t scheme = in.U16();
  const std::uint16_t hash = scheme == kAlgEcdsa ? in.U16() : std::uint16_t{0};
  const std::uint16_t curve = in.U16();
  const std::uint16_t kdf = in.U16();
  const ByteArray<32> x = ReadNumber(in);
  const ByteArray<32> y = ReadNumber(in);
  if (!is_ecc || scheme != kAlgEcdsa || hash != kAlgSha256 || curve != kCurveP256)
    return Fail(Status::kEvidenceAlgorithm);
  if (!in.Done() || symmetric != kAlgNull || kdf != kAlgNull) return Fail(Status::kEvidenceFormat);
  if ((attributes & kMustHave) != kMustHave || (attributes & kMustNotHave) != 0)
    return Fail(Status::kEvidenceKey);
  Writer spki;
  spki.Raw(kSpkiPrefix).Raw(x).Raw(y);
  const auto key = crypto::ParseP256(spki.bytes());
  if (!key.ok()) return Fail(Status::kEvidenceKey);
  return key.value();
}

// The PCRs are those that must be there, the attest selects exactly them, and its digest is theirs.
Result<Unit> CheckPcrs(const Tpm2Quote& quote, const Attest& attest) {
  if (quote.pcrs.size() != kQuotedPcrs.size()) return Fail(Status::kEvidenceBinding);
  ByteArray<3> selection{};
  crypto::Sha256 digest;
  for (std::size_t i = 0; i < kQuotedPcrs.size(); ++i) {
    const auto& [index, value] = quote.pcrs[i];
    if (index != kQuotedPcrs[i]) return Fail(Status::kEvidenceBinding);
    selection[index / 8] = static_cast<std::uint8_t>(selection[index / 8] | 1u << index % 8);
    digest.Update(value);
  }
  if (!Equal(attest.selection, selection) || !Equal(attest.pcr_digest, digest.Final()))
    return Fail(Status::kEvidenceBinding);
  return Ok();
}

Findings ToFindings(const Tpm2Quote& quote, const Attest& attest) {
  Findings out;
  out.provider = Provider::kTpm2;
  out.report_data = quote.report_data;
  out.enclave_image = quote.enclave_image;
  crypto::Sha256 boot;
  for (const Tpm2Quote::Pcr& pcr : quote.pcrs) {
    if (pcr.index != kEnclavePcr) boot.Update(pcr.value);
    out.registers.push_back({pcr.index, ToBytes(pcr.value)});
  }
  out.measurement = ToBytes(boot.Final());
  out.attester = crypto::HashSha256(quote.ak_public);
  out.tpm_clock = attest.clock;
  return out;
}

}  // namespace

Hash32 EnclavePcrOf(const Hash32& enclave_image) { return crypto::HashSha256({Hash32{}, enclave_image}); }

Result<Tpm2Signed> VerifyTpm2Quote(ByteSpan input) {
  const auto quote = Tpm2Quote::Parse(input);
  if (!quote.ok()) return Fail(Status::kEvidenceFormat);
  const Tpm2Quote& parts = quote.value();
  PASSPORT_TRY(const Attest attest, ParseAttest(parts.attest));
  PASSPORT_TRY(const crypto::P256Signature signature, ParseSignature(parts.signature));
  PASSPORT_TRY(const crypto::P256PublicKey key, ParseAttestationKey(parts.ak_public));
  if (!crypto::VerifyP256(key, parts.attest, signature)) return Fail(Status::kEvidenceSignature);
  if (!Equal(attest.extra_data, crypto::HashSha256(parts.report_data))) return Fail(Status::kEvidenceBinding);
  PASSPORT_TRY_VOID(CheckPcrs(parts, attest));
  if (parts.pcrs.back().value != EnclavePcrOf(parts.enclave_image)) return Fail(Status::kEvidenceBinding);
  return Tpm2Signed{ToFindings(parts, attest), key};
}

Result<Findings> VerifyTpm2(const Evidence& evidence) {
  if (evidence.provider != Provider::kTpm2 || !evidence.collateral.empty())
    return Fail(Status::kEvidenceProvider);
  PASSPORT_TRY(Tpm2Signed quote, VerifyTpm2Quote(evidence.quote));
  return std::move(quote.findings);
}

}  // namespace passport::attest
