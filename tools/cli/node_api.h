// What a node says to operators: GET /enclave and GET /health, POST /manifest and /admin.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "edl/words/advice.h"
#include "tools/client/http.h"
#include "trusted/core/attested.h"
#include "trusted/json/json.h"
#include "trusted/peer/manifest.h"

namespace passport::cli {

// GET /enclave. Everything in it is the node's own word; what it can show for it is in GET /attestation
// (assess.h).
struct EnclaveFacts {
  std::string phase;
  std::uint16_t party = 0;  // 0: no manifest yet
  std::optional<crypto::Ed25519PublicKey> identity_key;
  std::optional<crypto::X25519PublicKey> channel_key;
  Hash32 measurement{};
  BootId boot;
  std::string enclave_public_key;  // base64 SPKI; empty: the network has none yet
  std::string build;
  std::string platform;
  std::string attestation;
  std::vector<core::Claim> confinement;
  ByteArray<32> nonce{};  // zero, and no signature, while there is no identity key
  crypto::Ed25519Signature signature{};

  // From its manifest, if it has one.
  struct Network {
    peer::NetworkId id{};
    std::uint16_t n = 0;
    std::uint16_t t = 0;
    Hash32 manifest_hash{};
    bool devnet = false;  // its profile
    std::vector<std::pair<PartyIndex, crypto::Ed25519PublicKey>> operators = {};
    std::vector<std::pair<PartyIndex, std::string>> api_addresses = {};
  };
  std::optional<Network> network;

  // The attestation policy in force. The files are what the next one is compared with; empty: the built-in
  // one.
  struct Policy {
    std::uint64_t version = 0;
    Hash32 sha256{};
    bool proven = false;
    std::string file = {};
    std::string base = {};
  };
  std::optional<Policy> policy = {};
};

// GET /health.
struct Health {
  struct Peer {
    std::uint16_t party = 0;
    bool connected = false;
    bool ready = false;
  };
  struct Trouble {
    std::string what;
    std::string why;
    std::string next;
  };
  // A node that cannot take part.
  struct Away {
    std::uint16_t party = 0;
    std::string why;
    std::string next;
  };
  std::string status;  // ok; degraded: it signs, and its operator should look; unable
  std::string phase;
  std::uint16_t party = 0;
  std::vector<std::string> can;
  std::vector<Trouble> cannot;
  std::vector<Away> away;
  std::vector<Peer> nodes;  // the node itself included

  bool Able() const { return status == "ok" || status == "degraded"; }
  // Whether the enclave refused the records that its host has stored; waiting does not help.
  bool Refused() const;
  // Able, and every node of the network, as this one sees it, is there.
  bool Complete() const;
  // There is nothing that an operator should know or do.
  bool Fine() const { return status == "ok"; }
  // Why it is not fine and what to do, in one line.
  std::string Summary() const;
};

// A JSON-RPC error as one line, "error CODE_NAME: message: detail"; error.data begins with the code name too
// (rules.md 31), which is not said twice.
std::string ErrorLine(const json::Value& error);
// What a node or its log says, for a terminal: control characters, of ASCII and of C1 in UTF-8, become
// question marks. A node may lie in words, and in nothing else.
std::string ForTerminal(std::string text);

// How an enclave answers a statement: its verdict, and what it gives beside it.
struct StatementAnswer {
  Status status = Status::kOk;
  std::string words;  // of the host, if it is not kOk: what is wrong and what to do
  Bytes reply;
};
// Between calls of one command that makes many: hosts take 100 in a second from one address.
void Pace();

class NodeApi;
NodeApi ApiOf(const std::string& url);  // throws a UsageProblem if it is no URL

class NodeApi {
 public:
  explicit NodeApi(client::Url url, std::chrono::milliseconds timeout = std::chrono::seconds(10))
      : url_(std::move(url)), timeout_(timeout) {}
  const client::Url& url() const { return url_; }

  Result<EnclaveFacts, Refusal> GetEnclave() const;
  Result<EnclaveFacts, Refusal> GetEnclave(const ByteArray<32>& nonce) const;
  // GET /attestation: evidence for this nonce, not looked at yet.
  Result<json::Value, Refusal> GetAttestation(const ByteArray<32>& nonce) const;
  Result<Health, Refusal> GetHealth() const;
  Result<Unit, Refusal> PostManifest(std::string_view file) const;
  Result<Unit, Refusal> PostAdmin(ByteSpan statement) const;
  // The same for whoever goes by the verdict; Refused puts one in words.
  Result<StatementAnswer, Refusal> AskAdmin(ByteSpan statement) const;
  Refusal Refused(Status status, About about) const;
  // The body of the answer to a client request.
  Result<std::string, Refusal> Call(const client::Request& request) const;

 private:
  Result<json::Value, Refusal> Get(const std::string& target) const;
  Result<StatementAnswer, Refusal> Ask(const std::string& target, std::string_view body) const;
  Result<Unit, Refusal> Took(const std::string& target, std::string_view body) const;
  Result<std::string, Refusal> Send(const client::HttpRequest& request) const;

  client::Url url_;
  std::chrono::milliseconds timeout_;
};

}  // namespace passport::cli
