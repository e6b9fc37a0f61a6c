// Attestation documents of AWS Nitro Enclaves from the Nitro Secure Module: one ioctl with CBOR in it.
#pragma once

#include "trusted/attest/evidence.h"
#include "trusted/devices/refusal.h"
#include "trusted/process/descriptor.h"

namespace passport::devices {

inline constexpr std::string_view kNsmDevice = "/dev/nsm";

// As linux/nsm.h of Linux 6.8 has them; Debian 12's headers do not yet.
struct NsmMessage {
  std::uint64_t request_address, request_size;
  std::uint64_t response_address, response_size;  // in: the room; out: what came
};
inline constexpr unsigned long kNsmRequest = 0xc0200a00;  // _IOWR(0x0a, 0, struct nsm_raw)
inline constexpr std::size_t kNsmResponseBytesMax = 0x3000;

// ioctl, or what stands in for it in tests: 0, or -1 with errno.
using IoControl = int (*)(int descriptor, unsigned long request, NsmMessage* message);
int NsmIoControl(int descriptor, unsigned long request, NsmMessage* message);

Result<process::Descriptor, Refusal> OpenNsm(const std::string& device);
Result<attest::Evidence, Refusal> QuoteByNsm(int descriptor, IoControl control,
                                             const ByteArray<64>& report_data);

// {"Attestation": {"user_data": report_data, "nonce": null, "public_key": null}}.
Bytes NsmAttestationRequest(const ByteArray<64>& report_data);
// The document of {"Attestation": {"document": bytes}}; what the module says of {"Error": text}, and a
// refusal for all else. Lengths of one and two bytes in their shortest form only, as a CBOR encoder makes
// them.
Result<Bytes, Refusal> ParseNsmResponse(ByteSpan response);

}  // namespace passport::devices
