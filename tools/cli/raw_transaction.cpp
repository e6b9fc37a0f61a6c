// The fields before the signature are what was signed, byte for byte, so they are cut out and never
// interpreted.
#include "tools/cli/raw_transaction.h"

#include <algorithm>
#include <vector>

#include "trusted/crypto/hash.h"
#include "trusted/eth/quantity.h"
#include "trusted/eth/rlp.h"

namespace passport::cli {
namespace {

constexpr std::size_t kLegacyFields = 9;
constexpr std::size_t kTypedFields[] = {11, 12, 14, 13};  // of types 1 to 4, signature included
constexpr std::size_t kSignatureFields = 3;

// One RLP item: all its bytes, and those after its header.
struct Item {
  bool is_list = false;
  ByteSpan all;
  ByteSpan content;
};

// Takes the first item off `rest` (Yellow Paper, appendix B).
Result<Item> TakeItem(ByteSpan& rest) {
  if (rest.empty()) return Fail(Status::kMalformed);
  const std::uint8_t first = rest[0];
  Item out;
  out.is_list = first >= 0xc0;
  std::size_t header = 0;
  std::size_t size = 1;
  if (first >= 0x80) {
    const std::size_t code = first - (out.is_list ? 0xc0u : 0x80u);
    const std::size_t size_bytes = code > 55 ? code - 55 : 0;
    if (size_bytes > 4 || rest.size() < 1 + size_bytes) return Fail(Status::kMalformed);
    header = 1 + size_bytes;
    size = code;
    if (size_bytes > 0) {
      size = 0;
      for (const std::uint8_t byte : rest.subspan(1, size_bytes)) size = (size << 8) | byte;
    }
  }
  if (rest.size() - header < size) return Fail(Status::kMalformed);
  out.all = rest.subspan(0, header + size);
  out.content = rest.subspan(header, size);
  rest = rest.subspan(header + size);
  return out;
}

Result<eth::U256> Number(const Item& item) {
  if (item.is_list || item.content.size() > 32) return Fail(Status::kMalformed);
  eth::U256 out;
  std::ranges::copy(item.content, out.bytes.end() - static_cast<std::ptrdiff_t>(item.content.size()));
  return out;
}

// A list of the fields, and for EIP-155 of the chain in the place of the signature.
Bytes EncodeUnsigned(std::span<const Item> fields, std::optional<std::uint64_t> chain_id) {
  Bytes payload;
  for (const Item& field : fields) Append(payload, field.all);
  if (chain_id) {
    const Bytes suffix = eth::RlpList().AddUint(*chain_id).AddUint(0).AddUint(0).Encode();
    Append(payload, ByteSpan(suffix).subspan(1));  // its header is one byte
  }
  Bytes out;
  if (payload.size() <= 55) {
    out.push_back(static_cast<std::uint8_t>(0xc0 + payload.size()));
  } else {
    const eth::U256 size = eth::U256::From(payload.size());
    out.push_back(static_cast<std::uint8_t>(0xf7 + size.Trimmed().size()));
    Append(out, size.Trimmed());
  }
  Append(out, payload);
  return out;
}

}  // namespace

Result<RawTransaction> ParseRawTransaction(ByteSpan raw) {
  if (raw.empty()) return Fail(Status::kMalformed);
  const bool legacy = raw[0] >= 0xc0;
  if (!legacy && (raw[0] < 1 || raw[0] > std::size(kTypedFields))) return Fail(Status::kTxType);
  Bytes unsigned_form;
  if (!legacy) unsigned_form.push_back(raw[0]);
  const std::size_t field_count = legacy ? kLegacyFields : kTypedFields[raw[0] - 1];
  ByteSpan rest = raw.subspan(legacy ? 0 : 1);
  PASSPORT_TRY(const Item list, TakeItem(rest));
  if (!list.is_list || !rest.empty()) return Fail(Status::kMalformed);
  std::vector<Item> fields;
  for (ByteSpan inside = list.content; !inside.empty();) {
    PASSPORT_TRY(const Item field, TakeItem(inside));
    fields.push_back(field);
  }
  if (fields.size() != field_count) return Fail(Status::kMalformed);
  const std::size_t signed_count = field_count - kSignatureFields;
  PASSPORT_TRY(const eth::U256 wide_v, Number(fields[signed_count]));
  PASSPORT_TRY(std::uint64_t v, wide_v.ToU64());
  std::optional<std::uint64_t> chain_id;
  if (legacy) {
    if (v < 27 || (v > 28 && v < 35)) return Fail(Status::kMalformed);
    if (v >= 35) chain_id = (v - 35) / 2;
    v = v >= 35 ? (v - 35) % 2 : v - 27;
  }
  if (v > 1) return Fail(Status::kMalformed);
  RawTransaction out;
  PASSPORT_TRY(const eth::U256 r, Number(fields[signed_count + 1]));
  PASSPORT_TRY(const eth::U256 s, Number(fields[signed_count + 2]));
  PASSPORT_TRY(out.signature.r, curve::Scalar::Parse(r.bytes));
  PASSPORT_TRY(out.signature.s, curve::Scalar::Parse(s.bytes));
  if (out.signature.s.IsHigh()) return Fail(Status::kBadScalar);
  out.signature.recovery_id = static_cast<std::uint8_t>(v);
  Append(unsigned_form, EncodeUnsigned(std::span(fields).first(signed_count), chain_id));
  out.digest = Digest{crypto::HashKeccak256(unsigned_form)};
  return out;
}

}  // namespace passport::cli
