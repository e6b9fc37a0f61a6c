// What a person reads when something is wrong: once, and with the option or file at fault.
#include <gtest/gtest.h>

#include "tools/cli/inputs.h"
#include "tools/cli/node_api.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

std::string LineOf(std::string_view error) { return ErrorLine(json::Parse(error).value()); }

TEST(ErrorLine, SaysTheCodeOnce) {
  EXPECT_EQ(LineOf(R"({"code":-32015,"message":"Too few nodes","data":"too_few_nodes: node 2, node 3",)"
                   R"("details":{"code_name":"too_few_nodes"}})"),
            "error too_few_nodes: Too few nodes: node 2, node 3");
  EXPECT_EQ(LineOf(R"({"code":-1,"message":"M","data":"busy","details":{"code_name":"busy"}})"),
            "error busy: M");
}

// Clients look for these texts in message and in data (wire-api.md 14), so the node says them in both.
TEST(ErrorLine, SaysAMessageThatDataRepeatsOnce) {
  EXPECT_EQ(LineOf(R"({"code":-32014,"message":"Duplicate registration",)"
                   R"("data":"duplicate_registration: Duplicate registration",)"
                   R"("details":{"code_name":"duplicate_registration"}})"),
            "error duplicate_registration: Duplicate registration");
  EXPECT_EQ(LineOf(R"({"code":-32007,"message":"No results","data":"unknown_user: No results: ann",)"
                   R"("details":{"code_name":"unknown_user"}})"),
            "error unknown_user: No results: ann");
}

TEST(ErrorLine, KeepsWhatANodeOfAnotherKindSays) {
  EXPECT_EQ(LineOf(R"({"code":-7,"message":"M","data":"some data"})"), "error -7: M: some data");
  EXPECT_EQ(LineOf(R"({"code":-7,"message":"M"})"), "error -7: M");
}

template <class Kind>
std::string WhyNot(const std::string& text) {
  try {
    ObjectFrom(text, "--config");
  } catch (const Kind& problem) {
    return problem.what();
  }
  return "taken";
}

TEST(ObjectFrom, NamesTheOptionTheTextAndTheFault) {
  EXPECT_EQ(WhyNot<UsageProblem>("{bad"),
            "--config '{bad' is not valid JSON: a bracket, quote, comma or value is missing or wrong; "
            "correct it");
  EXPECT_EQ(WhyNot<UsageProblem>(R"({"a":1,"a":2})"),
            R"(--config '{"a":1,"a":2}' is not valid JSON: a key occurs twice in one object; correct it)");
  EXPECT_EQ(WhyNot<Problem>("[1]"), "--config '[1]' is neither a JSON object {...} nor a file that exists");
  EXPECT_EQ(WhyNot<Problem>(R"({"name":"app"})"), "taken");
}

}  // namespace
}  // namespace passport::cli
