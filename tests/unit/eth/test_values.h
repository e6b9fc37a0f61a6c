// Short ways to JSON values, bytes and statuses for the tests of trusted/eth.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "trusted/json/json.h"

namespace passport::eth {

inline json::Value Json(std::string_view text) {
  auto parsed =
      json::Parse(text, {.text_bytes_max = 1 << 22, .string_bytes_max = 1 << 21, .nodes_max = 1 << 20});
  EXPECT_TRUE(parsed.ok()) << text.substr(0, 200);
  return std::move(parsed).value();
}

inline Bytes FromHex(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  return ParseHex(hex).value();
}

template <class T>
Status StatusOf(const Result<T>& result) {
  return result.ok() ? Status::kOk : result.error();
}

}  // namespace passport::eth
