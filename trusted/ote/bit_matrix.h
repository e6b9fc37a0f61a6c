// The 128 rows of an extension turned into its columns.
#pragma once

#include "trusted/ote/extension.h"

namespace passport::ote {

using Rows = crypto::Secret<std::array<Row, ot::kBaseOts>>;

// Bit r of column c is bit c of row r; the sigma masking columns are left behind. Constant time.
Columns Transpose(const Rows& rows);

}  // namespace passport::ote
