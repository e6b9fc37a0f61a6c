#include "trusted/policy/account.h"

#include <algorithm>

#include "edl/base/codec.h"

namespace passport::policy {
namespace {

constexpr std::uint8_t kFormatGenerated = 1;
constexpr std::uint8_t kFormatAnyEpoch = 2;
constexpr std::uint8_t kFormatBound = 3;
constexpr std::uint8_t kFormatPasskeys = 4;
constexpr std::uint32_t kKeysMax = 64;
constexpr std::uint32_t kHoldersMax = 64;
constexpr std::size_t kPathBytesMax = 128;

void WriteKey(Writer& out, const AccountKey& key) {
  out.U8(static_cast<std::uint8_t>(key.curve)).U8(static_cast<std::uint8_t>(key.purpose)).Text(key.path);
  out.Raw(key.id.bytes).Raw(key.public_key).U32(static_cast<std::uint32_t>(key.holders.size()));
  for (const PartyIndex party : key.holders) out.U16(party.value);
}

AccountKey ReadKey(Reader& in) {
  AccountKey key;
  if (in.U8() != static_cast<std::uint8_t>(Curve::kSecp256k1)) in.Reject();
  if (in.U8() != static_cast<std::uint8_t>(KeyPurpose::kEthereum)) in.Reject();
  key.path = in.Text(kPathBytesMax);
  key.id = KeyId{in.Array<32>()};
  key.public_key = in.Array<33>();
  const std::uint32_t holders = in.Count(kHoldersMax);
  for (std::uint32_t i = 0; i < holders; ++i) {
    const PartyIndex party{in.U16()};
    const bool rises = key.holders.empty() || key.holders.back() < party;
    if (party.value == 0 || party.value > kHoldersMax || !rises) in.Reject();
    key.holders.push_back(party);
  }
  return key;
}

// The first format that has room for all of it: a record has one encoding only.
std::uint8_t FormatOf(const Account& account) {
  if (!account.passkeys.empty()) return kFormatPasskeys;
  if (account.binding != RequestBinding::kLegacy) return kFormatBound;
  const bool refreshed =
      std::ranges::any_of(account.keys, [](const AccountKey& key) { return key.epoch > 0; });
  return refreshed ? kFormatAnyEpoch : kFormatGenerated;
}

void ReadPasskeys(Reader& in, Account& out) {
  out.terms = ReadTerms(in);
  out.removed_ms = in.U64();
  const std::uint32_t count = in.Count(kPasskeysMax);
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) out.passkeys.push_back(ReadPasskey(in));
}

}  // namespace

Bytes Account::Encode() const {
  Writer out;
  const std::uint8_t format = FormatOf(*this);
  out.U8(format).Raw(scope.bytes).Raw(id.bytes).Raw(identifier_hash);
  out.U8(static_cast<std::uint8_t>(control)).U8(static_cast<std::uint8_t>(state));
  if (format >= kFormatBound) out.U8(static_cast<std::uint8_t>(binding));
  out.Raw(reserved_by.bytes).U64(reserved_at_ms).U32(static_cast<std::uint32_t>(keys.size()));
  for (const AccountKey& key : keys) {
    WriteKey(out, key);
    if (format >= kFormatAnyEpoch) out.U64(key.epoch);
  }
  if (format != kFormatPasskeys) return out.Take();
  WriteTerms(out, terms);
  out.U64(removed_ms).U32(static_cast<std::uint32_t>(passkeys.size()));
  for (const Passkey& passkey : passkeys) WritePasskey(out, passkey);
  return out.Take();
}

Result<Account> Account::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  if (format < kFormatGenerated || format > kFormatPasskeys) return Fail(Status::kMalformed);
  Account out;
  out.scope = ScopeId{in.Array<16>()};
  out.id = AccountId{in.Array<16>()};
  out.identifier_hash = in.Array<32>();
  const std::uint8_t control = in.U8();
  const std::uint8_t state = in.U8();
  if (control < 1 || control > 3 || state < 1 || state > 2) in.Reject();
  out.control = static_cast<Control>(control);
  out.state = static_cast<AccountState>(state);
  if (format >= kFormatBound) out.binding = static_cast<RequestBinding>(in.U8());
  out.reserved_by = RequestId{in.Array<16>()};
  out.reserved_at_ms = in.U64();
  const std::uint32_t keys = in.Count(kKeysMax);
  for (std::uint32_t i = 0; i < keys && !in.failed(); ++i) {
    out.keys.push_back(ReadKey(in));
    if (format >= kFormatAnyEpoch) out.keys.back().epoch = in.U64();
  }
  if (format == kFormatPasskeys) ReadPasskeys(in, out);
  const bool known = out.binding == RequestBinding::kLegacy || out.binding == RequestBinding::kBound;
  if (!known || FormatOf(out) != format) in.Reject();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::policy
