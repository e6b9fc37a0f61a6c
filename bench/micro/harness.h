// Protocol runs with all parties in one process and one thread, over bytes, as one benchmark iteration.
#pragma once

#include <benchmark/benchmark.h>

#include "bench/micro/report.h"
#include "tests/unit/ot/whole.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::bench {

// Each adds its rows to the run.
void AddCurveRows();
void AddOtRows();
void AddProtocolRows();
void AddRefreshRows();
void AddBoundaryRows();

// Adds a row: `body` is called once per iteration, on a Fixture(arguments...) made anew for every repetition
// and outside the time. One iteration is the work of `parties` parties.
template <class Fixture, class Body, class... Arguments>
void AddRow(const char* name, Body body, std::size_t parties = 1, Arguments... arguments) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    Fixture fixture(arguments...);
    for (auto _ : state) body(fixture);
    SharedBy(state, parties);
  });
}

// The same for what several processes do: the row is the time that passes, not CPU time.
template <class Fixture, class Body>
void AddWallRow(const char* name, Body body) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    Fixture fixture;
    for (auto _ : state) body(fixture);
    MarkWallTime(state);
  })->UseRealTime();
}

// A key of t of n nodes that the first t of them sign with. Messages are encoded and parsed, as between
// nodes.
class SigningBench {
 public:
  SigningBench(std::uint16_t t, std::uint16_t n);

  // Rounds 1 and 2 and the checks after them, by all signers.
  std::vector<sign::Presignature> Presign();
  // Round 3 and, by every signer, the verified signature.
  void Finish(std::vector<sign::Presignature> presignatures);

 private:
  test::Cluster cluster_;
  test::Parties quorum_;
  std::map<PartyIndex, sign::Peers> peers_;
  crypto::SystemRng rng_;
  std::uint64_t runs_ = 0;
};

// A key generation by all n nodes, to the verified certificate.
class KeygenBench {
 public:
  KeygenBench(std::uint16_t t, std::uint16_t n);
  void Run();

 private:
  dkg::Proposal proposal_;
  dkg::Roster roster_;
  std::map<PartyIndex, crypto::SigningKey> node_keys_;
  crypto::SystemRng rng_;
};

// The whole base OT and PPRF setup of two nodes.
class PairBench {
 public:
  PairBench();
  void Run();

 private:
  ot::SetupRoster roster_;
  crypto::SystemRng rng_;
};

}  // namespace passport::bench
