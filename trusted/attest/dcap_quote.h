// Intel DCAP quotes as a format: SGX of version 3, TDX of versions 4 and 5.
#pragma once

#include <variant>

#include "edl/base/codec.h"
#include "trusted/attest/evidence.h"

namespace passport::attest {

// What is used of an SGX report body (Intel SDM volume 3D, "REPORT").
struct SgxReport {
  static constexpr std::size_t kBytes = 384;
  bool initialised = false;  // an enclave, not one being built
  bool debug = false;        // the host may read and write its memory
  ByteArray<16> cpu_svn{};
  Hash32 mrenclave{};
  Hash32 mrsigner{};
  ByteArray<16> extended_product_id{};
  ByteArray<16> family_id{};
  ByteArray<64> config_id{};
  std::uint16_t product_id = 0;
  std::uint16_t svn = 0;
  ByteArray<64> report_data{};

  static SgxReport Read(Reader& in);
};

// What is used of a TD report body, 1.0 (584 bytes) or 1.5 (64 more; Intel TDX DCAP Quoting Library API,
// A.3).
struct TdReport {
  ByteArray<16> tee_tcb_svn{};
  ByteArray<48> mrseam{};
  bool own_module = false;  // the TDX module is not Intel's, or may be looked into
  bool debug = false;       // the host may look into the TD
  bool migratable = false;  // the TD may be moved to another machine, or is bound to a TD that moves it
  ByteArray<48> mrtd{};
  ByteArray<48> mrconfigid{};
  ByteArray<48> mrowner{};
  ByteArray<48> mrownerconfig{};
  std::array<ByteArray<48>, 4> rtmr{};
  ByteArray<64> report_data{};

  static TdReport Read(Reader& in, bool is_1_5);
};

// Spans are borrowed from the input. All numbers of signatures and keys are big endian.
struct DcapQuote {
  std::variant<SgxReport, TdReport> body;
  ByteSpan signed_part;             // header and body
  ByteArray<64> signature{};        // r || s over it, by attestation_key
  ByteArray<64> attestation_key{};  // x || y on P-256, made by the quoting enclave
  ByteSpan qe_report_bytes;         // the quoting enclave's own report,
  SgxReport qe_report;              // whose report data name attestation_key and qe_auth
  ByteArray<64> qe_signature{};     // r || s over qe_report_bytes, by the platform's certified key
  ByteSpan qe_auth;
  ByteSpan pck_chain;  // PEM: certified key, its CA, the root

  // kEvidenceFormat for anything that is not exactly such a quote of kSgx or kTdx; kEvidenceAlgorithm for
  // another attestation key than ECDSA P-256 or other certification data than a PEM chain.
  static Result<DcapQuote> Parse(ByteSpan input, Provider provider);
};

// How many bytes of the input the quote at its beginning has, by what it says itself; 0 if it says nothing
// that fits. Some hosts fill the rest of their buffer with zeros, which are no part of a quote.
std::size_t DcapQuoteBytes(ByteSpan input);

}  // namespace passport::attest
