// The trusted core: calls in, effects out. Single-threaded, no I/O, no clock, no exceptions (architecture.md
// 3).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edl/generated/node_dispatch.h"
#include "trusted/core/admin.h"
#include "trusted/core/attested.h"
#include "trusted/core/backup_export.h"
#include "trusted/core/backup_restore.h"
#include "trusted/core/node.h"
#include "trusted/core/resume.h"
#include "trusted/core/rollback_counter.h"

namespace passport::core {

// What only passportd and its platform know, and the claims say.
struct LaunchClaims {
  bool debug = false;  // started for development, or an instrumented build
  claims::Release release;
  Hash32 filter_sha256{};
  std::uint8_t key_sources = 0;
  std::uint32_t key_epoch = 0;
};

struct CoreConfig {
  sealing::SealingKeys keys;
  Hash32 measurement{};  // SHA-256 of the enclave image, by the launcher's word
  std::string build;
  std::vector<Claim> confinement;
  std::size_t records_cached_max = kRecordsCachedDefault;
  EnvelopeKeySource envelope_source = crypto::EnvelopeKey::Generate;
  peer::VersionRange versions = kProtocolVersions;  // offered to peers (rules.md 36)
  SigningConfig signing = {};
  PresignConfig presign = {};
  LaunchClaims launch = {};
  // Takes a platform_link::Request to passportd; its answer comes as provision(PLATFORM) under platform_key.
  // Empty: there is no platform to ask.
  PlatformSend platform = {};
  crypto::SecretKey32 platform_key = {};
  std::vector<ProviderState> providers = {};
  std::optional<std::uint64_t> counter = {};  // what the TPM's counter reads at this start, if there is one
  bool counter_ends = false;                  // it judges the store this once: heads do not name it any more
};

std::string_view NameOf(edl::Phase phase);

class Core final : public edl::NodeHandler {
 public:
  Core(CoreConfig config, crypto::Rng& rng);

  edl::Phase phase() const override { return phase_; }
  Status HandleHello(const edl::HelloCall& call, edl::Effects& effects) override;
  Status HandleProvision(const edl::ProvisionCall& call, edl::Effects& effects) override;
  Status HandleResume(const edl::ResumeCall& call, edl::Effects& effects) override;
  Status HandleClientRequest(const edl::ClientRequestCall& call, edl::Effects& effects) override;
  Status HandlePeerUp(const edl::PeerUpCall& call, edl::Effects& effects) override;
  Status HandlePeerDown(const edl::PeerDownCall& call, edl::Effects& effects) override;
  Status HandlePeerFrame(const edl::PeerFrameCall& call, edl::Effects& effects) override;
  Status HandleFetched(const edl::FetchedCall& call, edl::Effects& effects) override;
  Status HandleTick(const edl::TickCall& call, edl::Effects& effects) override;
  Status HandleAdmin(const edl::AdminCall& call, edl::Effects& effects) override;
  Status HandleAttest(const edl::AttestCall& call, edl::Effects& effects) override;
  Status HandleStatus(const edl::StatusCall& call, edl::Effects& effects) override;

 private:
  // Runs one host call: opens the outbox, then delivers what the core sent to itself, seals the head, and
  // asks for a `resume` while work is left.
  template <class F>
  Status Run(edl::Effects& effects, F&& body);
  void LoadRecords(ByteSpan data);
  Result<Unit> FinishLoading();
  Result<Unit> TakeManifest(ByteSpan file);
  void LoadOrMakeKeys();
  void StartNode(peer::Manifest manifest);
  void EmitPhase();
  Result<Unit> RaiseCounter(std::uint64_t target, RollbackCounter::Done done);
  Result<Unit> TakeStatement(ByteSpan bytes);
  Result<Unit> TakeExport(const BackupStatement& statement, TimeBounds now);
  Result<Unit> TakeRestore(ByteSpan bytes);
  std::uint64_t LastNumber() const;
  void RememberStatement(PartyIndex signer, std::uint64_t number);
  // attestation.cpp
  claims::Claims MakeClaims(const ByteArray<32>& verifier_nonce) const;
  claims::Claims OwnClaims() const;
  void ReplyEvidence(std::uint64_t token, const ByteArray<32>& nonce);
  void MakeNextEvidence();
  void RefuseEvidence(std::uint64_t token, Status why);
  std::string EvidenceJson(const ByteArray<32>& nonce, const Proof& proof) const;
  // describe.cpp
  AttestedFacts Facts() const;
  std::string AttestJson(const ByteArray<32>& nonce) const;
  std::string SealingJson() const;
  std::string CounterJson() const;
  std::string_view RollbackMode() const;  // of what notices an older disk, as claims and policies say it
  std::string StatusJson() const;

  CoreConfig config_;
  crypto::Rng& rng_;
  Outbox outbox_;
  RecordBook records_;
  edl::Phase phase_ = edl::Phase::kBoot;
  Status load_error_ = Status::kOk;
  BootId boot_;
  crypto::SigningKey instance_;  // of this start
  PlatformDesk platform_;
  RollbackCounter counter_;
  BackupExport backup_;
  BackupRestore restore_;
  EvidenceDesk evidence_;
  struct EvidenceRequest {
    std::uint64_t token;
    ByteArray<32> nonce;
  };
  std::deque<EvidenceRequest> evidence_requests_;  // of clients; only the first is under way
  std::optional<OwnKeys> keys_;
  std::unique_ptr<Node> node_;
  bool sealing_next_ = false;  // whose turn it is of what `resume` does
};

}  // namespace passport::core
