// UUIDs (RFC 9562) and their text form.
#pragma once

#include <string>
#include <string_view>

#include "edl/base/bytes.h"

namespace passport {

std::string FormatUuid(const ByteArray<16>& uuid);
Result<ByteArray<16>> ParseUuid(std::string_view text);  // kMalformed; any version, either case
ByteArray<16> UuidFrom(const Hash32& hash);              // the first 16 bytes with version and variant set

}  // namespace passport
