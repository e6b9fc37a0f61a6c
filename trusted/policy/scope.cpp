#include "trusted/policy/scope.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "edl/base/uuid.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/json/json.h"

namespace passport::policy {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

constexpr std::uint8_t kFormat = 1;
constexpr std::uint32_t kOwnersMax = 16;

Result<Unit, api::Error> Invalid(const std::string& what) {
  return Fail(MakeError(ErrorCode::kScopeConfig, what));
}

Checked<Unit> ParseText(const json::Value& value, const std::string& name) {
  if (!value.IsString()) return Invalid(name + " must be a string");
  return Unit{};
}

Checked<Unit> ParseFlag(const json::Value& value, const std::string& name, bool& out) {
  const auto flag = value.AsBool();
  if (!flag.ok()) return Invalid(name + " must be true or false");
  out = flag.value();
  return Unit{};
}

// rp: the passkey domain. Kept for clients; nothing here depends on it yet.
Checked<Unit> ParseRelyingParty(const json::Value& value) {
  if (!value.IsObject()) return Invalid("rp must be an object");
  for (const json::Member& member : value.AsObject().value()) {
    if (member.key != "id" && member.key != "origin" && member.key != "name")
      return Invalid("unknown member rp." + member.key);
    PASSPORT_TRY_VOID(ParseText(member.value, "rp." + member.key));
  }
  return Unit{};
}

Checked<Unit> ParsePermissions(const json::Value& value, Permissions& out) {
  if (!value.IsObject()) return Invalid("permissions must be an object");
  for (const json::Member& member : value.AsObject().value()) {
    bool* flag = member.key == "personal_sign"          ? &out.personal_sign
                 : member.key == "eth_signTypedData_v4" ? &out.typed_data
                 : member.key == "eth_signTransaction"  ? &out.transaction
                 : member.key == "contract_creation"    ? &out.contract_creation
                 : member.key == "set_code"             ? &out.set_code
                                                        : nullptr;
    if (flag == nullptr) return Invalid("unknown member permissions." + member.key);
    PASSPORT_TRY_VOID(ParseFlag(member.value, "permissions." + member.key, *flag));
  }
  return Unit{};
}

Checked<Unit> ParseMember(const json::Member& member, ScopeConfig& out) {
  if (member.key == "name" || member.key == "description") return ParseText(member.value, member.key);
  if (member.key == "rp") return ParseRelyingParty(member.value);
  if (member.key == "permissions") return ParsePermissions(member.value, out.permissions);
  if (member.key == "request_binding") {
    const auto text = member.value.AsString();
    if (!text.ok() || text.value() != "legacy")
      return Invalid("request_binding: this network offers \"legacy\" only");
    return Unit{};
  }
  if (member.key == "scope_id") {
    const auto text = member.value.AsString();
    const auto uuid = text.ok() ? ParseUuid(text.value()) : Fail(Status::kJsonType);
    if (!uuid.ok()) return Invalid("scope_id must be a UUID");
    out.scope = ScopeId{uuid.value()};
    return Unit{};
  }
  if (member.key == "revision") {
    const auto revision = member.value.AsU64();
    if (!revision.ok()) return Invalid("revision must be a non-negative integer");
    out.revision = revision.value();
    return Unit{};
  }
  return Invalid("unknown member " + member.key);
}

}  // namespace

Checked<ScopeConfig> ParseScopeConfig(std::string_view config, bool devnet) {
  if (config.size() > kConfigBytesMax)
    return Fail(MakeError(ErrorCode::kTooLarge, "config is longer than 16,384 bytes"));
  Bytes decoded;
  std::string_view text = config;
  if (const auto first = config.find_first_not_of(" \t\r\n");
      first == std::string_view::npos || config[first] != '{') {
    auto bytes = ParseBase64(config);
    if (!bytes.ok())
      return Fail(MakeError(ErrorCode::kBadBase64, "config is neither a JSON object nor base64 of one"));
    decoded = std::move(bytes).value();
    text = AsText(decoded);
  }
  const auto value = json::Parse(text);
  if (!value.ok() && value.error() == Status::kJsonDuplicateKey)
    return Fail(MakeError(ErrorCode::kScopeConfig, "config has an object with one key twice"));
  if (!value.ok() || !value.value().IsObject())
    return Fail(MakeError(ErrorCode::kScopeConfig, "config is not a JSON object"));
  ScopeConfig out;
  out.permissions.contract_creation = devnet;
  for (const json::Member& member : value.value().AsObject().value())
    PASSPORT_TRY_VOID(ParseMember(member, out));
  return out;
}

ScopeId ScopeIdFor(const crypto::P256PublicKey& owner, const ByteArray<32>& r) {
  return ScopeId{UuidFrom(crypto::TaggedHash(crypto::tag::kScopeId, r, {owner}))};
}

Bytes Scope::Encode() const {
  Writer out;
  out.U8(kFormat).Raw(id.bytes).U32(static_cast<std::uint32_t>(owners.size()));
  for (const auto& owner : owners) out.Raw(owner);
  out.Text(config).U32(static_cast<std::uint32_t>(used.size()));
  for (const auto& r : used) out.Raw(r);
  return out.Take();
}

Result<Scope> Scope::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  Scope out;
  out.id = ScopeId{in.Array<16>()};
  const std::uint32_t owners = in.Count(kOwnersMax);
  for (std::uint32_t i = 0; i < owners; ++i) out.owners.push_back(in.Array<91>());
  out.config = in.Text(kConfigBytesMax);
  const std::uint32_t used = in.Count(kUsedMax);
  for (std::uint32_t i = 0; i < used; ++i) out.used.push_back(in.Array<32>());
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::policy
