// The node's side of the counter in its machine's TPM (boundary.md 4.4.2): heads name the value that they
// belong to, and once the counter is past it, they and all disks of their time are old.
#pragma once

#include <functional>

#include "trusted/core/record_book.h"

namespace passport::core {

class RollbackCounter {
 public:
  using Done = std::function<void(const Result<std::uint64_t>& reached)>;
  // Has the counter raised to at least `target`. Refuses at once, or calls `done` once in a later host call.
  using Raise = std::function<Result<Unit>(std::uint64_t target, Done done)>;

  // Changes of the store under one value: what a disk can lose unnoticed once the counter is past its start.
  // TPMs bear about 10^5 to 10^6 increments in their life.
  static constexpr std::uint64_t kChangesMax = 256;
  static constexpr std::uint64_t kAgainMs = 10'000;
  static constexpr std::uint64_t kLateMs = 60'000;
  static constexpr std::uint64_t kLookMs = 60'000;  // so often an idle TPM is asked for the value that it has

  // `value` is what the counter read at this start; none: there is no counter, and nothing happens.
  RollbackCounter(std::optional<std::uint64_t> value, Raise raise, RecordBook& records, Outbox& outbox)
      : value_(value), raise_(std::move(raise)), records_(records), outbox_(outbox) {}

  // A new value for the heads from now on, unless one is under way: at the start of serving, and every
  // kChangesMax changes. First a head with it is stored, then the counter is raised. The other way round a
  // crash between the two would leave a store that is older than the counter.
  void Begin();
  // Ends a host call; `wrote`: it has written a head.
  void OnFlushed(bool wrote);
  // The host's answer to a fetch of the head: only a head that it has stored allows to raise the counter.
  void OnFetched(bool found, ByteSpan blob);
  void OnTick(std::uint64_t now_ms);

  bool present() const { return value_.has_value(); }
  std::uint64_t value() const { return value_.value_or(0); }
  // Whether the counter was raised since this start, and is whenever it should be: every disk from before is
  // refused from now on.
  bool holds() const { return holds_ && !late(); }
  // It should have been raised by now, or was not there when it was last looked at; only a host or platform
  // that does not answer keeps it from that.
  bool late() const { return silent_ || (stage_ != Stage::kIdle && now_ms_ >= since_ms_ + kLateMs); }

 private:
  enum class Stage { kIdle, kWriting, kReading, kRaising, kPausing };

  void Enter(Stage stage);
  void ReadBack();
  void RaiseNow();
  void OnRaised(const Result<std::uint64_t>& reached);
  void Look();
  void OnLooked(const Result<std::uint64_t>& reached);

  std::optional<std::uint64_t> value_;
  Raise raise_;
  RecordBook& records_;
  Outbox& outbox_;
  Stage stage_ = Stage::kIdle;
  std::uint64_t target_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint64_t stage_ms_ = 0;  // when it began
  std::uint64_t since_ms_ = 0;  // when the value under way did
  bool holds_ = false;
  bool looking_ = false;
  bool silent_ = false;  // it was looked at in vain
};

}  // namespace passport::core
