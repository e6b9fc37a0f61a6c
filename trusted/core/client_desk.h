// Client requests in progress at the gateway: from the HTTP body to the JSON-RPC reply (architecture.md 6).
#pragma once

#include "edl/generated/node_types.h"
#include "trusted/api/reply.h"
#include "trusted/core/account_limit.h"
#include "trusted/core/ceremony_desk.h"
#include "trusted/core/keygen_runs.h"
#include "trusted/core/presign_leader.h"
#include "trusted/passkey/options.h"

namespace passport::core {

// Of one account, through one gateway.
inline constexpr std::uint32_t kSignaturesPerSecond = 20;
inline constexpr std::uint32_t kDevnetSignaturesPerSecond = 10'000;
// Of one scope, through one gateway: each makes a key.
inline constexpr std::uint32_t kRegistrationsPerSecond = 5;
// Of everybody, through one gateway: each is a record for ever, and keys to sign one with cost nothing.
inline constexpr std::uint32_t kScopesPerSecond = 2;
// Of one account, through one gateway: sessions and passkeys that begin or end.
inline constexpr std::uint32_t kSignInsPerSecond = 1;
inline constexpr std::uint32_t kDevnetRegistrationsPerSecond = 1'000;

inline constexpr std::uint32_t kLimitMs = 1'000;  // when a client may try again after too many of one kind

class ClientDesk final : public KeygenEvents, public SigningEvents, public CeremonyEvents {
 public:
  struct Parts {
    const Identity& identity;
    const PeerTable& peers;
    auth::KeyOpener& opener;
    RecordBook& records;
    replica::Replica& replica;
    RegisterView& view;
    KeygenRuns& keygen;
    CeremonyDesk& ceremonies;
    KeyEpochs& epochs;
    SigningLeader& leader;
    PresignLeader& presign;
    ChainCodeView& chain_codes;
    RequestMemory& memory;
    Outbox& outbox;
    crypto::Rng& rng;
  };
  explicit ClientDesk(Parts parts)
      : parts_(parts),
        view_(parts.view),
        limit_(IsDevnet(parts.identity.manifest) ? kDevnetSignaturesPerSecond : kSignaturesPerSecond),
        registrations_(IsDevnet(parts.identity.manifest) ? kDevnetRegistrationsPerSecond
                                                         : kRegistrationsPerSecond),
        sign_ins_(IsDevnet(parts.identity.manifest) ? kDevnetRegistrationsPerSecond : kSignInsPerSecond),
        scopes_(IsDevnet(parts.identity.manifest) ? kDevnetRegistrationsPerSecond : kScopesPerSecond) {}

  void OnRequest(const edl::ClientRequestCall& call);
  void OnUsable(const std::optional<RecordId>& record);  // it, or the envelope key, became usable
  void OnTick(std::uint64_t likely_unix_ms, std::uint64_t now_ms);
  // The end of a change or read that was started with this ticket. False: the ticket is not the desk's.
  bool OnChanged(std::uint64_t ticket, replica::ChangeResult result);
  std::size_t active() const { return operations_.size(); }

  void OnKeygenDone(const RequestId& request, Result<dkg::KeyCertificate, KeygenFailure> result) override;
  void OnSigned(const RequestId& request, const curve::EcdsaSignature& signature) override;
  void OnKeyUsed(const RecordRef& scope, const RecordRef& account, bool pooled) override;
  void OnSignFailed(const RequestId& request, api::Error error) override;
  void OnSignStale(const RequestId& request, std::uint16_t next_attempt) override;
  void OnCeremony(const RequestId& request, passkey::Ceremony ceremony) override;
  void OnCeremonyFailed(const RequestId& request, std::vector<PartyIndex> missing) override;

