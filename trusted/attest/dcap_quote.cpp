#include "trusted/attest/dcap_quote.h"

#include <algorithm>

namespace passport::attest {
namespace {

constexpr std::size_t kTd10Bytes = 584;
constexpr std::size_t kTd15Bytes = 648;
constexpr std::uint16_t kEcdsaP256 = 2;
constexpr std::uint32_t kTeeSgx = 0x00;
constexpr std::uint32_t kTeeTdx = 0x81;
constexpr std::uint16_t kBodyTd10 = 2;
constexpr std::uint16_t kBodyTd15 = 3;
constexpr std::uint16_t kPckChainPem = 5;
constexpr std::uint16_t kQeReportData = 6;
constexpr std::size_t kAuthBytesMax = 1024;
constexpr std::size_t kChainBytesMax = 16384;

constexpr std::uint64_t kSgxInit = 1u << 0;
constexpr std::uint64_t kSgxDebug = 1u << 1;
constexpr std::uint64_t kTdUnderDebug = 0xff;  // the whole group TUD
constexpr std::uint64_t kTdMigratable = std::uint64_t{1} << 29;

// The id of Intel's quoting enclaves in the header.
constexpr ByteArray<16> kIntel = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                  0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

struct Header {
  std::uint16_t version = 0;
  std::uint16_t key_type = 0;
  std::uint32_t tee = 0;
  bool intel = false;
};

Header ReadHeader(Reader& in) {
  Header out;
  out.version = in.U16();
  out.key_type = in.U16();
  out.tee = in.U32();
  in.Raw(4);  // versions of quoting and provisioning enclave, as the report and the certificate say them, too
  out.intel = in.Array<16>() == kIntel;
  in.Raw(20);  // the quoting enclave's
  return out;
}

template <std::size_t N>
bool IsZero(const ByteArray<N>& bytes) {
  return bytes == ByteArray<N>{};
}

// The body that version and provider call for.
void ReadBody(Reader& in, const Header& header, Provider provider, DcapQuote& out) {
  if (provider == Provider::kSgx) {
    if (header.version != 3 || header.tee != kTeeSgx) return in.Reject();
    out.body = SgxReport::Read(in);
    return;
  }
  if (provider != Provider::kTdx || header.tee != kTeeTdx) return in.Reject();
  if (header.version == 4) {
    out.body = TdReport::Read(in, false);
    return;
  }
  const std::uint16_t type = in.U16();
  const std::uint32_t size = in.U32();
  const bool is_1_5 = type == kBodyTd15 && size == kTd15Bytes;
  if (header.version != 5 || !(is_1_5 || (type == kBodyTd10 && size == kTd10Bytes))) return in.Reject();
  out.body = TdReport::Read(in, is_1_5);
}

// The quoting enclave's report and what follows it, to the end; true if the certificates come as PEM.
bool ReadCertification(Reader& in, DcapQuote& out) {
  out.qe_report_bytes = in.Raw(SgxReport::kBytes);
  if (in.failed()) return true;
  Reader report(out.qe_report_bytes);
  out.qe_report = SgxReport::Read(report);
  out.qe_signature = in.Array<64>();
  const std::uint16_t auth_size = in.U16();
  if (auth_size > kAuthBytesMax) in.Reject();
  out.qe_auth = in.Raw(auth_size);
  const bool is_pem = in.U16() == kPckChainPem;
  out.pck_chain = in.Var(kChainBytesMax);
  return is_pem;
}

}  // namespace

SgxReport SgxReport::Read(Reader& in) {
  SgxReport out;
  out.cpu_svn = in.Array<16>();
  in.Raw(4 + 12);  // MISCSELECT: what a crash may write out is inside the enclave's own memory
  out.extended_product_id = in.Array<16>();
  const std::uint64_t attributes = in.U64();
  in.U64();  // XFRM: processor state, not privileges
  out.mrenclave = in.Array<32>();
  in.Raw(32);
  out.mrsigner = in.Array<32>();
  in.Raw(32);
  out.config_id = in.Array<64>();
  out.product_id = in.U16();
  out.svn = in.U16();
  in.Raw(2 + 42);
  out.family_id = in.Array<16>();
  out.report_data = in.Array<64>();
  out.initialised = (attributes & kSgxInit) != 0;
  out.debug = (attributes & kSgxDebug) != 0;
  return out;
}

TdReport TdReport::Read(Reader& in, bool is_1_5) {
  TdReport out;
  out.tee_tcb_svn = in.Array<16>();
  out.mrseam = in.Array<48>();
  const ByteArray<48> module_signer = in.Array<48>();  // zero: Intel
  const std::uint64_t module_attributes = in.U64();
  const std::uint64_t attributes = in.U64();
  in.U64();  // XFAM
  out.mrtd = in.Array<48>();
  out.mrconfigid = in.Array<48>();
  out.mrowner = in.Array<48>();
  out.mrownerconfig = in.Array<48>();
  for (ByteArray<48>& rtmr : out.rtmr) rtmr = in.Array<48>();
  out.report_data = in.Array<64>();
  if (is_1_5) in.Raw(16);  // the TCB that a module updated while TDs run would have
  const ByteArray<48> service_td = is_1_5 ? in.Array<48>() : ByteArray<48>{};
  out.own_module = !IsZero(module_signer) || module_attributes != 0;
  out.debug = (attributes & kTdUnderDebug) != 0;
  out.migratable = (attributes & kTdMigratable) != 0 || !IsZero(service_td);
  return out;
}

Result<DcapQuote> DcapQuote::Parse(ByteSpan input, Provider provider) {
  Reader in(input);
  DcapQuote out;
  const Header header = ReadHeader(in);
  ReadBody(in, header, provider, out);
  if (in.failed() || !header.intel) return Fail(Status::kEvidenceFormat);
  if (header.key_type != kEcdsaP256) return Fail(Status::kEvidenceAlgorithm);
  out.signed_part = input.first(input.size() - in.remaining());
  if (in.U32() != in.remaining()) return Fail(Status::kEvidenceFormat);
  out.signature = in.Array<64>();
  out.attestation_key = in.Array<64>();
  bool understood = true;
  if (header.version > 3) {  // one more layer around what follows
    understood = in.U16() == kQeReportData;
    if (in.U32() != in.remaining()) in.Reject();
  }
  if (!in.failed() && understood) understood = ReadCertification(in, out);
  if (!understood) return Fail(Status::kEvidenceAlgorithm);
  if (!in.Done()) return Fail(Status::kEvidenceFormat);
  return out;
}

std::size_t DcapQuoteBytes(ByteSpan input) {
  Reader in(input);
  const Header header = ReadHeader(in);
  if (header.version == 3) in.Raw(SgxReport::kBytes);
  if (header.version == 4) in.Raw(header.tee == kTeeTdx ? kTd10Bytes : SgxReport::kBytes);
  if (header.version == 5) {
    in.U16();
    in.Raw(in.U32());
  }
  const std::uint32_t rest = in.U32();
  if (in.failed() || header.version < 3 || header.version > 5 || rest > in.remaining()) return 0;
  return input.size() - in.remaining() + rest;
}

}  // namespace passport::attest
