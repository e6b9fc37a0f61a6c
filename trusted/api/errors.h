// Every error a client can get: one row, one JSON-RPC code (rules.md 31). The table is printed into
// docs/errors.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edl/base/ids.h"

namespace passport::api {

enum class ErrorCode : std::uint8_t {
  kParse,
  kInvalidRequest,
  kMethodNotFound,
  kInvalidParams,
  kInternal,
  kUnauthorized,
  kTooDeep,
  kDuplicateKey,
  kTooLarge,
  kBadBase64,
  kEnvelope,
  kUnknownScope,
  kUnknownUser,
  kWrongOwner,
  kReplay,
  kNumberAmbiguous,
  kTransactionType,
  kTransaction,
  kTypedData,
  kDuplicateRegistration,
  kTooFewNodes,
  kBusy,
  kTimeout,
  kNotPermitted,
  kWrongAccount,
  kNotReady,
  kMissingHeader,
  kScopeConfig,
  kPending,
  kNotAvailable,
  kBadHex,
  kProof,
  kUtf8,
  kNotBound,
  kStale,
  kChallenge,
  kPasskey,
  kUnknownSession,
  kSessionOver,
  kCredential,
  kCount,
};

struct ErrorRow {
  ErrorCode code;
  int number;           // error.code
  const char* name;     // error.details.code_name, and the beginning of error.data
  const char* message;  // error.message
};
const ErrorRow& RowOf(ErrorCode code);

// An error on its way to a client. detail is one sentence about this case, made of constants and public names
// only.
struct Error {
  ErrorCode code;
  std::string detail;
  std::vector<PartyIndex> missing;  // nodes whose absence is the reason
  std::optional<std::uint64_t> retry_after_ms;
};

inline Error MakeError(ErrorCode code, std::string detail = {}) { return {code, std::move(detail), {}, {}}; }

}  // namespace passport::api