 private:
  enum class Stage {
    kDeciding,
    kReading,
    kChanging,
    kReserving,
    kGenerating,
    kActivating,
    kSigning,
    kGathering,   // tokens for a challenge
    kCompleting,  // a ceremony's register
    kUsing,       // what the ceremony does to its account
    kRevoking,
  };
  struct Operation {
    std::uint64_t token = 0;
    std::string json_id;
    std::uint16_t metric = 0;
    api::Request request;
    std::string encrypted_key;  // X-Encrypted-Key, if the method needs it
    auth::Evidence evidence;
    Stage stage = Stage::kDeciding;
    std::uint64_t ticket = 0;
    std::uint64_t deadline_ms = 0;
    std::uint64_t patience_ms = 0;          // by then the nodes that it waits for must have answered
    std::optional<RecordId> lacks;          // the register that deciding waits for; none: the envelope key
    std::set<RecordId> read;                // records already read from a quorum
    RecordId account_record;                // of a registration or a ceremony
    passkey::Options options;               // of a ceremony that begins
    CertifiedCeremony ceremony;             // of one that completes
    std::optional<policy::AccountKey> key;  // of its account, if that has one
    unsigned decisions = 0;
    std::uint16_t next_attempt = 1;  // of a signature
  };

  // One request's way to its next wait or its reply.
  void Advance(const RequestId& id);
  void Decide(const RequestId& id, Operation& op, const api::CreateScope& request);
  void Decide(const RequestId& id, Operation& op, const api::UpdateScope& request);
  void Decide(const RequestId& id, Operation& op, const api::DelegatedRegistration& request);
  void Decide(const RequestId& id, Operation& op, const api::Addresses& request);
  void Decide(const RequestId& id, Operation& op, const api::ChainNotice& request);
  void Decide(const RequestId& id, Operation& op, const api::BeginCeremony& request);
  void Decide(const RequestId& id, Operation& op, const api::CompleteCeremony& request);
  void Decide(const RequestId& id, Operation& op, const api::AccountQuery& request);
  void Decide(const RequestId& id, Operation& op, const api::RevokeSession& request);
  template <class SigningRequest>
  void Decide(const RequestId& id, Operation& op, const SigningRequest& request);

  Result<Unit, api::Error> TakeHeaders(const edl::ClientRequestCall& call, Operation& op);
  bool OpenEnvelope(const RequestId& id, Operation& op);
  Deciding With(const RequestId& id) {
    return {view_, parts_.chain_codes, parts_.memory, FactsOf(parts_.identity.manifest), id};
  }
  // An error that rests on local records is final only after a quorum was asked for them.
  void RefuseOrRead(const RequestId& id, Operation& op, api::Error error);
  void RefuseOrRead(const RequestId& id, Operation& op, api::Error error, const RecordId& record);
  void StartRead(const RequestId& id, Operation& op, const RecordId& record);
  // The account of a request that signs nothing, for a caller who may know all about it, and its address at
  // his path. None: the request has been answered, or waits.
  struct Owned {
    AccountFacts facts;
    std::string address;
  };
  std::optional<Owned> FindOwned(const RequestId& id, Operation& op);
  static Judged<std::string> AddressOf(const Operation& op, const AccountFacts& facts, const Deciding& with);
  std::optional<RecordId> RecordBehind(const Operation& op, api::ErrorCode code);
  void StartChange(const RequestId& id, Operation& op, Stage stage, const RecordId& record,
                   const Change& change);
  void StartUse(const RequestId& id, Operation& op);
  void FinishCeremony(const RequestId& id, Operation& op);
  // Whether nothing of an account depends on the ceremony but a counter, which may have risen meanwhile.
  static bool IsPlainSession(const CertifiedCeremony& ceremony);
  std::string SealFor(const Operation& op, std::string_view text);
  std::string AppliedText(const RecordId& record) const;
  void OnStageDone(const RequestId& id, Operation& op, const replica::Version& version);
  void FinishRegistration(const RequestId& id, const replica::Version& version);
  void ReplyResult(const RequestId& id, const std::string& json);
  void ReplyBusy(const RequestId& id, std::uint32_t retry_after_ms);
  void ReplyError(const RequestId& id, const api::Error& error);
  // The request cannot go on before records are confirmed with other nodes: names those that are away.
  api::Error AwayError() const;
  api::Error ChangeErrorFor(const replica::ChangeError& error) const;

  Parts parts_;
  WatchedView view_;
  AccountLimit limit_;
  AccountLimit registrations_;
  AccountLimit sign_ins_;
  AccountLimit scopes_;
  std::uint64_t likely_unix_ms_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint64_t next_ticket_ = 1'000;
  std::map<RequestId, Operation> operations_;
  std::map<std::uint64_t, RequestId> tickets_;
};

}  // namespace passport::core
