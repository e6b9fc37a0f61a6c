#include "tests/fuzz_network/judge.h"

#include <cstdio>
#include <cstdlib>

#include "trusted/api/errors.h"
#include "trusted/json/json.h"

namespace passport::fuzz {

void Violated(const std::string& what) {
  std::fprintf(stderr, "violated: %s\n", what.c_str());
  std::abort();
}

void Judge::CheckLog() {
  for (const sim::Network::LogEntry& entry : network_.log()) {
    if (entry.node != liar_) CheckEntry(entry);
  }
  network_.log().clear();
}

void Judge::CheckEntry(const sim::Network::LogEntry& entry) {
  const std::pair decision(entry.node, RequestId{entry.request_id});
  switch (static_cast<Event>(entry.code)) {
    case Event::kDecisionGranted:
      granted_.insert(decision);
      return;
    case Event::kShareGiven:
      if (!granted_.contains(decision))
        Violated("node " + std::to_string(entry.node.value) + " gave a share without a decision");
      return;
    case Event::kPairBurned:
    case Event::kSignLie:
    case Event::kRecordForked:
      if (entry.party != liar_.value) {
        Violated("node " + std::to_string(entry.node.value) + " blames node " + std::to_string(entry.party) +
                 ": " + std::string(NameOf(static_cast<Event>(entry.code))));
      }
      return;
    default:
      return;
  }
}

void CheckReply(const std::string& body) {
  const auto parsed = json::Parse(body);
  if (!parsed.ok()) Violated("not JSON: " + body);
  const json::Value* error = parsed.value().Find("error");
  if ((error != nullptr) == (parsed.value().Find("result") != nullptr))
    Violated("neither result nor error: " + body);
  if (error == nullptr) return;
  const auto name = error->Find("details")->GetString("code_name");
  if (!name.ok() || body.find(R"("message":)") == std::string::npos)
    Violated("no error of the table: " + body);
}

}  // namespace passport::fuzz
