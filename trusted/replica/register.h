// One consensus register: what an enclave has promised, accepted and knows to be chosen for one replicated
// record.
#pragma once

#include <map>
#include <optional>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/crypto/identity.h"

namespace passport::replica {

inline constexpr std::size_t kValueBytesMax = 40'000;
inline constexpr std::size_t kEvidenceBytesMax = 40'000;
inline constexpr std::uint32_t kPartiesMax = 64;

// Orders proposals for one register (CASPaxos: Rystsov 2018, section 2). Zero is below every real ballot.
struct Ballot {
  std::uint64_t round = 0;
  PartyIndex party;
  auto operator<=>(const Ballot&) const = default;
  // Nobody's ballot, so no acceptor grants it: a Prepare with it only asks, and its round ties the answer
  // to it.
  bool IsQuestion() const { return round != 0 && party.value == 0; }
};
// Rounds stay below the time: 2^20 for each millisecond. One far ahead of it is a lie that would leave a
// register no ballot; any other can be outbid.
inline constexpr std::uint64_t kRoundAheadMs = 120'000;
inline constexpr std::uint64_t kRoundsEndMs = std::uint64_t{1} << 43;  // the year 2248; rounds never overflow
constexpr bool IsPlausible(const Ballot& ballot, std::uint64_t unix_ms) {
  const std::uint64_t made_ms = ballot.round >> 20;
  return made_ms < kRoundsEndMs && (made_ms <= unix_ms || made_ms - unix_ms <= kRoundAheadMs);
}

// One version of a record's content. Version 1 is the first; previous is the hash of the version before, zero
// for the first.
struct Version {
  std::uint64_t number = 0;
  Hash32 previous{};
  Bytes value;

  // Names this version of this record: what acceptors sign and what the next version points at.
  Hash32 HashFor(const RecordId& id) const;
  bool operator==(const Version&) const = default;
};

// Ed25519 signatures of acceptors over a version's hash: with t of them at least one is honest (rules.md 2).
using Certificate = std::map<PartyIndex, crypto::Ed25519Signature>;

// The latest version known to be chosen. number 0 means that none is.
struct Committed {
  Version version;
  Certificate certificate;
};

// A version accepted at a ballot and perhaps chosen. Its evidence lets anybody check it against the version
// before.
struct Tentative {
  Ballot ballot;
  Version version;
  Bytes evidence;
};

struct Register {
  Ballot promised;
  Committed committed;
  std::optional<Tentative> tentative;  // always of a number above committed's

  // Takes a version as accepted. Of one that is held already the evidence stays, for it was judged and the
  // new one was not.
  void Hold(Tentative offered);
  bool empty() const { return committed.version.number == 0 && !tentative; }
  // The record form: first byte 1 (format). Parse gives kMalformed for anything else.
  Bytes Encode() const;
  static Result<Register> Parse(ByteSpan bytes);
};

// Field groups shared by the stored form and the messages.
void WriteBallot(Writer& out, const Ballot& ballot);
Ballot ReadBallot(Reader& in);
void WriteVersion(Writer& out, const Version& version);
Version ReadVersion(Reader& in);
void WriteCertificate(Writer& out, const Certificate& certificate);
Certificate ReadCertificate(Reader& in);
void WriteCommitted(Writer& out, const Committed& committed);
Committed ReadCommitted(Reader& in);
void WriteTentative(Writer& out, const std::optional<Tentative>& tentative);
std::optional<Tentative> ReadTentative(Reader& in);

}  // namespace passport::replica
