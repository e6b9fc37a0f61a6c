// The secrets of a network whose root keys a test has: from its sealed records and its seeded enclaves.
#pragma once

#include "tests/replay/live_run.h"
#include "tests/replay/needles.h"

namespace passport::replay {

struct OpenedRecord {
  RecordId id;
  crypto::SecretBytes plaintext;
};

// Every record of a node, opened with the keys that root.key gives. A record that is no SEAL1 blob of its own
// id fails the test.
std::vector<OpenedRecord> OpenRecords(const LiveRun& run, std::uint16_t party);

// How many secrets of each kind are looked for, so that a search for nothing is no success.
struct Sought {
  Needles needles;
  std::size_t identities = 0;
  std::size_t shares = 0;
};

// What a node's enclave keeps: identity seed, channel secret, key shares, sealing keys.
void AddEnclaveSecrets(const LiveRun& run, std::uint16_t party, Sought& sought);
// The envelope key, which all nodes have: its numbers as their DER has them, in pieces.
void AddEnvelopeKey(Needles& needles);

}  // namespace passport::replay
