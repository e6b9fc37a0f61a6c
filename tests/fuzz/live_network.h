// The cores that hostile calls reach: one before its records, one without a manifest, and node 1 of a network
// of three that signs.
#pragma once

#include "tests/fuzz/history.h"
#include "tests/fuzz/mutate.h"
#include "tests/sim/client.h"

namespace passport::fuzz {

// Node 1 is started again, and must sign, after so many calls: what a finding rests on is not longer than
// that.
inline constexpr std::size_t kCallsBetweenHeals = 1'000;

class LiveNetwork {
 public:
  static LiveNetwork& Get();

  // Makes the call at node 1 and lets its peers hear what comes of it.
  Status Call(edl::Call call, ByteSpan body);
  sim::Network& network() { return network_; }
  sim::Client& client() { return client_; }
  const std::string& address() const { return address_; }

 private:
  LiveNetwork();
  void Heal();
  void PublishLiveValues();

  sim::Network network_;
  crypto::SeededRng rng_;
  std::string address_;  // of the account "alice"; made with the client
  sim::Client client_;
  std::size_t calls_ = 0;
  History history_;
};

// A core by itself.
class LoneCore {
 public:
  LoneCore();
  Status Call(edl::Call call, ByteSpan body);
  edl::Phase phase() const { return core_.phase(); }

 private:
  crypto::SeededRng rng_;
  core::Core core_;
  edl::SequenceState sequence_;
  std::uint64_t next_seq_ = 1;
};

// A network of three, formed and whole, and a client with the account "alice". The same for each seed, every
// time.
sim::Client FormWithAlice(sim::Network& network, crypto::Rng& rng, std::string& address);

}  // namespace passport::fuzz
