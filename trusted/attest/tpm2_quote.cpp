#include "trusted/attest/tpm2_quote.h"

#include "edl/base/codec.h"

namespace passport::attest {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kAttestBytesMax = 1024;
constexpr std::size_t kSignatureBytesMax = 512;
constexpr std::size_t kPublicBytesMax = 1024;

bool HasShape(const Tpm2Quote& quote) {
  if (quote.attest.size() > kAttestBytesMax || quote.signature.size() > kSignatureBytesMax ||
      quote.ak_public.size() > kPublicBytesMax || quote.pcrs.size() > kPcrCount)
    return false;
  bool has_enclave = false;
  for (std::size_t i = 0; i < quote.pcrs.size(); ++i) {
    if (quote.pcrs[i].index >= kPcrCount) return false;
    if (i > 0 && quote.pcrs[i].index <= quote.pcrs[i - 1].index) return false;
    has_enclave = has_enclave || quote.pcrs[i].index == kEnclavePcr;
  }
  return has_enclave;
}

}  // namespace

Bytes Tpm2Quote::Encode() const {
  PASSPORT_CHECK(HasShape(*this));
  Writer out;
  out.U8(kVersion).Var(attest).Var(signature).Var(ak_public).U32(static_cast<std::uint32_t>(pcrs.size()));
  for (const Pcr& pcr : pcrs) out.U8(pcr.index).Raw(pcr.value);
  out.Raw(report_data).Raw(enclave_image);
  return out.Take();
}

Result<Tpm2Quote> Tpm2Quote::Parse(ByteSpan input) {
  Reader in(input);
  if (in.U8() != kVersion) return Fail(Status::kMalformed);
  Tpm2Quote out;
  out.attest = ToBytes(in.Var(kAttestBytesMax));
  out.signature = ToBytes(in.Var(kSignatureBytesMax));
  out.ak_public = ToBytes(in.Var(kPublicBytesMax));
  const std::uint32_t pcrs = in.Count(kPcrCount);
  for (std::uint32_t i = 0; i < pcrs; ++i) {
    const std::uint8_t index = in.U8();
    out.pcrs.push_back({index, in.Array<32>()});
  }
  out.report_data = in.Array<64>();
  out.enclave_image = in.Array<32>();
  if (!in.Done() || !HasShape(out)) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::attest
