// Bind: the first message of each end of a session, which ties its identity, boot and manifest to the
// handshake.
#pragma once

#include "edl/base/ids.h"
#include "trusted/peer/noise.h"

namespace passport::peer {

enum class Role : std::uint8_t { kInitiator = 0, kResponder = 1 };

// The versions of the messages inside a session that a build speaks.
struct VersionRange {
  std::uint16_t min = 1;
  std::uint16_t max = 1;
};

struct Bind {
  VersionRange versions;
  PartyIndex party;
  std::uint16_t worker = 0;
  BootId boot;
  Hash32 manifest_hash{};
};

// Version byte, the fields, and the Ed25519 signature by the identity key over
// TH("peer/bind", 0^32, handshake hash || role || version byte and fields): 121 bytes. Signing the handshake
// hash keeps it from being shown in another session, the role from being reflected in this one.
Bytes EncodeBind(const Bind& bind, const HandshakeHash& hash, Role sender,
                 const crypto::SigningKey& identity);
// kMalformed, or kBadSignature if `identity` did not sign it for this handshake and role.
Result<Bind> OpenBind(ByteSpan input, const HandshakeHash& hash, Role sender,
                      const crypto::Ed25519PublicKey& identity);

}  // namespace passport::peer
