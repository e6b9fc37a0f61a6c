#include "trusted/api/errors.h"

#include <array>

namespace passport::api {
namespace {

// Texts that published clients match (wire-api.md 14) must stay as they are: "Duplicate registration" and
// "Account credential lookup yielded no results".
constexpr std::array<ErrorRow, static_cast<std::size_t>(ErrorCode::kCount)> kRows = {{
    {ErrorCode::kParse, -32700, "parse_error", "The request body is not valid JSON"},
    {ErrorCode::kInvalidRequest, -32600, "invalid_request", "The body is not a JSON-RPC 2.0 request object"},
    {ErrorCode::kMethodNotFound, -32601, "method_not_found", "The method does not exist"},
    {ErrorCode::kInvalidParams, -32602, "invalid_params", "A parameter is missing or has the wrong type"},
    {ErrorCode::kInternal, -32603, "internal", "The node failed to process the request"},
    {ErrorCode::kUnauthorized, 401, "unauthorized", "Unauthorized: Signature verification failed."},
    {ErrorCode::kTooDeep, -32001, "too_deep", "The request body is nested too deeply"},
    {ErrorCode::kDuplicateKey, -32002, "duplicate_key", "An object in the request has one key twice"},
    {ErrorCode::kTooLarge, -32003, "too_large", "The request is larger than the node accepts"},
    {ErrorCode::kBadBase64, -32004, "bad_base64", "A value is not canonical base64"},
    {ErrorCode::kEnvelope, -32005, "undecryptable", "An encrypted header or parameter does not decrypt"},
    {ErrorCode::kUnknownScope, -32006, "unknown_scope", "No such scope"},
    {ErrorCode::kUnknownUser, -32007, "unknown_user", "Account credential lookup yielded no results"},
    {ErrorCode::kWrongOwner, -32008, "wrong_owner", "The public key is not an owner of the scope"},
    {ErrorCode::kReplay, -32009, "replayed", "This signature or a newer revision has been used before"},
    {ErrorCode::kNumberAmbiguous, -32010, "ambiguous_number",
     "An unprefixed number of several digits could be hex or decimal"},
    {ErrorCode::kTransactionType, -32011, "unknown_transaction_type",
     "The transaction type is not supported"},
    {ErrorCode::kTransaction, -32012, "malformed_transaction", "The transaction is malformed"},
    {ErrorCode::kTypedData, -32013, "malformed_typed_data", "The typed data is malformed"},
    {ErrorCode::kDuplicateRegistration, -32014, "duplicate_registration", "Duplicate registration"},
    {ErrorCode::kTooFewNodes, -32015, "too_few_nodes", "Too few nodes are reachable"},
    {ErrorCode::kBusy, -32016, "busy", "The node is busy"},
    {ErrorCode::kTimeout, -32017, "timeout", "The network did not answer in time"},
    {ErrorCode::kNotPermitted, -32018, "not_permitted", "The scope does not permit this"},
    {ErrorCode::kWrongAccount, -32019, "wrong_account",
     "The transaction names another account as its sender"},
    {ErrorCode::kNotReady, -32020, "not_ready", "The node is not part of a network yet"},
    {ErrorCode::kMissingHeader, -32021, "missing_header", "A required header is missing"},
    {ErrorCode::kScopeConfig, -32022, "scope_config", "The scope configuration is not valid"},
    {ErrorCode::kPending, -32023, "registration_pending", "The account is still being registered"},
    {ErrorCode::kNotAvailable, -32024, "not_available", "The method is not available on this network"},
    {ErrorCode::kBadHex, -32025, "bad_hex", "A value is not hexadecimal"},
    {ErrorCode::kProof, -32026, "malformed_proof", "The proof of control is malformed"},
    {ErrorCode::kUtf8, -32027, "invalid_utf8", "The request body is not valid UTF-8"},
    {ErrorCode::kNotBound, -32028, "not_bound", "The proof is not about this request"},
    {ErrorCode::kStale, -32029, "stale_request",
     "The request was issued too long ago, in the future, or before the node started"},
    {ErrorCode::kChallenge, -32030, "challenge_over",
     "The challenge is not outstanding here, or was used, or is over"},
    {ErrorCode::kPasskey, -32031, "passkey_refused", "The passkey's answer is not accepted"},
    {ErrorCode::kUnknownSession, -32032, "unknown_session", "No such session"},
    {ErrorCode::kSessionOver, -32033, "session_over", "The session is over"},
    {ErrorCode::kCredential, -32034, "credential_refused", "The account's passkeys do not allow this"},
}};

}  // namespace

const ErrorRow& RowOf(ErrorCode code) {
  const ErrorRow& row = kRows[static_cast<std::size_t>(code)];
  PASSPORT_CHECK(row.code == code);
  return row;
}

}  // namespace passport::api
