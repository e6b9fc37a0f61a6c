#include "trusted/attest/evidence.h"

#include "edl/base/codec.h"

namespace passport::attest {
namespace {

constexpr std::uint8_t kVersion = 1;

bool HasShape(const Evidence& evidence) {
  if (evidence.provider == Provider::kNone) return evidence.quote.empty() && evidence.collateral.empty();
  if (evidence.quote.empty() || evidence.collateral.size() > kCollateralItemsMax) return false;
  for (const Bytes& item : evidence.collateral) {
    if (item.empty()) return false;
  }
  return true;
}

}  // namespace

std::string_view NameOf(Provider provider) {
  switch (provider) {
    case Provider::kNone:
      return "none";
    case Provider::kSimulated:
      return "simulated";
    case Provider::kTpm2:
      return "tpm2";
    case Provider::kSnp:
      return "snp";
    case Provider::kTdx:
      return "tdx";
    case Provider::kSgx:
      return "sgx";
    case Provider::kNitro:
      return "nitro";
  }
  return "unknown";
}

bool Evidence::Fits() const {
  std::size_t size = 2 + 4 + 4 + quote.size();
  for (const Bytes& item : collateral) size += 4 + item.size();
  return size <= kEvidenceBytesMax && HasShape(*this);
}

Bytes Evidence::Encode() const {
  PASSPORT_CHECK(Fits());
  Writer out;
  out.U8(kVersion).U8(static_cast<std::uint8_t>(provider)).Var(quote);
  out.U32(static_cast<std::uint32_t>(collateral.size()));
  for (const Bytes& item : collateral) out.Var(item);
  return out.Take();
}

Result<Evidence> Evidence::Parse(ByteSpan input) {
  if (input.size() > kEvidenceBytesMax) return Fail(Status::kTooLong);
  Reader in(input);
  if (in.U8() != kVersion) return Fail(Status::kMalformed);
  const std::uint8_t provider = in.U8();
  if (provider >= kProviderCount) return Fail(Status::kMalformed);
  Evidence out;
  out.provider = static_cast<Provider>(provider);
  out.quote = ToBytes(in.Var(kEvidenceBytesMax));
  const std::uint32_t items = in.Count(kCollateralItemsMax);
  for (std::uint32_t i = 0; i < items; ++i) out.collateral.push_back(ToBytes(in.Var(kEvidenceBytesMax)));
  if (!in.Done() || !HasShape(out)) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::attest
