// A TPM that signs quotes, with its key; what it says is the test's choice. And a quote of swtpm.
#pragma once

#include <optional>

#include "tests/kat/vectors.h"
#include "tests/unit/attest/keys.h"
#include "trusted/attest/tpm2.h"
#include "trusted/crypto/hash.h"

namespace passport::attest {

inline Bytes CountedBytes(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i);
  return out;
}

inline Tpm2Quote SwtpmQuote() {
  const auto cases = kat::Cases("tpm2_quote.txt", "quote", 5);
  const kat::Fields& fields = cases.at(0);
  Tpm2Quote out;
  out.attest = kat::Hex(fields[0]);
  out.signature = kat::Hex(fields[1]);
  out.ak_public = kat::Hex(fields[2]);
  for (const std::uint8_t index : kQuotedPcrs) out.pcrs.push_back({index, Hash32{}});
  out.pcrs.front().value = kat::HexArray<32>(fields[3]);
  out.pcrs.back().value = kat::HexArray<32>(fields[4]);
  out.report_data = ToArray<64>(CountedBytes(64)).value();
  out.enclave_image = crypto::HashSha256(AsBytes("enclave image"));
  return out;
}

class BigEndianWriter {
 public:
  BigEndianWriter& U8(std::uint8_t v) { return Add(v, 1); }
  BigEndianWriter& U16(std::uint16_t v) { return Add(v, 2); }
  BigEndianWriter& U32(std::uint32_t v) { return Add(v, 4); }
  BigEndianWriter& U64(std::uint64_t v) { return Add(v, 8); }
  BigEndianWriter& Raw(ByteSpan bytes) {
    Append(out_, bytes);
    return *this;
  }
  BigEndianWriter& Sized(ByteSpan bytes) { return U16(static_cast<std::uint16_t>(bytes.size())).Raw(bytes); }
  const Bytes& bytes() const { return out_; }

 private:
  BigEndianWriter& Add(std::uint64_t v, int size) {
    for (int i = size - 1; i >= 0; --i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
    return *this;
  }
  Bytes out_;
};

// A TPM whose every word can be a lie; by default it tells the truth.
struct TestTpm {
  EvpKey key = MakeEcKey(kP256);
  std::uint32_t magic = 0xff544347;
  std::uint16_t type = 0x8018;
  std::uint32_t attributes = 0x00050072;
  std::uint16_t key_type = 0x0023;
  std::uint16_t name_algorithm = 0x000b;
  std::uint16_t symmetric = 0x0010;
  std::uint16_t scheme = 0x0018;
  std::uint16_t scheme_hash = 0x000b;
  std::uint16_t curve = 0x0003;
  std::uint16_t kdf = 0x0010;
  std::uint16_t signature_algorithm = 0x0018;
  std::uint16_t signature_hash = 0x000b;
  std::uint32_t banks = 1;
  std::uint16_t bank = 0x000b;
  Bytes selection = {0xff, 0x43, 0x00};
  std::uint8_t safe = 1;
  std::optional<Bytes> extra_data = {};
  std::optional<Bytes> pcr_digest = {};
  Bytes trailing = {};
  Tpm2Quote parts = SwtpmQuote();

  Tpm2Quote Quote() const {
    Tpm2Quote out = parts;
    crypto::Sha256 digest;
    for (const Tpm2Quote::Pcr& pcr : out.pcrs) digest.Update(pcr.value);
    const Bytes own_digest = ToBytes(digest.Final());
    const Bytes own_extra = ToBytes(crypto::HashSha256(out.report_data));
    BigEndianWriter attest;
    attest.U32(magic).U16(type).Sized(Bytes(34, 5)).Sized(extra_data.value_or(own_extra));
    attest.U64(77).U32(5).U32(6).U8(safe).U64(1234);
    attest.U32(banks).U16(bank).U8(static_cast<std::uint8_t>(selection.size())).Raw(selection);
    attest.Sized(pcr_digest.value_or(own_digest)).Raw(trailing);
    out.attest = attest.bytes();
    const Bytes raw = SignRaw(key, out.attest);
    BigEndianWriter signature;
    signature.U16(signature_algorithm).U16(signature_hash);
    signature.Sized(ByteSpan(raw).first(32)).Sized(ByteSpan(raw).subspan(32));
    out.signature = signature.bytes();
    const Bytes point = PointOf(key);
    BigEndianWriter ak;
    ak.U16(key_type).U16(name_algorithm).U32(attributes).Sized({}).U16(symmetric).U16(scheme);
    if (scheme != 0x0010) ak.U16(scheme_hash);
    ak.U16(curve).U16(kdf).Sized(ByteSpan(point).first(32)).Sized(ByteSpan(point).subspan(32));
    out.ak_public = ak.bytes();
    return out;
  }
};

}  // namespace passport::attest
