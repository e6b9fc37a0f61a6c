// Tests of functions that are written several times: each way that this processor can run is tested.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>

#include "trusted/ote/bit_matrix.h"
#include "trusted/ote/gf128.h"

namespace passport::ot {

// Calls body with every path in turn; says which ones the processor cannot run.
template <class Function, std::size_t kCount, class Body>
void ForEachPath(const std::array<crypto::Path<Function>, kCount>& paths, Body body) {
  for (const auto& path : paths) {
    if (!path.Runs()) {
      std::printf("not tested: this processor does not have %s\n", path.name);
      continue;
    }
    SCOPED_TRACE(path.name);
    body(path.function);
  }
}

// One product in GF(2^128), which is the fold of a row that is zero elsewhere.
inline ote::Block Multiply(ote::FoldFunction* fold, const ote::Block& a, const ote::Block& b) {
  ote::Row row{};
  std::copy(a.begin(), a.end(), row.begin());
  ote::Challenges challenges{};
  challenges[0] = b;
  ote::Block product;
  fold({&row, 1}, challenges, {&product, 1});
  return product;
}

}  // namespace passport::ot
