#include "trusted/policy/scope_config.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/json/json.h"
#include "trusted/policy/relying_party.h"

namespace passport::policy {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

Checked<Unit> ParseText(const json::Value& value, const std::string& name) {
  if (!value.IsString()) return InvalidConfig(name + " must be a string");
  return Unit{};
}

Checked<Unit> ParseFlag(const json::Value& value, const std::string& name, bool& out) {
  const auto flag = value.AsBool();
  if (!flag.ok()) return InvalidConfig(name + " must be true or false");
  out = flag.value();
  return Unit{};
}

Checked<Unit> ParsePermissions(const json::Value& value, Permissions& out) {
  if (!value.IsObject()) return InvalidConfig("permissions must be an object");
  for (const json::Member& member : value.AsObject().value()) {
    bool* flag = member.key == "personal_sign"          ? &out.personal_sign
                 : member.key == "eth_signTypedData_v4" ? &out.typed_data
                 : member.key == "eth_signTransaction"  ? &out.transaction
                 : member.key == "contract_creation"    ? &out.contract_creation
                 : member.key == "set_code"             ? &out.set_code
                                                        : nullptr;
    if (flag == nullptr) return InvalidConfig("unknown member permissions." + member.key);
    PASSPORT_TRY_VOID(ParseFlag(member.value, "permissions." + member.key, *flag));
  }
  return Unit{};
}

// accounts: a list of kinds, none twice.
Checked<Unit> ParseControls(const json::Value& value, Controls& out) {
  const auto items = value.AsArray();
  if (!items.ok() || items.value().empty())
    return InvalidConfig("accounts must be a list of at least one kind");
  out = {false, false, false};
  for (const json::Value& item : items.value()) {
    const auto text = item.AsString();
    const std::string_view kind = text.ok() ? text.value() : "";
    bool* flag = kind == "user"        ? &out.user
                 : kind == "developer" ? &out.developer
                 : kind == "hybrid"    ? &out.hybrid
                                       : nullptr;
    if (flag == nullptr || *flag)
      return InvalidConfig(R"(accounts: each item is one of "user", "developer" and "hybrid", none twice)");
    *flag = true;
  }
  return Unit{};
}

Checked<Unit> ParseBinding(const json::Value& value, RequestBinding& out) {
  const auto text = value.AsString();
  const std::string_view binding = text.ok() ? text.value() : "";
  if (binding != "legacy" && binding != "bound")
    return InvalidConfig(R"(request_binding must be "legacy" or "bound")");
  out = binding == "bound" ? RequestBinding::kBound : RequestBinding::kLegacy;
  return Unit{};
}

// What becomes of passkeys with an attestation that no trust anchor here verifies.
Checked<Unit> ParseAttestation(const json::Value& value, bool& accepts_foreign) {
  const auto text = value.AsString();
  const std::string_view rule = text.ok() ? text.value() : "";
  if (rule != "none" && rule != "strict") return InvalidConfig(R"(attestation must be "none" or "strict")");
  accepts_foreign = rule == "none";
  return Unit{};
}

Checked<std::uint32_t> ParseNumber(const json::Value& value, const std::string& name, std::uint32_t least,
                                   std::uint32_t most) {
  const auto number = value.AsU64();
  if (!number.ok() || number.value() < least || number.value() > most) {
    return InvalidConfig(name + " must be an integer from " + std::to_string(least) + " to " +
                         std::to_string(most));
  }
  return static_cast<std::uint32_t>(number.value());
}

Checked<Unit> ParseLimits(const json::Value& value, ScopeConfig& out) {
  if (!value.IsObject()) return InvalidConfig("limits must be an object");
  for (const json::Member& limit : value.AsObject().value()) {
    if (limit.key != "accounts") return InvalidConfig("unknown member limits." + limit.key);
    PASSPORT_TRY(out.accounts_max, ParseNumber(limit.value, "limits.accounts", 1, kAccountsMax));
  }
  return Unit{};
}

Checked<Unit> ParseToken(const json::Value& value, std::optional<OperatorToken>& out) {
  const auto party = value.GetU64("party");
  const auto text = value.GetString("signature");
  const auto bytes = text.ok() ? ParseHex(text.value()) : Fail(Status::kJsonType);
  const auto signature = bytes.ok() ? ToArray<64>(bytes.value()) : Fail(Status::kBadHex);
  const bool whole = value.IsObject() && value.AsObject().value().size() == 2 && signature.ok() &&
                     party.ok() && party.value() >= 1 && party.value() <= 64;
  if (!whole)
    return InvalidConfig("operator_token must be {party, signature}: a node's number and 128 hex digits");
  out = OperatorToken{PartyIndex{static_cast<std::uint16_t>(party.value())}, signature.value()};
  return Unit{};
}

// What says for which scope a configuration is, and which one of it.
Checked<Unit> ParseIdentity(const json::Member& member, ScopeConfig& out) {
  if (member.key == "scope_id") {
    const auto text = member.value.AsString();
    const auto uuid = text.ok() ? ParseUuid(text.value()) : Fail(Status::kJsonType);
    if (!uuid.ok()) return InvalidConfig("scope_id must be a UUID");
    out.scope = ScopeId{uuid.value()};
    return Unit{};
  }
  const auto revision = member.value.AsU64();
  if (!revision.ok()) return InvalidConfig("revision must be a non-negative integer");
  out.revision = revision.value();
  return Unit{};
}

Checked<Unit> ParseMember(const json::Member& member, ScopeConfig& out) {
  if (member.key == "name" || member.key == "description") return ParseText(member.value, member.key);
  if (member.key == "permissions") return ParsePermissions(member.value, out.permissions);
  if (member.key == "accounts") return ParseControls(member.value, out.accounts);
  if (member.key == "request_binding") return ParseBinding(member.value, out.binding);
  if (member.key == "scope_id" || member.key == "revision") return ParseIdentity(member, out);
  if (member.key == "limits") return ParseLimits(member.value, out);
  if (member.key == "operator_token") return ParseToken(member.value, out.operator_token);
  if (member.key == "rp") {
    PASSPORT_TRY(out.rp, ParseRelyingParty(member.value));
    return Unit{};
  }
  if (member.key == "replay_window_s") {
    PASSPORT_TRY(out.replay_window_s,
                 ParseNumber(member.value, member.key, kReplayWindowMinS, kReplayWindowMaxS));
    return Unit{};
  }
  if (member.key == "session_lifetime_s") {
    PASSPORT_TRY(out.session_lifetime_s,
                 ParseNumber(member.value, member.key, kSessionLifetimeMinS, kSessionLifetimeMaxS));
    return Unit{};
  }
  if (member.key == "attestation") return ParseAttestation(member.value, out.accepts_foreign);
  return InvalidConfig("unknown member " + member.key);
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

}  // namespace passport::policy
