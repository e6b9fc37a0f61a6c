// Evidence about this very enclave: for peers, and for whoever asks with a nonce.
#pragma once

#include "trusted/claims/claims.h"
#include "trusted/core/platform_desk.h"
#include "trusted/core/policy_statement.h"

namespace passport::core {

// Claims and evidence as they are shown: claims, then evidence, each in its own encoding.
struct Proof {
  Bytes claims;    // claims::Claims::Encode
  Bytes evidence;  // attest::Evidence::Encode

  Bytes Encode() const;
  static Result<Proof> Parse(ByteSpan input);  // kMalformed; what is inside is not looked at
};

// What an end of a session shows the other before it opens, since protocol version 5; before: the proof.
struct SessionEvidence {
  Bytes proof;             // Proof::Encode
  bool confirmed = false;  // the sender's policy is (policy_confirmation.h)
  Bytes statement;         // PolicyStatement::Encode, of the policy in force; empty: there is none

  Bytes Encode() const;
  static Result<SessionEvidence> Parse(ByteSpan input);  // kMalformed; what is inside is not looked at
};

// A provider of evidence, as passport-platform found it at start.
struct ProviderState {
  attest::Provider provider = attest::Provider::kNone;
  bool available = false;
  std::string text;  // what it is, or why not
};

class EvidenceDesk {
 public:
  using Done = std::function<void(Result<Proof> proof)>;

  EvidenceDesk(PlatformDesk& platform, std::vector<ProviderState> providers)
      : platform_(platform), providers_(std::move(providers)) {}

  const std::vector<ProviderState>& providers() const { return providers_; }
  // The best of those that are available, hardware first; simulated only where the network is a devnet's;
  // none if there is no other.
  attest::Provider Best(bool devnet) const;
  // Evidence for these claims, which say of whom it is to be. Without a provider `done` is called at once,
  // else in a later call of the host's: kAttestUnavailable, kBusy, kDenied, kMalformed (not of the provider
  // that was asked).
  void Make(const claims::Claims& claims, Done done);

 private:
  PlatformDesk& platform_;
  std::vector<ProviderState> providers_;
};

}  // namespace passport::core
