// Small files of passportd: read whole, written once.
#pragma once

#include <string>

#include "edl/base/bytes.h"
#include "edl/base/result.h"
#include "trusted/process/say.h"

namespace passport::process {

// The whole of a small regular file; empty with errno if it cannot be read, is none, is empty or is longer.
Bytes ReadSmallFile(const std::string& path, std::size_t size_max);

// A file of mode 0400 that was not there before, on the disk with its name when this returns.
Result<Unit, Problem> WriteNewFile(const std::string& path, ByteSpan content);

}  // namespace passport::process
