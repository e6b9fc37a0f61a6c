// Rules for the tests: a record is a log of numbers, a change appends one.
#pragma once

#include <functional>
#include <vector>

#include "trusted/replica/replica.h"

namespace passport::replica {

inline constexpr std::uint16_t kForbidden = 7;  // evidence that justifies nothing
inline constexpr std::uint16_t kTwice = 9;      // the number is in the log already
inline constexpr std::uint16_t kLacks = 11;     // the other record that the evidence needs does not exist

Bytes Append(std::uint64_t number);
Bytes AppendIfExists(std::uint64_t number, const RecordId& other);
Bytes Forbidden(std::uint64_t number);
std::vector<std::uint64_t> Numbers(ByteSpan value);
RecordId Record(std::uint8_t name);
RecordId NumberedRecord(std::uint64_t number);  // as many as wanted

inline constexpr PartyIndex kOne{1}, kTwo{2}, kThree{3}, kFour{4}, kFive{5};
inline const RecordId kId = Record(5);

class LogRules final : public ChangeRules {
 public:
  Judgement Judge(const RecordId& id, const Version& before, ByteSpan evidence, PartyIndex proposer) override;
  std::vector<RecordId> RestsOn(ByteSpan evidence) override;
  std::function<const Version*(const RecordId&)> view;
};

}  // namespace passport::replica
