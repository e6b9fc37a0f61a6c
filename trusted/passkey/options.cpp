#include "trusted/passkey/options.h"

#include "trusted/json/write.h"

namespace passport::passkey {
namespace {

constexpr std::uint64_t kTimeoutMs = 60'000;
// ES256 and RS256; the rest as published servers ask for it.
constexpr const char* kAlgorithms = R"([{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}])";
constexpr const char* kSelection =
    R"({"residentKey":"discouraged","requireResidentKey":false,"userVerification":"required"})";
constexpr const char* kExtensions =
    R"({"credentialProtectionPolicy":"userVerificationRequired",)"
    R"("enforceCredentialProtectionPolicy":false,"uvm":true,"credProps":true})";

std::string Descriptors(const std::vector<Bytes>& credentials) {
  std::vector<std::string> out;
  for (const Bytes& id : credentials)
    out.push_back(json::ObjectWriter().Text("type", "public-key").Text("id", ToBase64Url(id)).Finish());
  return json::ArrayOf(out);
}

std::string Wrapped(const json::ObjectWriter& inner) {
  return json::ObjectWriter().Raw("publicKey", inner.Finish()).Finish();
}

}  // namespace

std::string CreationJson(const Options& options, ByteSpan challenge) {
  const std::string rp =
      json::ObjectWriter().Text("name", options.rp_name).Text("id", options.rp_id).Finish();
  const std::string user = json::ObjectWriter()
                               .Text("id", ToBase64Url(options.user_id))
                               .Text("name", options.user_name)
                               .Text("displayName", options.display_name)
                               .Finish();
  json::ObjectWriter out;
  out.Raw("rp", rp).Raw("user", user).Text("challenge", ToBase64Url(challenge));
  out.Raw("pubKeyCredParams", kAlgorithms).U64("timeout", kTimeoutMs);
  if (!options.credentials.empty()) out.Raw("excludeCredentials", Descriptors(options.credentials));
  out.Text("attestation", "none").Raw("authenticatorSelection", kSelection).Raw("extensions", kExtensions);
  return Wrapped(out);
}

std::string RequestJson(const Options& options, ByteSpan challenge) {
  json::ObjectWriter out;
  out.Text("challenge", ToBase64Url(challenge)).U64("timeout", kTimeoutMs).Text("rpId", options.rp_id);
  out.Raw("allowCredentials", Descriptors(options.credentials)).Text("userVerification", "required");
  return Wrapped(out);
}

}  // namespace passport::passkey
