// A node with a manifest: every part of the core that works with peers, wired together.
#pragma once

#include "trusted/core/account_census.h"
#include "trusted/core/chain_codes.h"
#include "trusted/core/client_desk.h"
#include "trusted/core/envelope_keeper.h"
#include "trusted/core/key_epochs.h"
#include "trusted/core/network_time.h"
#include "trusted/core/presign_runs.h"
#include "trusted/core/refresh_leader.h"
#include "trusted/core/repair_helpers.h"
#include "trusted/core/repair_runs.h"
#include "trusted/core/signer_runs.h"

namespace passport::core {

// What a node shows its peers of the enclave it is in. Borrowed, but the claims.
struct OwnEvidence {
  PlatformDesk& platform;
  EvidenceDesk& desk;
  ClaimsSource claims;
  std::function<claims::Claims()> own;  // as this enclave judges itself
};

class Node final : public PeerEvents, public EpochEvents, public replica::Port, public RegisterView {
 public:
  Node(Identity identity, RecordBook& records, Outbox& outbox, crypto::Rng& rng,
       EnvelopeKeySource envelope_source, const SigningConfig& signing, const PresignConfig& presign,
       OwnEvidence evidence);

  // Host calls.
  void OnClientRequest(const edl::ClientRequestCall& call) { desk_.OnRequest(call); }
  void OnPeerUp(PartyIndex party, std::uint64_t link) { peers_.OnUp(party, link); }
  void OnPeerDown(std::uint64_t link) { peers_.OnDown(link); }
  void OnPeerFrame(std::uint64_t link, ByteSpan frame) { peers_.OnFrame(link, frame); }
  void OnFetched(const RecordId& id, Result<Unit> outcome);
  void OnTick(std::uint64_t unix_ms, std::uint64_t now_ms);
  // Work that no call waits for, the most urgent first: the envelope key, pair setups in steps, missing
  // shares, presignatures and then refreshes of keys in rounds. One piece of it for each call.
  bool HasWork() const {
    return envelope_.HasWork() || peers_.HasWork() || repair_.HasWork() || presign_runs_.HasWork() ||
           presign_leader_.HasWork() || refresh_runs_.HasWork() || refresh_leader_.HasWork();
  }
  void OnResume();
  // The node's operator orders a refresh of all keys, by a statement that has been verified.
  Result<Unit> Refresh(const AdminStatement& statement);
  // Operators say which starts of which nodes go on without the others; ends when one of them starts again.
  void GoOnWith(std::map<PartyIndex, BootId> boots);
  // Another policy for the evidence of peers, by a statement that has been verified.
  Result<Unit> TakePolicy(const PolicyStatement& statement);
  // Delivers messages to self until there are none, cuts links that failed; ends every host call.
  void Settle() { peers_.Settle(); }
  bool Busy() const { return desk_.active() + signers_.active() + keygen_.active() > 0; }

  const Identity& identity() const { return identity_; }
  PeerTable& peers() { return peers_; }
  const PeerTable& peers() const { return peers_; }
  const claims::Policy& policy() const { return policies_.policy(); }
  const PolicyBook& policies() const { return policies_; }
  const PolicyConfirmation& confirmation() const { return confirmation_; }
  const auth::KeyOpener& opener() const { return opener_; }
  const NetworkTime& clocks() const { return time_; }
  const PresignPool& presignatures() const { return pool_; }
  const RefreshLeader& refresh() const { return refresh_leader_; }
  const RepairRuns& repairs() const { return repair_; }
  // Nodes without which the policy, and then records that were not used since this start, stay unconfirmed
  // (rules.md 6).
  std::vector<PartyIndex> Awaited() const {
    return confirmation_.done() ? replica_.Awaited() : confirmation_.Awaited();
  }

  // PeerEvents.
  void OnPeerOpen(PartyIndex party) override;
  void OnPeerLost(PartyIndex party) override;
  void OnRunsLost(PartyIndex party) override;
  void OnSetupLost(PartyIndex party) override;
  void OnPeerMessage(PartyIndex from, PeerMessage message) override;
  void OnFaultsChanged() override;
  void OnPolicyShown(PartyIndex party, ByteSpan statement) override;

  // EpochEvents.
  void OnEpochChanged(const KeyId& key) override;
  void OnEpochClear(const KeyId& key) override;

  // replica::Port.
  void Send(PartyIndex to, const RequestId& request, const replica::Message& message) override;
  std::vector<PartyIndex> Connected() const override { return peers_.Open(); }
  std::pair<replica::Holding, const replica::Register*> Find(const RecordId& id) override;
  void Store(const RecordId& id, replica::Register value) override;
  void Fetch(const RecordId& id) override;
  crypto::Ed25519Signature Sign(ByteSpan message) override { return identity_.signing.Sign(message); }
  void Done(std::uint64_t ticket, replica::ChangeResult result) override;
  void Usable(const RecordId& id) override;
  void Granted(PartyIndex proposer, const RequestId& request, std::uint64_t number) override;
  void Denied(PartyIndex proposer, const RequestId& request, std::uint16_t code) override;
  void Forked(const RecordId& id, const replica::Committed& ours, const replica::Committed& theirs) override;

  // RegisterView.
  const replica::Version* Local(const RecordId& id) override { return replica_.Local(id); }
  const replica::Version* Pending(const RecordId& id) override { return replica_.Pending(id); }
  std::uint64_t LatestMs() const override { return time_.LatestMs(); }

 private:
  static replica::Config ReplicaConfig(const Identity& identity, bool fresh);
  void TellTime(PartyIndex to);
  void OnTime(PartyIndex from, const PeerMessage& message);
  void OnReplicaMessage(PartyIndex from, const PeerMessage& message);
  // Of what goes on without a client: shares, epochs, clocks.
  void OnUpkeepMessage(PartyIndex from, const PeerMessage& message);
  void OnUnknownMessage(PartyIndex from, const PeerMessage& message);
  void OnEpochMessage(PartyIndex from, const PeerMessage& message);
  void OnRepairMessage(PartyIndex from, const PeerMessage& message);

  Identity identity_;
  RecordBook& records_;
  Outbox& outbox_;
  std::function<claims::Claims()> own_claims_;
  PolicyBook policies_;
  PolicyConfirmation confirmation_;
  PeerTable peers_;
  NetworkTime time_{identity_.manifest.t};
  std::uint64_t next_telling_ms_ = 0;
  RequestMemory memory_{records_.empty()};
  ScopeAccounts scope_accounts_;
  NetworkRules rules_;
  replica::Replica replica_;
  auth::KeyOpener opener_;
  EnvelopeKeeper envelope_;
  KeyEpochs epochs_;
  ChainCodes chain_codes_;
  MadeKeys made_keys_;
  KeygenRuns keygen_;
  PresignPool pool_;
  SigningLeader leader_;
  PresignLeader presign_leader_;
  CeremonyDesk ceremonies_;
  ClientDesk desk_;
  BlameSigner blame_;
  SignerRuns signers_;
  PresignRuns presign_runs_;
  RefreshBook refresh_book_;
  RefreshRuns refresh_runs_;
  RefreshLeader refresh_leader_;
  AccountCensus census_;
  RepairRuns repair_;
  RepairHelpers repair_helpers_;
  std::map<PartyIndex, BootId> going_on_;
};

}  // namespace passport::core
