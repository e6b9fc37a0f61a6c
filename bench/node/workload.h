// The workload of rules.md 27: accounts of one scope in developer-owned auth, chosen uniformly, that sign
// random 64-byte messages; and the check of every signature afterwards.
#pragma once

#include <map>
#include <random>

#include "bench/node/call_times.h"
#include "bench/node/load.h"
#include "bench/node/presign_use.h"
#include "tools/client/requests.h"

namespace passport::bench {

// What came of one request.
struct Sample {
  std::size_t account = 0;
  ByteArray<64> message{};
  Result<std::string, client::HttpError> body;
  double ms = 0;
  bool measured = false;  // sent after the warm-up
};

struct Outcome {
  double registrations_per_second = 0;
  double seconds = 0;                         // of the measured part, to its last answer
  double client_cpu_share = 0;                // of one core, while signing
  std::size_t requests = 0;                   // measured ones; signatures and refusals
  std::vector<double> latencies_ms;           // of the measured signatures, rising
  std::size_t signatures = 0;                 // in all, warm-up included
  std::size_t verified = 0;                   // of those
  LongestCalls longest_calls;                 // into the enclaves; while signing, warm-up included
  PresignUse presign_use;                     // likewise
  std::map<std::string, std::size_t> errors;  // by code_name, or the connection's reason; warm-up included
};

// Makes the scope and the accounts, signs, and verifies. Throws std::runtime_error with a sentence for the
// operator if the network cannot be set up.
class Workload {
 public:
  explicit Workload(const Options& options);
  Outcome Run();

 private:
  // One client: its AES key, and a fresh header set for every request.
  struct Client {
    Client(const client::DeveloperKey& key, const std::string& scope, ByteSpan envelope, std::uint64_t seed);
    crypto::SystemRng rng;
    client::DeveloperClient developer;
    std::mt19937_64 random;
    std::vector<Sample> samples;
    std::size_t pending = 0;  // the account of the request under way
  };

  double Register();
  void ReadAddresses();
  // One request for each account, by whichever client is free; gives the result text of each.
  std::vector<std::string> ForEachAccount(
      const std::function<client::Request(client::DeveloperClient&, const std::string& user)>& make);
  void Sign(Outcome& outcome);
  // Of each node's metrics, what Parse reads there.
  template <class Parse>
  auto ReadMetrics(Parse parse) const;
  void Verify(Outcome& outcome) const;
  std::string BytesOf(std::size_t client, const client::Request& request) const;

  const Options& options_;
  std::vector<client::HttpConnection> connections_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::string> addresses_;  // lower case, by account
};

}  // namespace passport::bench
