#include "untrusted/metrics/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <utility>

namespace passport::host::metrics {
namespace {

std::string_view NameOf(Level level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

bool IsPlain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\'; }

void AppendValue(std::string& line, const std::string& value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), IsPlain)) {
    line += value;
    return;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  line += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < ' ' || byte >= 0x7f) {
      line += "\\x";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

std::string WithTime(const std::string& line) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  std::array<char, 32> date{};
  const std::size_t size = strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::string millis = std::to_string(now.tv_nsec / 1000000);
  millis.insert(0, 3 - millis.size(), '0');
  return "ts=" + std::string(date.data(), size) + "." + millis + "Z " + line + "\n";
}

void WriteToStandardError(const std::string& line) {
  const std::string out = WithTime(line);
  // A full or closed pipe must not stop the node: what does not fit is lost.
  if (write(STDERR_FILENO, out.data(), out.size()) < 0) return;
}

}  // namespace

Log::Log() : sink_(WriteToStandardError) {}
Log::Log(LogFile file)
    : sink_([shared = std::make_shared<LogFile>(std::move(file))](const std::string& line) {
        shared->Append(WithTime(line));
      }) {}
Log::Log(Sink sink) : sink_(std::move(sink)) {}

void Log::Write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  std::string line = "level=";
  line += NameOf(level);
  line += " event=";
  line += event;
  for (const Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    AppendValue(line, field.value);
  }
  sink_(line);
}

}  // namespace passport::host::metrics
