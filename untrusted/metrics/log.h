// One structured line per event, for the operator.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "untrusted/metrics/log_file.h"

namespace passport::host::metrics {

enum class Level { kInfo, kWarn, kError };

// A name and a value of a log line. Values with spaces, quotes or control bytes are quoted and escaped, so a
// line is a line whatever a peer sent.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, std::uint64_t number)
      : name(field_name), value(std::to_string(number)) {}
  std::string name;
  std::string value;
};

// Where log lines go. The sink gets one finished line without its newline.
class Log {
 public:
  using Sink = std::function<void(const std::string& line)>;
  Log();                       // to standard error, each line with the time of day
  explicit Log(LogFile file);  // to that file, in the same form
  explicit Log(Sink sink);

  // "level=info event=EVENT name=value ...".
  void Write(Level level, std::string_view event, std::initializer_list<Field> fields = {}) const;

 private:
  Sink sink_;
};

}  // namespace passport::host::metrics
