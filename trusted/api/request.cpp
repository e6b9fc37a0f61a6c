#include "trusted/api/request.h"

#include <algorithm>
#include <array>

#include "edl/base/uuid.h"
#include "trusted/api/ceremony_request.h"
#include "trusted/eth/message.h"
#include "trusted/json/member_text.h"
#include "trusted/json/write.h"

namespace passport::api {
namespace {

constexpr std::size_t kIdTextBytesMax = 256;

using json::Value;
using Parser = Result<Request, Error> (*)(const Value* params);

// What is wrong with a value, for the statuses whose error code alone does not say it; else empty.
std::string_view ReasonFor(Status status) {
  constexpr std::pair<Status, std::string_view> kReasons[] = {
      {Status::kJsonType, "a value has the wrong JSON type"},
      {Status::kJsonNumber, "a number is not a plain non-negative integer"},
      {Status::kNumberRange, "a number is out of range"},
      {Status::kTxField, "a member is missing, unknown, malformed or contradicts another"},
      {Status::kTxAddress, "an address is malformed or its checksum is wrong"},
      {Status::kTypedDataShape, "members are missing, too many or of the wrong JSON type"},
      {Status::kTypedDataType, "a type is unknown or malformed"},
      {Status::kTypedDataValue, "a value does not fit its type"},
      {Status::kTypedDataDepth, "values are nested too deeply"},
  };
  const auto* row = std::ranges::find(kReasons, status, &std::pair<Status, std::string_view>::first);
  return row == std::end(kReasons) ? std::string_view() : row->second;
}

template <class T>
Result<T, Error> OrInvalid(Result<T> result, std::string_view what,
                           ErrorCode otherwise = ErrorCode::kInvalidParams) {
  if (result.ok()) return std::move(result).value();
  std::string detail(what);
  const std::string_view reason = ReasonFor(result.error());
  if (!reason.empty()) detail.append(": ").append(reason);
  return Fail(MakeError(ErrorFor(result.error(), otherwise), std::move(detail)));
}

Result<const Value*, Error> Element(const Value* params, std::size_t index, const char* what) {
  if (params == nullptr || !params->IsArray())
    return Fail(MakeError(ErrorCode::kInvalidParams, "params must be an array"));
  const auto items = params->AsArray().value();
  if (index >= items.size()) return Fail(MakeError(ErrorCode::kInvalidParams, what));
  return &items[index];
}

Result<SignedConfig, Error> ParseSignedConfig(const Value* params) {
  SignedConfig out;
  PASSPORT_TRY(out.config, TextMember(params, "config"));
  PASSPORT_TRY(const std::string signature, TextMember(params, "signature"));
  PASSPORT_TRY(const std::string public_key, TextMember(params, "public_key"));
  PASSPORT_TRY(out.signature, OrInvalid(ParseBase64(signature), "signature is not base64"));
  PASSPORT_TRY(out.public_key, OrInvalid(ParseBase64(public_key), "public_key is not base64"));
  return out;
}

Result<Request, Error> ParseCreateScope(const Value* params) {
  PASSPORT_TRY(SignedConfig config, ParseSignedConfig(params));
  return Request(CreateScope{std::move(config)});
}

Result<Request, Error> ParseUpdateScope(const Value* params) {
  PASSPORT_TRY(const std::string scope_id, TextMember(params, "scope_id"));
  const auto scope = ParseUuid(scope_id);
  if (!scope.ok()) return Fail(MakeError(ErrorCode::kUnknownScope, "scope_id is not a UUID"));
  PASSPORT_TRY(SignedConfig config, ParseSignedConfig(params));
  return Request(UpdateScope{ScopeId{scope.value()}, std::move(config)});
}

Result<Request, Error> ParseDelegatedRegistration(const Value* params) {
  DelegatedRegistration out;
  PASSPORT_TRY(out.encrypted_user, TextMember(params, "encrypted_user"));
  const Value* credential = params->Find("encrypted_credential");
  if (credential == nullptr)
    return Fail(MakeError(ErrorCode::kInvalidParams, "encrypted_credential is missing"));
  PASSPORT_TRY(out.encrypted_key_signature, KeySignatureMember(*credential));
  return Request(std::move(out));
}

Result<Request, Error> ParseAddresses(const Value*) { return Request(Addresses{}); }
Result<Request, Error> ParseChainNotice(const Value*) { return Request(ChainNotice{}); }

Result<Request, Error> ParsePersonalSign(const Value* params) {
  PASSPORT_TRY(const Value* const data, Element(params, 0, "params[0] must be the message in hex"));
  PASSPORT_TRY(const auto text, OrInvalid(data->AsString(), "params[0] must be the message in hex"));
  PASSPORT_TRY(Bytes message, OrInvalid(eth::ParsePersonalMessage(text), "params[0] is not hexadecimal",
                                        ErrorCode::kBadHex));
  return Request(PersonalSign{std::move(message)});
}

Result<Request, Error> ParseSignTypedData(const Value* params) {
  PASSPORT_TRY(const Value* const payload, Element(params, 1, "params[1] must be the typed data"));
  auto parsed = eth::ParseTypedData(*payload);
  // A payload that is a JSON text of its own: it is at fault, not the request's body.
  const bool is_text =
      !parsed.ok() && (parsed.error() == Status::kJsonSyntax || parsed.error() == Status::kJsonUtf8);
  if (is_text) return Fail(MakeError(ErrorCode::kTypedData, "params[1] is not a JSON text"));
  PASSPORT_TRY(auto typed, OrInvalid(std::move(parsed), "params[1]", ErrorCode::kTypedData));
  return Request(SignTypedData{std::move(typed)});
}

Result<Request, Error> ParseSignTransaction(const Value* params) {
  PASSPORT_TRY(const Value* const object, Element(params, 0, "params[0] must be the transaction object"));
  PASSPORT_TRY(auto transaction,
               OrInvalid(eth::ParseTransaction(*object), "params[0]", ErrorCode::kTransaction));
  return Request(SignTransaction{std::move(transaction)});
}

Result<Request, Error> ParseSignAuthorization(const Value* params) {
  PASSPORT_TRY(const Value* const object, Element(params, 0, "params[0] must be {address, chainId, nonce}"));
  PASSPORT_TRY(auto authorization,
               OrInvalid(eth::ParseAuthorization(*object), "params[0]", ErrorCode::kTransaction));
  return Request(SignAuthorization{authorization});
}

// Known to the SDK, but not served by this network yet: a clear refusal rather than "method not found".
Result<Request, Error> ParseNotAvailable(const Value*) { return Fail(MakeError(ErrorCode::kNotAvailable)); }

struct Method {
  std::string_view name;
  Parser parse;
};
constexpr std::array kMethods = {
    Method{"createScope", ParseCreateScope},
    Method{"updateScope", ParseUpdateScope},
    Method{"delegatedRegistration", ParseDelegatedRegistration},
    Method{"delegateRegistration", ParseDelegatedRegistration},
    Method{"eth_requestAccounts", ParseAddresses},
    Method{"eth_accounts", ParseAddresses},
    Method{"personal_sign", ParsePersonalSign},
    Method{"eth_signTypedData_v4", ParseSignTypedData},
    Method{"eth_signTransaction", ParseSignTransaction},
    Method{"eth_signAuthorization", ParseSignAuthorization},
    Method{"wallet_addEthereumChain", ParseChainNotice},
    Method{"wallet_switchEthereumChain", ParseChainNotice},
    Method{"eth_addEthereumChain", ParseChainNotice},
    Method{"eth_switchEthereumChain", ParseChainNotice},
    Method{"initiateRegistration", ParseInitiateRegistration},
    Method{"completeRegistration", ParseCompleteRegistration},
    Method{"initiateAuthentication", ParseInitiateAuthentication},
    Method{"completeAuthentication", ParseCompleteAuthentication},
    Method{"passport_initiateAddCredential", ParseInitiateAddCredential},
    Method{"passport_completeAddCredential", ParseCompleteAddCredential},
    Method{"passport_initiateRemoveCredential", ParseInitiateRemoveCredential},
    Method{"passport_completeRemoveCredential", ParseCompleteRemoveCredential},
    Method{"passport_accountInfo", ParseAccountInfo},
    Method{"passport_listCredentials", ParseListCredentials},
    Method{"passport_listSessions", ParseListSessions},
    Method{"passport_revokeSession", ParseRevokeSession},
    Method{"createLambda", ParseNotAvailable},
    Method{"listLambda", ParseNotAvailable},
    Method{"executeLambda", ParseNotAvailable},
};

// A JSON-RPC id is a string, a number or null (JSON-RPC 2.0, section 4).
Result<std::string, Error> ParseId(const Value& body) {
  const Value* id = body.Find("id");
  if (id == nullptr || id->IsNull()) return std::string("null");
  if (!id->IsString() && !id->IsNumber())
    return Fail(MakeError(ErrorCode::kInvalidRequest, "id must be a string, a number or null"));
  std::string text = json::Serialize(*id);
  if (text.size() > kIdTextBytesMax) return Fail(MakeError(ErrorCode::kInvalidRequest, "id is too long"));
  return text;
}

struct Parsed {
  Request request;
  std::string_view method;
};
Result<Parsed, Error> ParseRequest(const Value& body) {
  if (const Value* version = body.Find("jsonrpc"); version != nullptr) {
    const auto text = version->AsString();
    if (!text.ok() || text.value() != "2.0")
      return Fail(MakeError(ErrorCode::kInvalidRequest, "jsonrpc must be \"2.0\""));
  }
  const auto method = body.GetString("method");
  if (!method.ok()) return Fail(MakeError(ErrorCode::kInvalidRequest, "method must be a string"));
  const auto row = std::ranges::find(kMethods, method.value(), &Method::name);
  if (row == kMethods.end()) return Fail(MakeError(ErrorCode::kMethodNotFound));
  PASSPORT_TRY(Request request, row->parse(body.Find("params")));
  return Parsed{std::move(request), row->name};
}

ByteSpan ParamsText(ByteSpan text, const Value& body) {
  const auto members = body.AsObject().value();
  const auto params = std::ranges::find(members, "params", &json::Member::key);
  return json::MemberText(text, static_cast<std::size_t>(params - members.begin()));
}

}  // namespace

std::uint16_t MetricNumber(const Request& request) { return static_cast<std::uint16_t>(request.index() + 1); }

ErrorCode ErrorFor(Status status, ErrorCode otherwise) {
  // Only the statuses that parsers of client input give have a row of their own; all others are the caller's
  // to name.
  constexpr std::pair<Status, ErrorCode> kKnown[] = {
      {Status::kJsonSyntax, ErrorCode::kParse},
      {Status::kJsonDepth, ErrorCode::kTooDeep},
      {Status::kJsonDuplicateKey, ErrorCode::kDuplicateKey},
      {Status::kJsonSize, ErrorCode::kTooLarge},
      {Status::kJsonUtf8, ErrorCode::kUtf8},
      {Status::kBadBase64, ErrorCode::kBadBase64},
      {Status::kBadHex, ErrorCode::kBadHex},
      {Status::kNumberAmbiguous, ErrorCode::kNumberAmbiguous},
      {Status::kTxType, ErrorCode::kTransactionType},
      {Status::kTooLong, ErrorCode::kTooLarge},
  };
  const auto* row = std::ranges::find(kKnown, status, &std::pair<Status, ErrorCode>::first);
  return row == std::end(kKnown) ? otherwise : row->second;
}

Result<Call, CallError> ParseCall(ByteSpan body) {
  auto parsed = json::Parse(body);
  if (!parsed.ok() && parsed.error() == Status::kJsonNumber) {
    return Fail(CallError{"null", MakeError(ErrorCode::kInvalidRequest,
                                            "a number is beyond what this node reads (about 1.8e308)")});
  }
  if (!parsed.ok()) return Fail(CallError{"null", MakeError(ErrorFor(parsed.error(), ErrorCode::kParse))});
  const Value& value = parsed.value();
  if (!value.IsObject()) return Fail(CallError{"null", MakeError(ErrorCode::kInvalidRequest)});
  auto id = ParseId(value);
  if (!id.ok()) return Fail(CallError{"null", std::move(id).error()});
  auto request = ParseRequest(value);
  if (!request.ok()) return Fail(CallError{std::move(id).value(), std::move(request).error()});
  return Call{std::move(id).value(), std::move(request.value().request), request.value().method,
              ParamsText(body, value)};
}

}  // namespace passport::api
