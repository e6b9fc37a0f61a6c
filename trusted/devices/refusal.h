// Refusal: why passport-platform did not do what it was asked, ending with what to do about it.
#pragma once

#include <string>

#include "edl/base/result.h"

namespace passport::devices {

// Plain ASCII without quotes and backslashes (IsPlainText): it goes into logs and claims as it
// is.
using Refusal = std::string;

// "EACCES".
std::string ErrorName(int error);

}  // namespace passport::devices
