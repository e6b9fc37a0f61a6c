#include "trusted/devices/service.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/attest/simulated.h"
#include "trusted/devices/tpm_counter.h"
#include "trusted/devices/tpm_quote.h"
#include "trusted/devices/tpm_sealing.h"
#include "trusted/devices/tsm_report.h"

namespace passport::devices {
namespace {

using attest::Provider;
using crypto::SecretBytes;
using platform_link::HelperAnswer;
using platform_link::HelperRequest;
using platform_link::Op;
using platform_link::Probe;

Refusal BadBody() {
  return "this is no request of passportd's: install passportd and passport-platform of one build";
}

// op stands in the answer as it came, whether it is one of ours or not.
SecretBytes Refused(std::uint8_t op, const Refusal& why) {
  Writer out;
  out.U8(op).U8(1).Raw(AsBytes(why));
  return SecretBytes(out.Take());
}

SecretBytes Encoded(std::uint64_t value) { return SecretBytes(Writer().U64(value).Take()); }

// What the functions below left where their frames were: more than any of libtss2 and libcrypto needs.
[[gnu::noinline]] void WipeStack() {
  std::array<std::uint8_t, 256 * 1024> room;
  crypto::Wipe(room.data(), room.size());
}

Result<std::uint64_t, Refusal> ParseTarget(ByteSpan body) {
  Reader in(body);
  const std::uint64_t target = in.U64();
  if (!in.Done()) return Fail(BadBody());
  return target;
}

}  // namespace

Service::Service(Devices devices) : devices_(std::move(devices)) {
  if (devices_.tpm.ok()) tpm_.emplace(devices_.tpm.descriptor);
}

SecretBytes Service::TooLong() { return Refused(0, BadBody()); }

SecretBytes Service::Answer(ByteSpan record) {
  const Result<HelperRequest> request = HelperRequest::Parse(record);
  if (!request.ok()) return Refused(record.empty() ? 0 : record[0], BadBody());
  const Body body = Do(request.value());
  if (tpm_) tpm_->Forget();
  WipeStack();
  if (!body.ok()) return Refused(record[0], body.error());
  return SecretBytes(HelperAnswer{request.value().op, true, body.value().Expose()}.Encode());
}

Service::Body Service::Do(const HelperRequest& request) {
  if (!measurement_ && request.op != Op::kStart)
    return Fail(Refusal("START comes first: install passportd and passport-platform of one build"));
  switch (request.op) {
    case Op::kStart:
      return Start(request.body);
    case Op::kUnseal:
      return Unseal(request.body);
    case Op::kSeal:
      return Seal(request.body);
    case Op::kQuote:
      return Quote(request.body);
    case Op::kCounterRead:
      return CounterRead(request.body);
    case Op::kCounterRaise:
      return CounterRaise(request.body);
    case Op::kVerify:
      break;
  }
  return Fail(BadBody());
}

Result<Tpm*, Refusal> Service::UseTpm() {
  if (!tpm_)
    return Fail(devices_.tpm_wanted ? devices_.tpm.why_not
                                    : Refusal("no TPM was named; start passportd with --tpm2"));
  if (tpm_->esys() == nullptr) return Fail(Refusal("libtss2 does not start; reinstall it"));
  return &*tpm_;
}

// The TPM learns of the enclave before anything is unsealed or quoted. What was configured and cannot be used
// is loud.
Service::Body Service::Start(ByteSpan body) {
  Reader in(body);
  const Hash32 measurement = in.Array<32>();
  const std::uint8_t flags = in.U8();
  const ByteSpan blob = in.Raw(in.remaining());
  if (!in.Done() || (flags & ~platform_link::kStartDevelopment) != 0) return Fail(BadBody());
  if (!blob.empty() && !devices_.tpm_wanted) return Fail(BadBody());
  if (measurement_)
    return Fail(Refusal("START comes once: start passport-platform anew for another enclave"));
  if (devices_.tpm_wanted) {
    PASSPORT_TRY(Tpm* const tpm, UseTpm());
    if (!blob.empty()) PASSPORT_TRY_VOID(PinStorageKey(*tpm, blob));
    PASSPORT_TRY_VOID(MeasureEnclave(*tpm, measurement));
  }
  measurement_ = measurement;
  development_ = (flags & platform_link::kStartDevelopment) != 0;
  return SecretBytes(platform_link::EncodeProbes(Probes()));
}

std::vector<Probe> Service::Probes() const {
  const auto probe = [](Provider provider, bool available, std::string text) {
    if (!available) text = "unavailable: " + text;
    text.resize(std::min(text.size(), platform_link::kProbeTextMax));
    return Probe{static_cast<std::uint8_t>(provider), available, std::move(text)};
  };
  const auto by_tsm = [&](Provider provider) {
    const bool available = devices_.tsm.ok() && devices_.tsm_provider == provider;
    return probe(provider, available,
                 available           ? "through configfs-tsm"
                 : devices_.tsm.ok() ? "configfs-tsm has the other provider"
                                     : devices_.tsm.why_not);
  };
  return {probe(Provider::kSimulated, development_, development_ ? "protects nothing" : "only with --dev"),
          probe(Provider::kTpm2, tpm_.has_value(),
                tpm_ ? "PCR 14 holds the enclave" : "no TPM was named with --tpm2"),
          by_tsm(Provider::kSnp),
          by_tsm(Provider::kTdx),
          probe(Provider::kSgx, false, "needs an SGX build of the core"),
          probe(Provider::kNitro, devices_.nsm.ok(),
                devices_.nsm.ok() ? "through the NSM device" : devices_.nsm.why_not)};
}

Service::Body Service::Unseal(ByteSpan body) {
  PASSPORT_TRY(Tpm* const tpm, UseTpm());
  PASSPORT_TRY(const crypto::SecretKey32 key, UnsealKey(*tpm, body));
  return SecretBytes(ToBytes(key.Expose()));
}

// 32 bytes: a new root key, for the enclave that runs; the counter begins with it. 64: a key that there is,
// and the measurement of the image that will unseal it.
Service::Body Service::Seal(ByteSpan body) {
  Reader in(body);
  crypto::SecretKey32 key;
  const ByteSpan bytes = in.Raw(32);
  std::copy(bytes.begin(), bytes.end(), key.ExposeMutable().begin());
  const bool is_new = in.remaining() == 0;
  const Hash32 measurement = is_new ? *measurement_ : in.Array<32>();
  if (!in.Done()) return Fail(BadBody());
  PASSPORT_TRY(Tpm* const tpm, UseTpm());
  if (is_new) PASSPORT_TRY_VOID(MakeCounter(*tpm));
  PASSPORT_TRY(Bytes blob, SealKey(*tpm, key, measurement));
  return SecretBytes(std::move(blob));
}

Service::Body Service::Quote(ByteSpan body) {
  const Result<ByteArray<64>> report_data = ToArray<64>(body);
  if (!report_data.ok()) return Fail(BadBody());
  PASSPORT_TRY(const attest::Evidence evidence, MakeEvidence(report_data.value()));
  return SecretBytes(evidence.Encode());
}

// The first that is there, best first. If it fails, no weaker one steps in silently.
Result<attest::Evidence, Refusal> Service::MakeEvidence(const ByteArray<64>& report_data) {
  if (devices_.tsm.ok()) return QuoteByTsm(devices_.tsm.descriptor, devices_.tsm_provider, report_data);
  if (devices_.nsm.ok()) return QuoteByNsm(devices_.nsm.descriptor, devices_.nsm_control, report_data);
  if (tpm_) {
    PASSPORT_TRY(Tpm* const tpm, UseTpm());
    PASSPORT_TRY(const attest::Tpm2Quote quote, MakeQuote(*tpm, report_data, *measurement_));
    return attest::Evidence{Provider::kTpm2, quote.Encode(), {}};
  }
  if (development_) return attest::MakeSimulated(*measurement_, report_data);
  return Fail(Refusal(
      "nothing here can attest; name a TPM with --tpm2, or run on a machine with SEV-SNP, TDX or Nitro"));
}

Service::Body Service::CounterRead(ByteSpan body) {
  if (!body.empty()) return Fail(BadBody());
  PASSPORT_TRY(Tpm* const tpm, UseTpm());
  PASSPORT_TRY(const std::uint64_t value, ReadCounter(*tpm));
  return Encoded(value);
}

Service::Body Service::CounterRaise(ByteSpan body) {
  PASSPORT_TRY(const std::uint64_t target, ParseTarget(body));
  PASSPORT_TRY(Tpm* const tpm, UseTpm());
  PASSPORT_TRY(const std::uint64_t value, RaiseCounter(*tpm, target));
  return Encoded(value);
}

}  // namespace passport::devices
