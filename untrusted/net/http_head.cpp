#include "untrusted/net/http_head.h"

#include <algorithm>

namespace passport::host::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

bool IsDecimal(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(kLineEnd), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + kLineEnd.size(), rest.size()));
  return line;
}

// How often the headers that say who is asked and how long the body is occur.
struct Counts {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;

  // False if the header itself is wrong.
  bool Add(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || IsBlank(line.front()) || IsBlank(line[colon - 1]))
      return false;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsIgnoringCase(name, "Host")) ++hosts;
    if (EqualsIgnoringCase(name, "Content-Length")) {
      ++lengths;
      return IsDecimal(value);
    }
    if (EqualsIgnoringCase(name, "Transfer-Encoding")) {
      ++encodings;
      return EqualsIgnoringCase(value, "chunked");
    }
    return true;
  }
};

}  // namespace

bool IsUnambiguous(std::string_view head) {
  const std::string_view request_line = TakeLine(head);
  const bool old = request_line.ends_with(" HTTP/1.0");
  if (!old && !request_line.ends_with(" HTTP/1.1")) return false;
  Counts counts;
  for (std::string_view line = TakeLine(head); !line.empty(); line = TakeLine(head)) {
    if (!counts.Add(line)) return false;
  }
  if (counts.hosts > 1 || (counts.hosts == 0 && !old)) return false;
  return counts.lengths + counts.encodings <= 1 && (counts.encodings == 0 || !old);
}

}  // namespace passport::host::net
