// The host's constant errors are rows of the enclave's table: same number, name and message.
#include "untrusted/rpc/refusal.h"

#include <gtest/gtest.h>

#include "trusted/api/errors.h"
#include "trusted/json/json.h"

namespace passport::host::rpc {
namespace {

TEST(Refusal, EveryHostErrorIsARowOfTheEnclavesTable) {
  constexpr std::pair<Refusal, api::ErrorCode> kSame[] = {
      {Refusal::kInvalidRequest, api::ErrorCode::kInvalidRequest},
      {Refusal::kTooLarge, api::ErrorCode::kTooLarge},
      {Refusal::kBusy, api::ErrorCode::kBusy},
      {Refusal::kTimeout, api::ErrorCode::kTimeout},
      {Refusal::kNotReady, api::ErrorCode::kNotReady},
      {Refusal::kInternal, api::ErrorCode::kInternal}};
  for (const auto& [refusal, code] : kSame) {
    const api::ErrorRow& row = api::RowOf(code);
    const auto body = json::Parse(BodyOf(refusal));
    ASSERT_TRUE(body.ok()) << BodyOf(refusal);
    const json::Value* error = body.value().Find("error");
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->Find("code")->AsNumberText().value(), std::to_string(row.number));
    EXPECT_EQ(error->GetString("message").value(), row.message);
    EXPECT_TRUE(error->GetString("data").value().starts_with(row.name));
    EXPECT_EQ(error->Find("details")->GetString("code_name").value(), row.name);
  }
}

}  // namespace
}  // namespace passport::host::rpc
