#include "trusted/core/kept_messages.h"

#include <algorithm>

namespace passport::core {

Bytes KeptReport::Encode() const { return Writer().U64(received).U64(forgotten).Take(); }

Result<KeptReport> KeptReport::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint64_t received = in.U64();
  const std::uint64_t forgotten = in.U64();
  if (!in.Done()) return Fail(Status::kMalformed);
  return KeptReport{received, forgotten};
}

const crypto::SecretBytes& KeptMessages::Add(crypto::SecretBytes message) {
  ++sent_;
  bytes_ += message.Expose().size();
  kept_.push_back(std::move(message));
  while (bytes_ > kBytesMax && kept_.size() > 1) ForgetOldest();
  return kept_.back();
}

void KeptMessages::ForgetOldest() {
  bytes_ -= kept_.front().Expose().size();
  kept_.pop_front();
}

void KeptMessages::Forget() {
  while (!kept_.empty()) ForgetOldest();
}

void KeptMessages::Count(std::size_t bytes) {
  ++received_;
  untold_ += bytes;
}

KeptReport KeptMessages::Tell() {
  untold_ = 0;
  return {received_, forgotten()};
}

// A peer that counts wrongly spoils its own runs only; both ends count alike afterwards.
bool KeptMessages::Hear(const KeptReport& report) {
  const bool whole =
      report.forgotten <= received_ && report.received >= forgotten() && report.received <= sent_;
  received_ = std::max(received_, report.forgotten);
  if (report.received > sent_) {
    Forget();
    sent_ = report.received;
  }
  while (!kept_.empty() && forgotten() < report.received) ForgetOldest();
  return whole;
}

}  // namespace passport::core
