// Reports of SEV-SNP and TDX through the kernel's configfs-tsm (Linux 6.7,
// Documentation/ABI/testing/configfs-tsm).
#pragma once

#include <sys/types.h>

#include <optional>

#include "trusted/attest/evidence.h"
#include "trusted/devices/refusal.h"
#include "trusted/process/descriptor.h"

namespace passport::devices {

inline constexpr std::string_view kTsmFolder = "/sys/kernel/config/tsm/report";

struct TsmEntry {
  process::Descriptor folder;  // our entry: inblob, outblob, auxblob, generation, provider
  attest::Provider provider = attest::Provider::kNone;  // kSnp or kTdx
};

// Makes our entry below the folder, or takes the one that an earlier start left. `owner` will write to it.
Result<TsmEntry, Refusal> OpenTsm(const std::string& folder, std::optional<uid_t> owner);

// Writes the report data and reads what the platform signed. The kernel counts writes in `generation`: if
// somebody else wrote meanwhile, the report may be his, so it is asked for again, a few times.
Result<attest::Evidence, Refusal> QuoteByTsm(int entry, attest::Provider provider,
                                             const ByteArray<64>& report_data);

}  // namespace passport::devices
