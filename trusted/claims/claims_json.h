// Claims as JSON, for people and their tools. What is verified is the encoding; this is how it reads.
#pragma once

#include "trusted/claims/claims.h"

namespace passport::claims {

std::string_view NameOf(Platform platform);       // "process"
std::string_view NameOf(MeasuredBy measured_by);  // "hardware", "launcher", "self"
std::string_view NameOf(Rollback rollback);       // "none", "peers-weak", "peers", "peers-and-counter"
// "keyfile", "tpm2", "credential", joined with '+'; "none" for no bit.
std::string KeySourceNames(std::uint8_t key_sources);

// One JSON object with every field.
std::string ToJson(const Claims& claims);

}  // namespace passport::claims
