// The operators' refresh statements that this enclave has followed: none is followed twice (rules.md 14).
#pragma once

#include "trusted/core/admin.h"
#include "trusted/core/record_book.h"

namespace passport::core {

class RefreshBook {
 public:
  enum class Outcome : std::uint8_t { kRunning = 1, kDone = 2, kFailed = 3 };
  // The latest statement of this node's own operator, which this node leads.
  struct Led {
    AdminStatement statement;
    Outcome outcome = Outcome::kRunning;
  };

  RefreshBook(const peer::Manifest& manifest, PartyIndex self, RecordBook& records);

  // Whether a statement that `leader` names may be followed now: of its own operator, in time, and no older
  // than the newest of that operator. The newest can come again and again, for a refresh has many messages;
  // which keys it has refreshed is in their certificates.
  Result<Unit> Follow(PartyIndex leader, const AdminStatement& statement, TimeBounds now);
  // This node leads by a statement that it has followed.
  void Lead(const AdminStatement& statement);
  void End(Outcome outcome);
  const std::optional<Led>& led() const { return led_; }

  Bytes Encode() const;  // first byte 1
  Result<Unit> Load(ByteSpan bytes);

 private:
  struct Newest {
    std::uint64_t number = 0;
    Hash32 hash{};
  };
  void Store();

  const peer::Manifest& manifest_;
  PartyIndex self_;
  RecordBook& records_;
  std::map<PartyIndex, Newest> newest_;  // by operator
  std::optional<Led> led_;
};

}  // namespace passport::core
