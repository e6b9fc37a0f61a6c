// A wallet that signs its users in with passkeys, as the SDK would drive it.
#pragma once

#include "tests/sim/client.h"
#include "tests/sim/soft_passkey.h"

namespace passport::sim {

// A challenge as the client gets it.
struct Challenge {
  std::string id;
  Bytes bytes;
  std::string json;   // decrypted; of a request, if there are two
  std::string reply;  // the whole body
  bool ok() const { return !id.empty(); }
};

class PasskeyClient {
 public:
  PasskeyClient(Network& network, std::string scope, crypto::Rng& rng, PartyIndex gateway = kOne);

  // The halves of a ceremony. `kind` is the method's name after initiate or complete.
  client::Request Initiate(std::string_view kind, std::string_view username,
                           std::string_view more_params = "");
  Challenge Begin(PartyIndex gateway, std::string_view kind, std::string_view username,
                  std::string_view more_params = "");
  client::Request Complete(std::string_view kind, const Challenge& challenge, std::string_view username,
                           const std::string& attestation, const std::string& assertion,
                           const client::DeveloperKey* developer = nullptr);
  // Whole ceremonies; the body of the last reply.
  std::string Register(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                       const client::DeveloperKey* developer = nullptr);
  std::string Login(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                    bool regenerate = false);
  std::string Add(PartyIndex gateway, std::string_view username, SoftPasskey& passkey, SoftPasskey& added);
  std::string Remove(PartyIndex gateway, std::string_view username, SoftPasskey& passkey,
                     std::string_view credential_hash);

  // A request with a session: the ciphertext as the node gave it.
  client::Request With(const std::string& session, std::string_view method, std::string_view params = "[]");
  client::Request Sign(const std::string& session, std::string_view message = "message");
  std::string Encrypt(std::string_view text);
  std::string Decrypt(const std::string& ciphertext);
  std::string KeyAssertion(const client::DeveloperKey& key, const std::string& ciphertext);
  // encrypted_jwt out of a reply; "" if there is none.
  static std::string SessionIn(const std::string& body);

  std::string scope;
  std::string bind;  // JSON: a member of the user objects that it sends; none if empty

 private:
  client::Request Plain(std::string_view method, const std::string& params);
  std::string User(std::string_view username);

  Network& network_;
  crypto::Rng& rng_;
  crypto::SecretKey32 aes_;
  std::string encrypted_key_;
};

// A member of a reply's result, if it is a string.
std::string Member(const std::string& body, std::string_view name);

}  // namespace passport::sim
