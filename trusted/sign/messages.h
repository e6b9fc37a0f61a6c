// The messages of the three rounds of signing. Payload sizes are those of dkls23.md 6.9.
#pragma once

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/curve/point.h"
#include "trusted/mul/rvole.h"
#include "trusted/proof/commitment.h"

namespace passport::sign {

// First fields of rounds 1 and 2: version, round, sender, receiver, run, OT setup. 70 bytes.
struct Header {
  static constexpr std::size_t kSize = 1 + 1 + 2 + 2 + 32 + 32;
  PartyIndex from;
  PartyIndex to;
  Hash32 ssid{};
  SetupId setup;

  void Write(Writer& writer, std::uint8_t round) const;
  static Header Read(Reader& reader, std::uint8_t round);  // fails the reader on another version or round
  friend bool operator==(const Header&, const Header&) = default;
};

// Round 1, to one party: the commitment to R_i, which is the same to all, and the sender's extension as Bob.
struct NonceCommitment {
  static constexpr std::size_t kPayloadSize = 32 + ote::ExtensionMessage::kSize;
  Header header;
  Hash32 commitment{};  // Com("sg", ssid, from, ser R_i)
  ote::ExtensionMessage extension;

  Bytes Encode() const;
  static Result<NonceCommitment> Parse(ByteSpan input);
};

// Round 2, to one party: what the sender shows to all, and his answer as Alice.
struct Multiplication {
  static constexpr std::size_t kPayloadSize = 33 + 32 + 33 + 32 + mul::MultiplyMessage::kSize + 2 * 33 + 32;
  Header header;
  curve::Point nonce;         // R_i
  proof::Salt salt{};         // opens the commitment of round 1
  curve::Point public_share;  // pk_i
  Hash32 echo{};              // of all commitments, as the sender saw them
  mul::MultiplyMessage multiply;
  curve::Point gamma_nonce;  // Gamma^u = c^u G
  curve::Point gamma_key;    // Gamma^v = c^v G
  curve::Scalar psi;         // phi_i - chi_{i,to}

  Bytes Encode() const;
  static Result<Multiplication> Parse(ByteSpan input);
};

// Round 3, to the combiner: the sender's share of the signature. 36 bytes before the payload.
struct SignatureShare {
  static constexpr std::size_t kPayloadSize = 64;
  static constexpr std::size_t kHeaderSize = 1 + 1 + 2 + 32;
  PartyIndex from;
  Hash32 ssid{};
  curve::Scalar u;  // sums to r * phi
  curve::Scalar w;  // sums to (m + r_x sk) * phi

  Bytes Encode() const;
  static Result<SignatureShare> Parse(ByteSpan input);
};

}  // namespace passport::sign
