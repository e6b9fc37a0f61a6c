// Polling with an end: a condition is looked at again and again until it holds or time is up.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace passport::cli {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Deadline(std::chrono::milliseconds time) : end_(Clock::now() + time) {}

  std::chrono::milliseconds Left() const {
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()));
  }
  // Lets a moment pass before the next look; false, at once, when time is up.
  bool Pause() const {
    const std::chrono::milliseconds left = Left();
    if (left.count() == 0) return false;
    poll(nullptr, 0, static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), kPauseMs)));
    return true;
  }

 private:
  static constexpr int kPauseMs = 20;
  Clock::time_point end_;
};

}  // namespace passport::cli
