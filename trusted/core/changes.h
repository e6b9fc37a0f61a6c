// The evidence of every kind of change to a replicated record, and the rules by which each enclave judges it.
#pragma once

#include <algorithm>
#include <variant>

#include "trusted/core/ceremony_changes.h"
#include "trusted/core/peer_table.h"
#include "trusted/core/record_book.h"
#include "trusted/core/scope_accounts.h"
#include "trusted/dkg/certificate.h"
#include "trusted/policy/account.h"

namespace passport::core {

struct ScopeCreation {
  api::SignedConfig config;
};
struct ScopeUpdate {
  api::SignedConfig config;
};
// How far the clock of a proposer may be ahead of an acceptor's.
inline constexpr std::uint64_t kClockSkewMs = 120'000;

// Takes the username; the key follows.
struct AccountReservation {
  RequestId request;
  std::uint64_t now_ms = 0;  // likely, by the proposer's word, as far as kClockSkewMs goes
  auth::Evidence evidence;
};
// The reserved account gets its key.
struct AccountActivation {
  RequestId request;
  dkg::KeyCertificate certificate;
};
// A node's own word on whether it holds its share of an account's key, so that the register says who holds
// one when a share is lost and when it is repaired (dkls23.md 7.8). It is about one version of the account,
// so that an old word is never believed again.
struct HolderStatement {
  PartyIndex party;
  KeyId key;
  bool holds = false;
  crypto::Ed25519Signature signature{};  // by the node key, over SignedHash
  // before: the hash of the account's version that this changes.
  Hash32 SignedHash(const Hash32& manifest_hash, const RecordId& account, const Hash32& before) const;
};
// The first envelope key of the network: PKCS#8 DER.
struct EnvelopeCreation {
  Bytes key;
};

// The account's key was refreshed: this epoch has all of its holders' confirmations.
struct AccountRefresh {
  dkg::KeyCertificate certificate;
};

using Change = std::variant<ScopeCreation, ScopeUpdate, AccountReservation, AccountActivation,
                            EnvelopeCreation, AccountRefresh, HolderStatement, CeremonyCompletion,
                            PasskeyReservation, CeremonyUse, SessionRevocation>;
Bytes EncodeChange(const Change& change);
Result<Change> ParseChange(ByteSpan bytes);

// Chain codes that may be used now; NeedRecords starts fetching what is missing.
class ChainCodeView {
 public:
  virtual ~ChainCodeView() = default;
  virtual std::variant<Hash32, api::Error, replica::NeedRecords> Of(const policy::AccountKey& key) = 0;
};

// What a key generation for an account is about: bound into every message and the certificate (rules.md 16).
Hash32 KeygenDigest(const Hash32& manifest_hash, const RecordId& account, const RequestId& request,
                    std::span<const PartyIndex> dealers);
AccountId AccountIdOf(const RecordId& account, const ScopeId& scope);
std::uint16_t AckQuorum(const peer::Manifest& manifest);   // max(t, W): who must hold a change
std::size_t KeygenQuorum(const peer::Manifest& manifest);  // max(t, W, keygen_quorum)
dkg::Roster RosterOf(const peer::Manifest& manifest);
bool IsDevnet(const peer::Manifest& manifest);

// Refusal codes are api::ErrorCode numbers.
class NetworkRules final : public replica::ChangeRules {
 public:
  NetworkRules(const Identity& identity, const policy::SeenSignatures& seen)
      : identity_(identity), seen_(seen) {}
  void SetView(RegisterView& view) { view_ = &view; }
  void SetAccounts(const ScopeAccounts& accounts) { accounts_ = &accounts; }
  // Neither ever falls here, so that a change which was right once stays right (NetworkTime).
  void OnTick(std::uint64_t earliest_ms, std::uint64_t likely_ms) {
    earliest_ms_ = std::max(earliest_ms_, earliest_ms);
    likely_ms_ = std::max(likely_ms_, likely_ms);
  }

  replica::Judgement Judge(const RecordId& id, const replica::Version& before, ByteSpan evidence,
                           PartyIndex proposer) override;
  std::vector<RecordId> RestsOn(ByteSpan evidence) override;

 private:
  using Judgement = replica::Judgement;
  bool IsAhead(std::uint64_t now_ms) const {
    return now_ms > likely_ms_ && now_ms - likely_ms_ > kClockSkewMs;
  }
  Judgement Apply(const RecordId& id, const replica::Version& before, const ScopeCreation& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const ScopeUpdate& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const AccountReservation& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const AccountActivation& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const AccountRefresh& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const EnvelopeCreation& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const HolderStatement& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const CeremonyCompletion& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const PasskeyReservation& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const CeremonyUse& change) const;
  Judgement Apply(const RecordId& id, const replica::Version& before, const SessionRevocation& change) const;
  Judgement Reserve(const RecordId& id, const replica::Version& before, const RequestId& request,
                    std::uint64_t now_ms, policy::Account account) const;

  const Identity& identity_;
  // Whether the scope of a new account may have one more.
  bool HasRoom(const Judgement& judged) const;

  const policy::SeenSignatures& seen_;
  RegisterView* view_ = nullptr;
  const ScopeAccounts* accounts_ = nullptr;  // none: no scope has a limit
  std::uint64_t earliest_ms_ = 0;
  std::uint64_t likely_ms_ = 0;
};

// The envelope register's value: PKCS#8 DER of each key, newest first.
Bytes EncodeEnvelopeKeys(std::span<const Bytes> keys);
Result<std::vector<Bytes>> ParseEnvelopeKeys(ByteSpan value);

}  // namespace passport::core
