// Every client request as a struct, parsed from one JSON-RPC body (wire-api.md 2, 5).
#pragma once

#include <string>
#include <variant>

#include "trusted/api/errors.h"
#include "trusted/eth/transaction.h"
#include "trusted/eth/typed_data.h"
#include "trusted/json/json.h"
#include "trusted/passkey/ceremony.h"

namespace passport::api {

// Scope configuration as its owner signed it: config is the very string whose bytes are signed
// (wire-api.md 6.3).
struct SignedConfig {
  std::string config;
  Bytes signature;   // DER
  Bytes public_key;  // SPKI DER
};

struct CreateScope {
  SignedConfig signed_config;
};
struct UpdateScope {
  ScopeId scope;
  SignedConfig signed_config;
};
// encrypted_credential.KeySignature is the AES ciphertext of the key assertion over encrypted_user.
struct DelegatedRegistration {
  std::string encrypted_user;
  std::string encrypted_key_signature;
};
struct Addresses {};
struct PersonalSign {
  Bytes message;
};
struct SignTypedData {
  eth::TypedData typed_data;
};
struct SignTransaction {
  eth::Transaction transaction;
};
struct SignAuthorization {
  eth::Authorization authorization;  // EIP-7702
};
// The two halves of every passkey ceremony (wire-api.md 8). Ciphertexts are as sent.
struct BeginCeremony {
  passkey::CeremonyKind kind;
  std::string encrypted_user;
  bool regenerate_seed = false;
  Hash32 credential{};  // to be removed
};
struct CompleteCeremony {
  passkey::CeremonyKind kind = passkey::CeremonyKind::kRegister;
  std::string challenge_id;  // the ceremony, sealed for the client that began it
  std::string encrypted_user;
  std::string encrypted_attestation;  // of a new passkey
  std::string encrypted_assertion;    // of one that the account has
  // encrypted_credential.KeySignature, as in DelegatedRegistration: the developer's proof of a hybrid
  // account.
  std::string encrypted_key_signature;
};
// What an account's owner may see of it: nothing is signed or changed.
struct AccountQuery {
  enum class About { kAccount, kCredentials, kSessions };
  About about;
};
struct RevokeSession {
  std::optional<RecordId> session;  // absent: the one that came with the request
};
struct ChainNotice {};  // wallet_addEthereumChain and its like: nothing to do, answered with null

using Request = std::variant<CreateScope, UpdateScope, DelegatedRegistration, Addresses, PersonalSign,
                             SignTypedData, SignTransaction, ChainNotice, SignAuthorization, BeginCeremony,
                             CompleteCeremony, AccountQuery, RevokeSession>;
// Numbers of the alternatives, for the host's metrics; 0 is a request that did not parse.
std::uint16_t MetricNumber(const Request& request);

struct Call {
  std::string id = "null";  // JSON text of the client's id, to be echoed
  Request request;
  std::string_view method;  // as the table of methods has it
  ByteSpan params;          // as they stand in the body, borrowed from it; empty: there are none
};
struct CallError {
  std::string id = "null";
  Error error;
};

// One JSON-RPC 2.0 request. The error carries the id when the body got far enough to have one.
Result<Call, CallError> ParseCall(ByteSpan body);

// The client-facing error for a refusal of the parsers below the API.
ErrorCode ErrorFor(Status status, ErrorCode otherwise);

}  // namespace passport::api
