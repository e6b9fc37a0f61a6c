// The numbers of operator statements, and times for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

namespace passport::cli {

// Milliseconds rise, so the time is a number that no earlier statement had.
inline std::uint64_t UnixMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// "2026-11-27 23:07:39 UTC"; of a time that no calendar has, the number.
inline std::string UtcText(std::uint64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  char text[64];
  if (gmtime_r(&seconds, &parts) == nullptr || parts.tm_year > 8099 ||
      std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
    return std::to_string(unix_ms) + " ms after 1970";
  return text;
}

}  // namespace passport::cli
