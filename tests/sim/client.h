// A developer with one scope, as the SDK would drive it, and what is read out of the replies.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "tests/sim/network.h"

namespace passport::sim {

inline constexpr PartyIndex kOne{1}, kTwo{2}, kThree{3}, kFour{4}, kFive{5};

struct Client {
  client::DeveloperKey key;
  std::string scope;
  std::optional<client::DeveloperClient> developer;
};

// Creates a scope through node 1 and a client of it.
Client MakeClient(Network& network, crypto::Rng& rng, std::string_view config = R"({"name":"test"})",
                  const client::DeveloperKey& key = client::DeveloperKey::Generate());
// The same with a request that the key has signed before.
Client MakeClient(Network& network, crypto::Rng& rng, const client::Request& create_scope,
                  const client::DeveloperKey& key);
// Registers a user through a node; its address, or the reply if that failed.
std::string Register(Network& network, Client& client, PartyIndex gateway, std::string_view username);
// Whether a personal_sign through the gateway gives a signature of the address.
::testing::AssertionResult Signs(Network& network, Client& client, PartyIndex gateway,
                                 std::string_view username, const std::string& address,
                                 std::string_view message = "message");

std::string ResultText(const std::string& body);  // the result, if it is a string, else ""
std::string ErrorName(const std::string& body);  // the error's code name, or the whole body if it is no error
std::string Address(const std::string& body);    // the first address of a result, or the whole body
// The address that a 65-byte personal_sign signature recovers to.
std::string Recover(ByteSpan message, const std::string& signature_hex);

}  // namespace passport::sim
