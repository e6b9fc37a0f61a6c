// A made-up network for the tests of trusted/peer: the same keys as tests/golden/manifest-v1.txt.
#pragma once

#include <vector>

#include "trusted/peer/manifest.h"
#include "trusted/peer/session.h"

namespace passport::peer {

inline crypto::SecretKey32 RepeatedKey(std::size_t byte) {
  ByteArray<32> key;
  key.fill(static_cast<std::uint8_t>(byte));
  return crypto::SecretKey32(key);
}

// The private keys of one node and its operator.
struct NodeKeys {
  explicit NodeKeys(std::size_t party)
      : identity(RepeatedKey(party)),
        channel(RepeatedKey(party + 64)),
        operator_key(RepeatedKey(party + 128)) {}
  crypto::SigningKey identity;
  crypto::SecretKey32 channel;
  crypto::SigningKey operator_key;
};

inline ManifestRow MakeRow(std::uint16_t party) {
  const NodeKeys keys(party);
  ManifestRow row;
  row.party.value = party;
  row.identity_key = keys.identity.public_key();
  row.channel_key = crypto::PublicX25519(keys.channel);
  row.operator_key = keys.operator_key.public_key();
  row.peer_address = "127.0.0.1:" + std::to_string(7000 + party);
  row.api_address = "127.0.0.1:" + std::to_string(8000 + party);
  row.measurements.emplace_back().fill(static_cast<std::uint8_t>(party));
  return row;
}

inline Manifest MakeManifest(std::uint16_t n, std::uint16_t t) {
  Manifest manifest;
  for (std::uint8_t i = 0; i < 16; ++i) manifest.network_id[i] = i;
  manifest.n = n;
  manifest.t = t;
  manifest.keygen_quorum = t;
  manifest.rollback = RollbackRule::kWeak;
  for (std::uint16_t party = 1; party <= n; ++party) manifest.rows.push_back(MakeRow(party));
  return manifest;
}

// Signed by the operators of the given parties, with the made-up keys of those numbers.
inline SignedManifest SignedBy(Manifest manifest, const std::vector<std::uint16_t>& parties) {
  SignedManifest out{std::move(manifest), {}};
  for (const std::uint16_t party : parties) out.Sign(PartyIndex{party}, NodeKeys(party).operator_key);
  return out;
}

}  // namespace passport::peer
