// EDL text to syntax: the strict subset of boundary.md 3.2. What the real tools know and we refuse has its
// own error.
#pragma once

#include "tools/edlgen/error.h"
#include "tools/edlgen/syntax.h"

namespace passport::edlgen {

// Throws Error on the first line that is outside the subset.
FileSyntax Parse(const Source& source);

}  // namespace passport::edlgen
