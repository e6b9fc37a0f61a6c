#include "trusted/webauthn/attestation.h"

#include <algorithm>

namespace passport::webauthn {
namespace {

constexpr std::size_t kAuthDataBytesMax = 4'096;
constexpr std::size_t kStatementMembersMax = 16;
constexpr std::size_t kNameBytesMax = 32;
constexpr unsigned kStatementDepthMax = 4;
// The formats of WebAuthn 8 (IANA registry).
constexpr std::string_view kFormats[] = {"none",     "packed", "tpm",     "android-key", "android-safetynet",
                                         "fido-u2f", "apple",  "compound"};

struct Statement {
  std::size_t members = 0;
  std::optional<std::int64_t> algorithm;
  std::optional<ByteSpan> signature;
  bool has_certificates = false;
};

struct Object {
  std::string_view format;
  Statement statement;
  ByteSpan data;
};

// Members of a packed statement; of other formats they mean nothing here.
Statement ReadStatement(cbor::CborReader& in, bool is_packed) {
  Statement out;
  out.members = in.Map(kStatementMembersMax);
  for (std::size_t left = out.members; left > 0 && !in.failed(); --left) {
    const std::string_view name = in.Text(kNameBytesMax);
    if (is_packed && name == "alg") {
      if (out.algorithm) in.Reject();
      out.algorithm = in.Integer();
    } else if (is_packed && name == "sig") {
      if (out.signature) in.Reject();
      out.signature = in.String(kAuthDataBytesMax);
    } else {
      out.has_certificates = out.has_certificates || name == "x5c";
      in.Skip(kStatementDepthMax);
    }
  }
  return out;
}

// The three members in any order. A statement that comes before its format is read over first.
Result<Object> ReadObject(ByteSpan bytes) {
  cbor::CborReader in(bytes);
  std::optional<std::string_view> format;
  std::optional<ByteSpan> data;
  std::optional<ByteSpan> statement;
  for (std::size_t left = in.Map(3); left > 0 && !in.failed(); --left) {
    const std::string_view name = in.Text(kNameBytesMax);
    const ByteSpan before = in.rest();
    if (name == "fmt" && !format) {
      format = in.Text(kNameBytesMax);
    } else if (name == "authData" && !data) {
      data = in.String(kAuthDataBytesMax);
    } else if (name == "attStmt" && !statement) {
      in.Skip(kStatementDepthMax + 1);
      statement = before.first(before.size() - in.rest().size());
    } else {
      in.Reject();
    }
  }
  if (!in.Done() || !format || !data || !statement) return Fail(Status::kWebauthnFormat);
  if (std::ranges::find(kFormats, *format) == std::end(kFormats)) return Fail(Status::kWebauthnFormat);
  cbor::CborReader inner(*statement);
  Object out{*format, ReadStatement(inner, *format == "packed"), *data};
  if (!inner.Done()) return Fail(Status::kWebauthnFormat);
  return out;
}

// Packed self attestation (8.2, step 4): signed with the credential's own key.
Result<Attestation> VerifyPacked(const Statement& statement, const CredentialKey& key,
                                 ByteSpan signed_bytes) {
  if (!statement.algorithm || !statement.signature) return Fail(Status::kWebauthnAttestation);
  if (statement.has_certificates) return Attestation::kForeign;
  const bool is_its_own = statement.members == 2 && *statement.algorithm == key.algorithm() &&
                          key.Verify(signed_bytes, *statement.signature).ok();
  if (!is_its_own) return Fail(Status::kWebauthnAttestation);
  return Attestation::kSelf;
}

}  // namespace

Result<NewCredential> VerifyAttestation(ByteSpan attestation_object, const Hash32& client_data_hash) {
  PASSPORT_TRY(const Object object, ReadObject(attestation_object));
  NewCredential out;
  PASSPORT_TRY(out.data, AuthenticatorData::Parse(object.data));
  if (!out.data.credential) return Fail(Status::kWebauthnFormat);
  if (object.format == "none") {
    if (object.statement.members != 0) return Fail(Status::kWebauthnAttestation);
    out.attestation = Attestation::kNone;
  } else if (object.format == "packed") {
    Bytes signed_bytes = ToBytes(object.data);
    Append(signed_bytes, client_data_hash);
    PASSPORT_TRY(out.attestation, VerifyPacked(object.statement, out.data.credential->key, signed_bytes));
  } else {
    out.attestation = Attestation::kForeign;
  }
  return out;
}

}  // namespace passport::webauthn
