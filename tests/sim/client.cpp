#include "tests/sim/client.h"

#include "trusted/curve/ecdsa.h"
#include "trusted/eth/message.h"
#include "trusted/json/json.h"

namespace passport::sim {

std::string ResultText(const std::string& body) {
  const auto parsed = json::Parse(body);
  if (!parsed.ok()) return "";
  const json::Value* result = parsed.value().Find("result");
  return result != nullptr && result->IsString() ? std::string(result->AsString().value()) : "";
}

std::string ErrorName(const std::string& body) {
  const auto parsed = json::Parse(body);
  if (!parsed.ok() || parsed.value().Find("error") == nullptr) return body;
  return std::string(parsed.value().Find("error")->Find("details")->GetString("code_name").value());
}

std::string Address(const std::string& body) {
  const auto parsed = json::Parse(body);
  if (!parsed.ok() || parsed.value().Find("result") == nullptr) return body;
  return std::string(parsed.value().Find("result")->AsArray().value()[0].AsString().value());
}

// The address that a 65-byte personal_sign signature recovers to.
std::string Recover(ByteSpan message, const std::string& signature_hex) {
  const auto bytes =
      ParseHex(std::string_view(signature_hex).substr(std::min<std::size_t>(2, signature_hex.size())));
  if (!bytes.ok() || bytes.value().size() != 65) return "not a signature: " + signature_hex;
  const ByteSpan all = bytes.value();
  curve::EcdsaSignature signature{curve::Scalar::Parse(all.first(32)).value(),
                                  curve::Scalar::Parse(all.subspan(32, 32)).value(),
                                  static_cast<std::uint8_t>(all[64] - 27)};
  const auto key = curve::RecoverEcdsa(eth::PersonalMessageDigest(message), signature);
  if (!key.ok()) return "no key";
  return eth::ToLowerText(eth::AddressOfPublicKey(key.value().EncodeXY()));
}

Client MakeClient(Network& network, crypto::Rng& rng, std::string_view config,
                  const client::DeveloperKey& key) {
  return MakeClient(network, rng, client::CreateScope(key, config), key);
}

Client MakeClient(Network& network, crypto::Rng& rng, const client::Request& create_scope,
                  const client::DeveloperKey& key) {
  const auto created = json::Parse(network.Ask(kOne, create_scope)).value();
  Client out{key, std::string(created.Find("result")->GetString("scope_id").value()), {}};
  const auto claims = json::Parse(network.Enclave(kOne)).value();
  const Bytes spki = ParseBase64(claims.GetString("enclave_public_key").value()).value();
  out.developer.emplace(client::DeveloperClient::Make(key, out.scope, spki, rng).value());
  return out;
}

std::string Register(Network& network, Client& client, PartyIndex gateway, std::string_view username) {
  const std::string registered = network.Ask(gateway, client.developer->Register(username));
  if (registered.find("account_id") == std::string::npos) return registered;
  return Address(network.Ask(gateway, client.developer->Addresses(username)));
}

::testing::AssertionResult Signs(Network& network, Client& client, PartyIndex gateway,
                                 std::string_view username, const std::string& address,
                                 std::string_view message) {
  const Bytes bytes = ToBytes(message);
  const std::string reply = network.Ask(gateway, client.developer->PersonalSign(username, bytes));
  if (Recover(bytes, ResultText(reply)) == address) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "node " << gateway.value << " answered " << reply;
}

}  // namespace passport::sim
