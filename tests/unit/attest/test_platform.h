// A platform that signs SGX and TDX quotes, with all its keys; what it says is the test's choice.
#pragma once

#include <optional>
#include <string>

#include "edl/base/codec.h"
#include "tests/unit/attest/test_ca.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {

// DER, written by hand: lengths below 65,536.
inline Bytes Der(std::uint8_t tag, const Bytes& content) {
  Bytes out = {tag};
  if (content.size() >= 0x100) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8)});
  } else if (content.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  Append(out, content);
  return out;
}
inline Bytes Concat(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) Append(out, part);
  return out;
}
inline Bytes SgxOid(std::initializer_list<std::uint8_t> parts) {
  Bytes oid = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};
  oid.insert(oid.end(), parts);
  return Der(0x06, oid);
}
inline Bytes Row(const Bytes& oid, const Bytes& value) { return Der(0x30, Concat({oid, value})); }
inline Bytes SmallInteger(std::uint8_t value) {
  return value < 0x80 ? Bytes{2, 1, value} : Bytes{2, 2, 0, value};
}

// The rows of the TCB of a certificate: components 1 to 16 are 11 to 26, PCE SVN 300.
inline std::vector<Bytes> TcbRows() {
  std::vector<Bytes> out;
  for (std::uint8_t i = 1; i <= 16; ++i)
    out.push_back(Row(SgxOid({2, i}), SmallInteger(static_cast<std::uint8_t>(10 + i))));
  out.push_back(Row(SgxOid({2, 17}), {2, 2, 1, 44}));
  out.push_back(Row(SgxOid({2, 18}), Der(4, Bytes(16, 9))));
  return out;
}
inline Bytes SgxExtension(const std::vector<Bytes>& tcb_rows, const Bytes& more = {}) {
  Bytes rows;
  for (const Bytes& row : tcb_rows) Append(rows, row);
  return Der(0x30,
             Concat({Row(SgxOid({1}), Der(4, Bytes(16, 7))), Row(SgxOid({2}), Der(0x30, rows)),
                     Row(SgxOid({3}), Der(4, Bytes(2))), Row(SgxOid({4}), Der(4, {0, 0x60, 0x6a, 0, 0, 0})),
                     Row(SgxOid({5}), {10, 1, 0}), more}));
}

inline std::string Pem(const Bytes& der) {
  const std::string text = ToBase64(der);
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + "\n";
  return out + "-----END CERTIFICATE-----\n";
}

inline Bytes ReportBody(std::uint64_t attributes, ByteSpan mrenclave, ByteSpan mrsigner,
                        std::uint16_t product_id, std::uint16_t svn, ByteSpan report_data) {
  Writer out;
  out.Raw(Bytes(16, 9)).Raw(Bytes(16)).Raw(Bytes(16, 0xe2)).U64(attributes).U64(7);
  out.Raw(mrenclave).Raw(Bytes(32)).Raw(mrsigner).Raw(Bytes(32)).Raw(Bytes(64, 0xc1));
  out.U16(product_id).U16(svn).U16(0).Raw(Bytes(42)).Raw(Bytes(16, 0xe1)).Raw(report_data);
  return out.Take();
}

// Each byte of MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, RTMR 0 to 3.
inline constexpr std::uint8_t kTdFills[] = {0xa1, 0xa2, 0xa3, 0xa4, 0xb0, 0xb1, 0xb2, 0xb3};
inline constexpr std::uint64_t kSgxProduction = 5;  // initialised, 64 bits
inline constexpr const char* kSgxQeSigner =
    "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff";
inline constexpr const char* kTdQeSigner = "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5";

