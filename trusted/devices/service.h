// Service: one request of passportd in, one answer out (trusted/platform_link/helper.h).
#pragma once

#include "trusted/crypto/secret.h"
#include "trusted/devices/nsm.h"
#include "trusted/devices/tpm.h"
#include "trusted/platform_link/helper.h"

namespace passport::devices {

// Something that was opened before the lock, or why it was not.
struct Device {
  int descriptor = -1;
  Refusal why_not;
  bool ok() const { return descriptor >= 0; }
};

struct Devices {
  bool tpm_wanted = false;  // --tpm2 was given: without it the node does not start
  Device tpm;
  Device tsm;
  attest::Provider tsm_provider = attest::Provider::kNone;  // kSnp or kTdx, with tsm
  Device nsm;
  IoControl nsm_control = NsmIoControl;
};

class Service {
 public:
  explicit Service(Devices devices);

  // Never empty, and a refusal for whatever is no request of ours; a refused request changes nothing. The
  // answer may hold the unsealed key.
  crypto::SecretBytes Answer(ByteSpan record);
  // Whether the TPM did not answer once: then nothing that it says counts any more.
  bool lost() const { return tpm_ && tpm_->lost(); }
  // For a record that is longer than any request.
  static crypto::SecretBytes TooLong();

 private:
  using Body = Result<crypto::SecretBytes, Refusal>;
  Body Do(const platform_link::HelperRequest& request);
  Body Start(ByteSpan body);
  Body Unseal(ByteSpan body);
  Body Seal(ByteSpan body);
  Body Quote(ByteSpan body);
  Body CounterRead(ByteSpan body);
  Body CounterRaise(ByteSpan body);
  Result<attest::Evidence, Refusal> MakeEvidence(const ByteArray<64>& report_data);
  // The TPM, if there is one and libtss2 starts.
  Result<Tpm*, Refusal> UseTpm();
  std::vector<platform_link::Probe> Probes() const;

  Devices devices_;
  std::optional<Tpm> tpm_;
  std::optional<Hash32> measurement_;  // once START was done
  bool development_ = false;
};

}  // namespace passport::devices
