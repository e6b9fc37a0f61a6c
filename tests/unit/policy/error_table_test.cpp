// The table of errors: each has its own number, name and text, keeps them for ever, and is in docs/errors.md.
#include "trusted/api/errors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace passport::api {
namespace {

constexpr std::size_t kErrors = static_cast<std::size_t>(ErrorCode::kCount);

// The place of a row is what enclaves tell each other and what the decision event carries; number and name
// are what clients see. Rows may be added at the end; none may move or change.
struct Promise {
  int number;
  const char* name;
};
constexpr Promise kPromised[] = {
    {-32700, "parse_error"},
    {-32600, "invalid_request"},
    {-32601, "method_not_found"},
    {-32602, "invalid_params"},
    {-32603, "internal"},
    {401, "unauthorized"},
    {-32001, "too_deep"},
    {-32002, "duplicate_key"},
    {-32003, "too_large"},
    {-32004, "bad_base64"},
    {-32005, "undecryptable"},
    {-32006, "unknown_scope"},
    {-32007, "unknown_user"},
    {-32008, "wrong_owner"},
    {-32009, "replayed"},
    {-32010, "ambiguous_number"},
    {-32011, "unknown_transaction_type"},
    {-32012, "malformed_transaction"},
    {-32013, "malformed_typed_data"},
    {-32014, "duplicate_registration"},
    {-32015, "too_few_nodes"},
    {-32016, "busy"},
    {-32017, "timeout"},
    {-32018, "not_permitted"},
    {-32019, "wrong_account"},
    {-32020, "not_ready"},
    {-32021, "missing_header"},
    {-32022, "scope_config"},
    {-32023, "registration_pending"},
    {-32024, "not_available"},
    {-32025, "bad_hex"},
    {-32026, "malformed_proof"},
    {-32027, "invalid_utf8"},
};

std::vector<ErrorRow> AllRows() {
  std::vector<ErrorRow> out;
  for (std::size_t i = 0; i < kErrors; ++i) out.push_back(RowOf(static_cast<ErrorCode>(i)));
  return out;
}

TEST(ErrorTable, EveryErrorKeepsItsPlaceItsNumberAndItsName) {
  ASSERT_GE(kErrors, std::size(kPromised));
  for (std::size_t i = 0; i < std::size(kPromised); ++i) {
    const ErrorRow& row = RowOf(static_cast<ErrorCode>(i));
    EXPECT_EQ(row.number, kPromised[i].number) << kPromised[i].name;
    EXPECT_STREQ(row.name, kPromised[i].name) << i;
  }
}

TEST(ErrorTable, NoTwoErrorsShareANumberANameOrAText) {
  std::set<int> numbers;
  std::set<std::string> names;
  std::set<std::string> messages;
  for (const ErrorRow& row : AllRows()) {
    EXPECT_TRUE(numbers.insert(row.number).second) << row.number;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(messages.insert(row.message).second) << row.message;
    EXPECT_STRNE(row.message, "");
  }
}

// A name is the beginning of error.data, up to ": ".
TEST(ErrorTable, NamesAreSmallLettersAndUnderscores) {
  for (const ErrorRow& row : AllRows()) {
    EXPECT_EQ(std::string_view(row.name).find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"),
              std::string_view::npos)
        << row.name;
  }
}

TEST(ErrorTable, TheTextsThatPublishedClientsMatchAreWordForWord) {
  EXPECT_STREQ(RowOf(ErrorCode::kDuplicateRegistration).message, "Duplicate registration");
  EXPECT_STREQ(RowOf(ErrorCode::kUnknownUser).message, "Account credential lookup yielded no results");
  EXPECT_STREQ(RowOf(ErrorCode::kUnauthorized).message, "Unauthorized: Signature verification failed.");
}

TEST(ErrorTable, TheDocumentHasEveryRowAndNoOther) {
  std::ifstream file(std::string(PASSPORT_SOURCE_DIR) + "/docs/errors.md");
  ASSERT_TRUE(file.good());
  std::set<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| ") && !line.starts_with("| code ")) documented.insert(line);
  }
  std::set<std::string> expected;
  for (const ErrorRow& row : AllRows()) {
    expected.insert("| " + std::to_string(row.number) + " | `" + row.name + "` | " + row.message + " |");
  }
  EXPECT_EQ(documented, expected);
}

}  // namespace
}  // namespace passport::api