// A platform whose every word can be a lie. It makes quotes of SGX (version 3) and TDX (4 and 5).
struct TestPlatform {
  Provider provider = Provider::kSgx;
  std::uint16_t version = 3;
  std::uint16_t key_type = 2;
  std::uint32_t tee = 0;
  Bytes vendor = ParseHex("939a7233f79c4ca9940a0db3957f0607").value();
  std::uint64_t attributes = kSgxProduction;
  std::uint64_t td_attributes = 1u << 28;
  std::uint64_t module_attributes = 0;
  Bytes module_signer = Bytes(48);
  Bytes service_td = Bytes(48);
  std::uint16_t body_type = 3;
  std::uint32_t body_size = 648;
  std::uint64_t qe_attributes = 0x15;  // initialised, 64 bits, may ask for the platform's key
  Bytes qe_signer = ParseHex(kSgxQeSigner).value();
  std::uint16_t qe_product = 1;
  std::optional<Bytes> qe_report_data = {};
  Bytes auth = Bytes(32, 0xa7);
  std::uint16_t data_type = 5;
  std::uint16_t outer_type = 6;
  Bytes extension = SgxExtension(TcbRows());
  CertificateSpec leaf = {.basic_constraints = "critical,CA:FALSE"};
  CertificateSpec middle = MiddleSpec();
  EvpKey root_key = MakeEcKey(kP256);
  EvpKey middle_key = MakeEcKey(kP256);
  EvpKey pck_key = MakeEcKey(kP256);
  EvpKey attestation_key = MakeEcKey(kP256);
  EvpKey quote_signer = attestation_key;
  EvpKey qe_report_signer = pck_key;
  Bytes trailing = {};

  Bytes Body() const {
    if (provider == Provider::kSgx)
      return ReportBody(attributes, Bytes(32, 0xa1), Bytes(32, 0xb1), 0x102, 3, Bytes(64, 0xd1));
    Writer out;
    if (version == 5) out.U16(body_type).U32(body_size);
    for (std::uint8_t i = 0; i < 16; ++i) out.U8(i);
    out.Raw(Bytes(48, 0x5e)).Raw(module_signer).U64(module_attributes).U64(td_attributes).U64(0xe7);
    for (const std::uint8_t fill : kTdFills) out.Raw(Bytes(48, fill));
    out.Raw(Bytes(64, 0xd1));
    if (version == 5 && body_type == 3) out.Raw(Bytes(16)).Raw(service_td);
    return out.Take();
  }
  std::string Chain() const {
    CertificateSpec pck = leaf;
    if (!extension.empty()) pck.extensions.push_back({"1.2.840.113741.1.13.1", extension});
    return Pem(MakeCertificate(pck, pck_key, middle_key)) +
           Pem(MakeCertificate(middle, middle_key, root_key)) +
           Pem(MakeCertificate(RootSpec(), root_key, root_key));
  }
  Bytes Certification(const std::string& chain) const {
    const Hash32 named = crypto::HashSha256({PointOf(attestation_key), auth});
    Bytes own_data = ToBytes(named);
    own_data.resize(64);
    const Bytes report = ReportBody(qe_attributes, Bytes(32, 0xee), qe_signer, qe_product, 8,
                                    qe_report_data.value_or(own_data));
    Writer out;
    out.Raw(report)
        .Raw(SignRaw(qe_report_signer, report))
        .U16(static_cast<std::uint16_t>(auth.size()))
        .Raw(auth);
    out.U16(data_type).Text(chain);
    return out.Take();
  }
  Bytes QuoteWith(const std::string& chain) const {
    Writer head;
    head.U16(version).U16(key_type).U32(tee).U32(0).Raw(vendor).Raw(Bytes(20)).Raw(Body());
    Writer data;
    data.Raw(SignRaw(quote_signer, head.bytes())).Raw(PointOf(attestation_key));
    if (version == 3) {
      data.Raw(Certification(chain));
    } else {
      data.U16(outer_type).Var(Certification(chain));
    }
    head.Var(data.bytes()).Raw(trailing);
    return head.Take();
  }
  Evidence Make() const { return {provider, QuoteWith(Chain()), {}}; }
};

inline TestPlatform Tdx(std::uint16_t version) {
  TestPlatform out;
  out.provider = Provider::kTdx;
  out.version = version;
  out.tee = 0x81;
  out.qe_signer = ParseHex(kTdQeSigner).value();
  out.qe_product = 2;
  return out;
}

}  // namespace passport::attest
