#include "trusted/core/health_refresh.h"

#include "trusted/json/write.h"

namespace passport::core {
namespace {

using Outcome = RefreshBook::Outcome;

std::string_view NameOf(const RefreshLeader::Progress& progress) {
  if (progress.outcome == Outcome::kDone) return "done";
  if (progress.outcome == Outcome::kFailed) return "failed";
  if (progress.trouble == RefreshTrouble::kAway) return "waiting";
  return progress.setups ? "pair_setups" : "running";
}

// Why, with the names of the nodes after it, and what helps, likewise.
struct Row {
  RefreshTrouble trouble;
  std::string_view why;
  std::string_view next;
};
constexpr Row kRows[] = {
    {RefreshTrouble::kNone, "this node started again after it had failed", "look at the log for the reason"},
    {RefreshTrouble::kAway, "all nodes must be connected, and these are not: ", "start node(s) "},
    {RefreshTrouble::kStatement, "the operator's statement is not followed by node(s) ",
     "compare the clock and the manifest with those of node(s) "},
    {RefreshTrouble::kRefused,
     "these nodes did not take part, or did not confirm their new shares: ", "look at the log of node(s) "},
    {RefreshTrouble::kNoShares, "fewer nodes than the threshold have a share of some key; it is missing on ",
     "restore the newest copy of the data folder of node(s) "},
    {RefreshTrouble::kSetups,
     "these nodes have not made their pair setups again: ", "restart, which makes them, node(s) "},
    {RefreshTrouble::kExpired, "the statement expired before all was done; it waited for node(s) ",
     "see that all nodes are connected, also node(s) "},
};

}  // namespace

std::string NodeList(const std::vector<PartyIndex>& parties) {
  std::string out;
  for (const PartyIndex party : parties) out += (out.empty() ? "" : ", ") + std::to_string(party.value);
  return out;
}

std::string EpochsJson(const RecordBook& records) {
  std::map<std::uint64_t, std::size_t> counts;
  for (const auto& [account, key] : records.holders()) ++counts[key.epoch];
  json::ObjectWriter out;
  for (const auto& [epoch, count] : counts) out.U64(std::to_string(epoch), count);
  return out.Finish();
}

std::string RefreshJson(const std::optional<RefreshLeader::Progress>& progress) {
  if (!progress) return "null";
  return json::ObjectWriter()
      .Text("state", NameOf(*progress))
      .U64("keys", progress->keys)
      .U64("done", progress->done)
      .U64("failed", progress->failed)
      .Finish();
}

// Of one that failed the operator signs another statement when the reason is gone; one that waits goes on.
std::optional<Trouble> TroubleOf(const RefreshLeader::Progress& progress) {
  const bool failed = progress.outcome == Outcome::kFailed;
  if (!failed && progress.trouble == RefreshTrouble::kNone) return std::nullopt;
  if (progress.outcome == Outcome::kDone) return std::nullopt;
  for (const Row& row : kRows) {
    if (row.trouble != progress.trouble) continue;
    const std::string nodes = NodeList(progress.nodes);
    std::string next = std::string(row.next) + nodes;
    if (failed) next += "; then sign `passport admin refresh` again";
    return Trouble{"refresh its keys", std::string(row.why) + nodes, std::move(next)};
  }
  return std::nullopt;
}

}  // namespace passport::core
