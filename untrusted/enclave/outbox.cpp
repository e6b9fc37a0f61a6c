// Group commit: answers wait here until their puts are durable, and leave in the order in which they came.
#include "untrusted/enclave/outbox.h"

#include <algorithm>
#include <utility>

namespace passport::host::enclave {

Outbox::Outbox(store::CommitBatch commit, Limits limits, metrics::Registry& metrics)
    : commit_(std::move(commit)),
      limits_(limits),
      commits_(metrics.CounterOf("passport_commits_total", "Store transactions.")),
      committed_answers_(
          metrics.CounterOf("passport_commit_answers_total", "Answers that waited for a store transaction.")),
      committed_bytes_(
          metrics.CounterOf("passport_commit_bytes_total", "Bytes of sealed records committed.")),
      commit_time_(metrics.HistogramOf("passport_commit_seconds", "Time of one store transaction.")) {
  metrics.Gauge("passport_outbox_answers", "Answers that wait for a commit.",
                [this] { return static_cast<double>(waiting_.size()); });
}

// Moves puts and drops of an answer to the batch. False if it has none.
bool Outbox::TakeChanges(edl::Answer& answer) {
  const std::size_t before = changes_.size();
  for (edl::Effect& effect : answer.effects) {
    if (auto* put = std::get_if<edl::PutEffect>(&effect)) {
      bytes_ += put->record.size();
      changes_.push_back({RecordId{put->record_id}, std::move(put->record)});
      put->record.clear();
    } else if (const auto* drop = std::get_if<edl::DropEffect>(&effect)) {
      changes_.push_back({RecordId{drop->record_id}, std::nullopt});
    }
  }
  return changes_.size() > before;
}

void Outbox::Add(edl::Answer answer, Release release, Clock::time_point now) {
  if (failed_) return;
  const bool has_changes = TakeChanges(answer);
  if (!has_changes && waiting_.empty()) return release(answer);
  if (waiting_.empty()) {
    due_ = now + std::min(last_commit_, std::chrono::duration_cast<Clock::duration>(limits_.wait_max));
  }
  waiting_.push_back({std::move(answer), std::move(release)});
}

Result<Unit, store::StoreError> Outbox::CommitIfDue(bool enclave_idle, Clock::time_point now) {
  const bool full = waiting_.size() >= limits_.answers_max || bytes_ >= limits_.bytes_max;
  if (waiting_.empty() || !(enclave_idle || full || now >= due_)) return Unit{};
  return Commit();
}

Result<Unit, store::StoreError> Outbox::Commit() {
  if (failed_ || waiting_.empty()) return Unit{};
  const Clock::time_point start = Clock::now();
  auto committed = commit_(changes_);
  last_commit_ = Clock::now() - start;
  if (!committed.ok()) {
    failed_ = true;
    waiting_.clear();
    changes_.clear();
    return committed;
  }
  commits_.Add();
  committed_answers_.Add(waiting_.size());
  committed_bytes_.Add(bytes_);
  commit_time_.Observe(std::chrono::duration<double>(last_commit_).count());
  changes_.clear();
  bytes_ = 0;
  // A release may lead to a new answer being added; that one starts the next batch.
  for (Waiting& leaving : std::exchange(waiting_, {})) leaving.release(leaving.answer);
  return Unit{};
}

}  // namespace passport::host::enclave
