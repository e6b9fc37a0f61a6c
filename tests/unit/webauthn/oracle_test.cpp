// Every ceremony of vectors.json gets the verdict of @simplewebauthn/server, or is in the list of those that
// do not, with the reason (rules.md 40). tests/webauthn makes the file.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "trusted/json/json.h"
#include "trusted/webauthn/ceremony.h"

namespace passport::webauthn {
namespace {

// A part of a ceremony's name, and why we refuse what the oracle accepts.
struct Reason {
  std::string_view part;
  std::string_view why;
};
constexpr Reason kStricter[] = {
    {": key ", "the oracle looks at a key when it is first used; we look when it is registered"},
    {": credential id size 0", "an id has at least one byte"},
    {": credential id of 1024 bytes", "WebAuthn 4: at most 1023 bytes"},
    {": object with one more member", "WebAuthn 6.5: the object has three members"},
    {": object with a trailing byte", "one encoding of one thing"},
    {": object cut off", "the oracle reads a map of which the last value is cut off"},
    {": statement a list", "the statement is a map"},
    {": statement with an unknown member", "a self attestation has alg and sig"},
    {": packed alg of another key", "WebAuthn 8.2: alg is the new key's"},
    {": attestationObject with padding", "unpadded base64url"},
    {": clientDataJSON in base64", "unpadded base64url"},
    {": client crossOrigin true", "signing inside another site's page is not what a wallet user sees"},
    {": client crossOrigin text", "it is a boolean"},
    {": client with a byte order mark", "strict JSON"},
    {": client with origin twice", "strict JSON: two readers would disagree"},
    {": client with bad UTF-8", "strict JSON"},
    {": client of 5000 bytes", "a bound"},
    {": id of another credential", "the id is the credential's (WebAuthn 7.1 step 25, 7.2 step 5)"},
    {": flag BE on", "WebAuthn Level 3, 7.2: eligibility does not change"},
    {": flags BE and BS on", "WebAuthn Level 3, 7.2: eligibility does not change"},
    {": signature with a trailing byte", "strict DER"},
    {": signature with a long length", "strict DER"},
    {": userHandle of 65 bytes", "WebAuthn 4: at most 64 bytes"},
};
// And why we accept what the oracle refuses.
constexpr Reason kLooser[] = {
    {": without type", "React Native clients leave it out (wire-api.md 8.2)"},
    {": format said to be ",
     "there are no trust anchors: statements of other formats count as none (rp.accepts_foreign)"},
    {": packed x5c", "a certificate chain without anchors proves nothing, whatever is in it"},
};

std::string_view WhyOf(std::span<const Reason> reasons, std::string_view name) {
  const auto found = std::ranges::find_if(
      reasons, [&](const Reason& reason) { return name.find(reason.part) != std::string_view::npos; });
  return found == reasons.end() ? std::string_view() : found->why;
}

Bytes Base64Url(std::string_view text) { return ParseBase64Url(text).value(); }

class Vectors {
 public:
  Vectors() : file_(Load()), party_{.id = Text("rp_id"), .origins = {Text("origin")}} {
    challenge_ = Base64Url(Text("challenge"));
    for (const json::Member& member : file_.Find("keys")->AsObject().value()) {
      const Bytes cose = Base64Url(member.value.GetString("cose").value());
      cbor::CborReader in(cose);
      credentials_.emplace(member.key, Credential{.id = Base64Url(member.value.GetString("id").value()),
                                                  .key = CredentialKey::Read(in).value(),
                                                  .sign_count = 5});
    }
  }
  std::span<const json::Value> ceremonies() const { return file_.Find("ceremonies")->AsArray().value(); }

  // "create ES256 none: ..." or "get RS256: ...".
  Status Judge(std::string_view name, std::string_view response) const {
    if (name.starts_with("create")) {
      const auto parsed = RegistrationResponse::Parse(response);
      if (!parsed.ok()) return parsed.error();
      const auto made = VerifyRegistration(party_, challenge_, parsed.value());
      return made.ok() ? Status::kOk : made.error();
    }
    const auto parsed = AssertionResponse::Parse(response);
    if (!parsed.ok()) return parsed.error();
    const auto count =
        VerifyAssertion(party_, challenge_, credentials_.at(std::string(name.substr(4, 5))), parsed.value());
    return count.ok() ? Status::kOk : count.error();
  }

