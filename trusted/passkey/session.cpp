#include "trusted/passkey/session.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/json/json.h"
#include "trusted/json/write.h"

namespace passport::passkey {
namespace {

constexpr std::uint8_t kSessionFormat = 1;
constexpr std::size_t kTokenBytesMax = 2'048;
constexpr std::string_view kHeader = R"({"typ":"JWT","alg":"HS256"})";

std::string Hex(ByteSpan bytes) { return "0x" + ToHex(bytes); }

Hash32 Mac(const Hash32& challenge, std::string_view text) {
  return crypto::HmacSha256(crypto::TaggedHash(crypto::tag::kSessionToken, challenge, {}), {AsBytes(text)});
}

Result<Hash32> ReadCeremony(ByteSpan claims) {
  PASSPORT_TRY(const json::Value value, json::Parse(claims, {.text_bytes_max = kTokenBytesMax}));
  PASSPORT_TRY(const std::string_view text, value.GetString("ceremony"));
  if (!text.starts_with("0x")) return Fail(Status::kSessionToken);
  PASSPORT_TRY(const Bytes bytes, ParseHex(text.substr(2)));
  return ToArray<32>(bytes);
}

}  // namespace

Bytes Session::Encode() const {
  return Writer()
      .U8(kSessionFormat)
      .Raw(account.bytes)
      .Raw(credential)
      .Raw(seed)
      .U64(begun_ms)
      .U64(expires_ms)
      .U8(revoked ? 1 : 0)
      .Take();
}

Result<Session> Session::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kSessionFormat) return Fail(Status::kMalformed);
  Session out;
  out.account = RecordId{in.Array<32>()};
  out.credential = in.Array<32>();
  out.seed = in.Array<16>();
  out.begun_ms = in.U64();
  out.expires_ms = in.U64();
  out.revoked = in.Bool();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Hash32 CredentialName(ByteSpan credential_id) {
  return crypto::TaggedHash(crypto::tag::kCredentialName, {}, {credential_id});
}

ByteArray<16> SeedFrom(const Hash32& challenge) {
  return UuidFrom(crypto::TaggedHash(crypto::tag::kSessionSeed, challenge, {}));
}

std::string SessionToken(const Session& session, const Hash32& challenge, const ByteArray<33>& public_key,
                         const KeyId& key) {
  const std::string claims = json::ObjectWriter()
                                 .Text("credential_hash", Hex(session.credential))
                                 .Text("key_hash", Hex(key.bytes))
                                 .Text("public_key", ToHex(public_key))
                                 .Text("seed", FormatUuid(session.seed))
                                 .Text("permissions", "full")
                                 .Text("ceremony", Hex(challenge))
                                 .U64("exp", session.expires_ms / 1'000)
                                 .U64("iat", session.begun_ms / 1'000)
                                 .Finish();
  const std::string text = ToBase64Url(AsBytes(kHeader)) + "." + ToBase64Url(AsBytes(claims));
  return text + "." + ToBase64Url(Mac(challenge, text));
}

Result<Hash32> CeremonyOf(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kTokenBytesMax || first == std::string_view::npos || last == first)
    return Fail(Status::kSessionToken);
  const auto claims = ParseBase64Url(token.substr(first + 1, last - first - 1));
  if (!claims.ok()) return Fail(Status::kSessionToken);
  const Result<Hash32> out = ReadCeremony(claims.value());
  // One token of a session, not one for each spelling of it: what is read is what was made.
  const bool whole =
      out.ok() && ToBase64Url(Mac(out.value(), token.substr(0, last))) == token.substr(last + 1);
  if (!whole) return Fail(Status::kSessionToken);
  return out;
}

}  // namespace passport::passkey
