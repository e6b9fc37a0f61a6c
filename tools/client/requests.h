// The requests that the published SDK makes, byte for byte the same protocol, for our own CLI, benchmark and
// simulator.
#pragma once

#include <string>

#include "tools/client/developer_key.h"
#include "trusted/crypto/aead.h"

namespace passport::client {

// One HTTP request: the headers the SDK sends (empty: not sent) and the JSON-RPC body.
struct Request {
  std::string scope_id;
  std::string encrypted_key;
  std::string encrypted_user;
  std::string encrypted_key_signature;
  std::string body;
  std::string encrypted_session = {};
};

// The body of a call: `params_json` as it stands.
std::string CallBody(std::string_view method, std::string_view params_json);

// A client of one scope in developer-owned auth: one AES key for its lifetime, a fresh header set for every
// request.
class DeveloperClient {
 public:
  // kBadKey if envelope_spki is not an RSA public key.
  static Result<DeveloperClient> Make(DeveloperKey key, std::string scope_id, ByteSpan envelope_spki,
                                      crypto::Rng& rng);

  Request Register(std::string_view username);
  Request Addresses(std::string_view username) { return Wallet(username, "eth_requestAccounts", "[]"); }
  Request PersonalSign(std::string_view username, ByteSpan message);
  // payload_json and transaction_json are JSON objects.
  Request SignTypedData(std::string_view username, std::string_view payload_json);
  Request SignTransaction(std::string_view username, std::string_view transaction_json);
  Request Wallet(std::string_view username, std::string_view method, std::string_view params_json);
  // The same for the account at a path below the user's own.
  Request WalletAt(std::string_view username, std::string_view path, std::string_view method,
                   std::string_view params_json);
  // The same, whose proof is for this one request (rules.md 24): `network_id` as GET /enclave says it,
  // `issued_at_ms` Unix time.
  Request BoundWallet(std::string_view username, std::string_view method, std::string_view params_json,
                      std::string_view network_id, std::uint64_t issued_at_ms);

 private:
  DeveloperClient(DeveloperKey key, std::string scope_id, crypto::SecretKey32 aes_key,
                  std::string encrypted_key, crypto::Rng& rng)
      : key_(std::move(key)),
        scope_id_(std::move(scope_id)),
        aes_key_(std::move(aes_key)),
        encrypted_key_(std::move(encrypted_key)),
        rng_(rng) {}
  std::string Encrypt(std::string_view text);
  Request WithUser(std::string_view user_json, std::string_view method, std::string_view params_json);
  std::string KeyAssertion(const std::string& ciphertext);

  DeveloperKey key_;
  std::string scope_id_;
  crypto::SecretKey32 aes_key_;
  std::string encrypted_key_;
  crypto::Rng& rng_;
};

// createScope and updateScope: config_json is signed in its base64 form, as the scope CLI does.
Request CreateScope(const DeveloperKey& key, std::string_view config_json);
Request UpdateScope(const DeveloperKey& key, std::string_view scope_id, std::string_view config_json);

}  // namespace passport::client
