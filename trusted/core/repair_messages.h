// The messages by which a node that has no share of a key is given it (dkls23.md 7.8), and by which it hears
// of keys that were made while it was away. The two rounds between have the messages of trusted/reshare.
#pragma once

#include "trusted/core/key_facets.h"
#include "trusted/core/signing_messages.h"
#include "trusted/reshare/repair.h"

namespace passport::core {

// Lost node -> helpers: give me my share of the account's key. For whom is not in it: a helper gives a share
// to the authenticated sender only.
struct RepairInvite {
  RecordId account;
  KeyId key;
  std::vector<PartyIndex> helpers;  // t, rising
  Bytes Encode() const;
  static Result<RepairInvite> Parse(ByteSpan bytes);
};

// Helper -> lost node: this enclave holds a share and would help.
struct RepairJoin {
  Hash32 nonce{};
  KeyFacets key;
  Bytes Encode() const;
  static Result<RepairJoin> Parse(ByteSpan bytes);
};

// Lost node -> helpers: all have joined.
struct RepairBegin {
  std::uint64_t epoch = 0;     // of the shares, as all helpers say
  std::vector<Hash32> nonces;  // in the order of the helpers
  Bytes Encode() const;
  static Result<RepairBegin> Parse(ByteSpan bytes);
};

// Helper -> lost node: not this time. Lost node -> helpers, with kAborted: the run is over.
enum class RepairEndReason : std::uint8_t {
  kNotReady = 1,  // a record, a share or another helper is not at hand
  kDenied = 2,    // by the helper's own records the sender has no claim
  kLimited = 3,   // it has asked too often
  kAborted = 4,   // the rounds did not come to their end
};
struct RepairEnd {
  RepairEndReason reason = RepairEndReason::kAborted;
  Bytes Encode() const;
  static Result<RepairEnd> Parse(ByteSpan bytes);
};

// What both sides derive from what was said. The digest is never the same twice: in it are the request id, a
// fresh nonce of every helper, and the start of the lost node and of every helper.
reshare::RepairProposal MakeProposal(const Identity& identity, std::span<const BootId> boots,
                                     const RequestId& request, PartyIndex lost, const RepairInvite& invite,
                                     const RepairBegin& begin);
// The starts that it names: of the lost node, then of every helper.
std::vector<BootId> BootsOf(const PeerTable& peers, PartyIndex lost, const RepairInvite& invite);

// Accounts with a key and who holds shares of them, as bits by party index from 1: as many as one message
// takes, rising, of those behind `after`. A full message says that there may be more.
struct AccountsAsk {
  RecordId after;
  Bytes Encode() const;
  static Result<AccountsAsk> Parse(ByteSpan bytes);
};
inline constexpr std::uint32_t kAccountsListedMax = 256;
struct AccountsList {
  struct Row {
    RecordId account;
    std::uint64_t holders = 0;
  };
  std::vector<Row> rows;
  Bytes Encode() const;
  static Result<AccountsList> Parse(ByteSpan bytes);
};

}  // namespace passport::core
