// Registers and time, as decisions see them.
#pragma once

#include <optional>
#include <utility>

#include "trusted/replica/replica.h"

namespace passport::core {

// What decisions rest on.
class RegisterView {
 public:
  virtual ~RegisterView() = default;
  // A register that may be used now; null starts fetching or confirming it.
  virtual const replica::Version* Local(const RecordId& id) = 0;
  // The version after it that this enclave has accepted, if it has and does not know yet whether that one was
  // chosen. What it takes away counts at once, for it may have been acknowledged (architecture.md 5).
  virtual const replica::Version* Pending(const RecordId& id) = 0;
  virtual std::uint64_t LatestMs() const = 0;  // the time by which things expire (network_time.h)
};

// Remembers which register a decision lacked, so that it is made again when that one is usable and not with
// every other: anybody can make many decisions wait.
class WatchedView final : public RegisterView {
 public:
  explicit WatchedView(RegisterView& view) : view_(view) {}
  const replica::Version* Local(const RecordId& id) override {
    const replica::Version* version = view_.Local(id);
    if (version == nullptr) lacked_ = id;
    return version;
  }
  const replica::Version* Pending(const RecordId& id) override { return view_.Pending(id); }
  std::uint64_t LatestMs() const override { return view_.LatestMs(); }
  void Lack(const RecordId& id) { lacked_ = id; }
  std::optional<RecordId> TakeLacked() { return std::exchange(lacked_, std::nullopt); }

 private:
  RegisterView& view_;
  std::optional<RecordId> lacked_;
};

}  // namespace passport::core
