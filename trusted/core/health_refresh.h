// What GET /health says about the epochs of keys and about their refresh.
#pragma once

#include <string>

#include "trusted/core/refresh_leader.h"

namespace passport::core {

// What a node cannot do, why, and what its operator does about it.
struct Trouble {
  std::string what;
  std::string why;
  std::string next;
};
std::string NodeList(const std::vector<PartyIndex>& parties);  // "1, 2"

// How many accounts' keys are at which epoch, by their records.
std::string EpochsJson(const RecordBook& records);
// Of the latest refresh that this node leads or led; null if there was none.
std::string RefreshJson(const std::optional<RefreshLeader::Progress>& progress);
std::optional<Trouble> TroubleOf(const RefreshLeader::Progress& progress);

}  // namespace passport::core
