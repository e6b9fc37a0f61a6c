// Group commit: answers wait here until their puts are durable, and leave in the order in which they came.
#pragma once

#include <chrono>
#include <deque>
#include <functional>

#include "edl/generated/node_host.h"
#include "untrusted/metrics/metrics.h"
#include "untrusted/store/records.h"

namespace passport::host::enclave {

// Called with each answer once all its puts and those of every answer before it are committed.
using Release = std::function<void(const edl::Answer&)>;

// The owner calls Add for each answer in order, and CommitIfDue after it and whenever the enclave has become
// idle. An answer without puts leaves at once unless an earlier one still waits.
class Outbox {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    std::size_t answers_max = 256;
    std::size_t bytes_max = 4 << 20;
    // An answer waits at most as long as the last commit took, and at most this long, for others to join its
    // batch: on a slow disk batches grow, on a fast one nobody waits.
    std::chrono::microseconds wait_max{10000};
  };
  Outbox(store::CommitBatch commit, Limits limits, metrics::Registry& metrics);

  // `release` runs inside this call or inside a later CommitIfDue or Commit.
  void Add(edl::Answer answer, Release release, Clock::time_point now);

  // Commits when the enclave is idle (nothing could join the batch), or when the batch is full or old enough.
  Result<Unit, store::StoreError> CommitIfDue(bool enclave_idle, Clock::time_point now);
  // Commits all that waits. On failure nothing that waits is released, now or later.
  Result<Unit, store::StoreError> Commit();

  bool empty() const { return waiting_.empty(); }
  // When CommitIfDue should be called at the latest; only if not empty.
  Clock::time_point due() const { return due_; }

 private:
  struct Waiting {
    edl::Answer answer;
    Release release;
  };
  bool TakeChanges(edl::Answer& answer);

  store::CommitBatch commit_;
  Limits limits_;
  metrics::Counter& commits_;
  metrics::Counter& committed_answers_;
  metrics::Counter& committed_bytes_;
  metrics::Histogram& commit_time_;
  std::deque<Waiting> waiting_;
  std::vector<store::Change> changes_;
  std::size_t bytes_ = 0;
  Clock::time_point due_;
  Clock::duration last_commit_{0};
  bool failed_ = false;
};

}  // namespace passport::host::enclave