 private:
  static json::Value Load() {
    std::ifstream in(PASSPORT_SOURCE_DIR "/tests/unit/webauthn/vectors.json");
    std::ostringstream text;
    text << in.rdbuf();
    return json::Parse(text.str(), {.text_bytes_max = 4 << 20, .nodes_max = 1 << 16}).value();
  }
  std::string Text(std::string_view name) const { return std::string(file_.GetString(name).value()); }

  json::Value file_;
  RelyingParty party_;
  Bytes challenge_;
  std::map<std::string, Credential> credentials_;
};

TEST(WebauthnOracle, AgreesOrSaysWhyNot) {
  const Vectors vectors;
  ASSERT_GE(vectors.ceremonies().size(), 500u);
  std::map<std::string_view, int> used;
  int accepted = 0;
  for (const json::Value& ceremony : vectors.ceremonies()) {
    const std::string name(ceremony.GetString("name").value());
    const bool theirs = ceremony.GetBool("simplewebauthn").value();
    const Status status = vectors.Judge(name, ceremony.GetString("response").value());
    const bool ours = status == Status::kOk;
    accepted += ours ? 1 : 0;
    if (ours == theirs) continue;
    const std::string_view why = ours ? WhyOf(kLooser, name) : WhyOf(kStricter, name);
    EXPECT_FALSE(why.empty()) << name << ": ours " << static_cast<int>(status) << ", theirs " << theirs;
    ++used[why];
  }
  EXPECT_GT(accepted, 50);
  for (const auto& list : {std::span<const Reason>(kStricter), std::span<const Reason>(kLooser)}) {
    for (const Reason& reason : list)
      EXPECT_GT(used[reason.why], 0) << "not needed any more: " << reason.part;
  }
}

// Each refusal is of its own kind, so that a client's developer sees what is wrong.
TEST(WebauthnOracle, RefusalsNameWhatIsWrong) {
  const std::pair<std::string_view, Status> rows[] = {
      {": good", Status::kOk},
      {": client type payment.get", Status::kWebauthnType},
      {": client challenge of another ceremony", Status::kWebauthnChallenge},
      {": client origin https://evil.example", Status::kWebauthnOrigin},
      {": client crossOrigin true", Status::kWebauthnOrigin},
      {": rpIdHash byte 0", Status::kWebauthnRpId},
      {": flag UV off", Status::kWebauthnFlags},
      {": flag UP off", Status::kWebauthnFlags},
      {": flag BS without BE", Status::kWebauthnFlags},
      {": key member 3 is -8", Status::kWebauthnAlgorithm},
      {": key x changed", Status::kWebauthnKey},
      {": key modulus even", Status::kWebauthnKey},
      {": packed sig changed", Status::kWebauthnAttestation},
      {": statement with an unknown member", Status::kWebauthnAttestation},
      {": counter 5", Status::kWebauthnCounter},
      {": counter 4", Status::kWebauthnCounter},
      {": signature byte -1", Status::kBadSignature},
      {": client not JSON", Status::kWebauthnFormat},
      {": trailing byte", Status::kWebauthnFormat},
  };
  const Vectors vectors;
  for (const auto& [end, expected] : rows) {
    int seen = 0;
    for (const json::Value& ceremony : vectors.ceremonies()) {
      const std::string_view name = ceremony.GetString("name").value();
      // A changed byte of the authenticator data breaks the packed statement before it is looked at.
      if (!name.ends_with(end) || name.ends_with(": client: good")) continue;
      ++seen;
      EXPECT_EQ(vectors.Judge(name, ceremony.GetString("response").value()), expected) << name;
    }
    EXPECT_GT(seen, 0) << end;
  }
}

}  // namespace
}  // namespace passport::webauthn
