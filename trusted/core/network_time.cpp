#include "trusted/core/network_time.h"

#include <algorithm>
#include <functional>

namespace passport::core {
namespace {

constexpr std::uint64_t kEndOfTime = UINT64_MAX;

std::uint64_t Aged(std::uint64_t unix_ms, std::uint64_t by_ms) {
  return unix_ms > kEndOfTime - by_ms ? kEndOfTime : unix_ms + by_ms;
}

// Of two middle ones the earlier, or the later.
std::uint64_t EarlierMedian(std::vector<std::uint64_t> times) {
  std::ranges::sort(times);
  return times[(times.size() - 1) / 2];
}
std::uint64_t LaterMedian(std::vector<std::uint64_t> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

Bytes TimeReport::Encode() const {
  Writer out;
  out.U64(unix_ms);
  return out.Take();
}

Result<TimeReport> TimeReport::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const TimeReport out{in.U64()};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

// What was said before the first tick, when there was no clock to age it by, is as old as that tick.
void NetworkTime::OnTick(std::uint64_t unix_ms, std::uint64_t monotonic_ms) {
  own_ms_ = unix_ms;
  if (now_ms_ == 0) {
    for (auto& [peer, report] : reports_) report.at_ms = monotonic_ms;
  }
  now_ms_ = std::max(now_ms_, monotonic_ms);
  Advance();
}

void NetworkTime::Heard(PartyIndex peer, const TimeReport& report) {
  reports_[peer] = {report.unix_ms, now_ms_};
  Advance();
}

std::vector<std::uint64_t> NetworkTime::Fresh() const {
  std::vector<std::uint64_t> out;
  for (const auto& [peer, report] : reports_) {
    if (now_ms_ - report.at_ms < kFreshMs) out.push_back(report.unix_ms);
  }
  return out;
}

void NetworkTime::Advance() {
  std::vector<std::uint64_t> peers = Fresh();
  if (peers.empty()) return;
  earliest_ms_ = std::max(earliest_ms_, std::min(own_ms_, EarlierMedian(std::move(peers))));
}

std::uint64_t NetworkTime::LatestMs() const {
  std::vector<std::uint64_t> peers;
  for (const auto& [peer, report] : reports_) peers.push_back(Aged(report.unix_ms, now_ms_ - report.at_ms));
  const std::uint64_t said = peers.empty() ? 0 : LaterMedian(std::move(peers));
  return std::max({own_ms_, said, earliest_ms_});
}

std::uint64_t NetworkTime::LikelyMs() const {
  std::vector<std::uint64_t> all = Fresh();
  all.push_back(own_ms_);
  std::ranges::sort(all, std::greater());
  return all[std::min<std::size_t>(t_, all.size()) - 1];
}

}  // namespace passport::core
