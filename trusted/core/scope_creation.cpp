#include "trusted/core/scope_creation.h"

namespace passport::core {

using api::ErrorCode;
using api::MakeError;

// The token is for the owner's key and this network: shown to everybody, it is of use to its owner only.
auth::Checked<Unit> CheckCreation(const peer::Manifest& manifest, const policy::VerifiedConfig& verified) {
  const auto& token = verified.config.operator_token;
  if (!token && manifest.profile != peer::Profile::kClosed) return Unit{};
  if (!token) {
    return Fail(MakeError(ErrorCode::kNotPermitted,
                          "this network takes scopes with an operator's token only: put the `operator_token` "
                          "that an operator made for your key into the configuration"));
  }
  const peer::ManifestRow* row = manifest.Row(token->party);
  const Hash32 statement = peer::ScopeTokenStatement(manifest.network_id, verified.owner);
  if (row == nullptr || !crypto::VerifyEd25519(row->operator_key, statement, token->signature))
    return Fail(MakeError(ErrorCode::kUnauthorized, "operator_token is no operator's word about this key"));
  return Unit{};
}

}  // namespace passport::core
