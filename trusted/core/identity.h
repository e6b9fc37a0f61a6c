// What an enclave is in its network.
#pragma once

#include "trusted/peer/session.h"

namespace passport::core {

// The versions of the messages between cores that this build speaks. Those before 3 hash multiplications in
// another way (docs/adr/0010) and sign other things in rounds 2 and 3; those before 4 show no evidence
// (docs/adr/0016). 5 shows the operators' statement of the policy beside it (docs/adr/0022).
inline constexpr peer::VersionRange kProtocolVersions{4, 5};
inline constexpr std::uint16_t kShowsStatements = 5;

// Borrowed by every part of the core.
struct Identity {
  peer::Manifest manifest;
  Hash32 manifest_hash{};
  PartyIndex self;
  BootId boot;
  crypto::SigningKey signing;
  crypto::SecretKey32 channel;
  peer::VersionRange versions = kProtocolVersions;
};

}  // namespace passport::core
