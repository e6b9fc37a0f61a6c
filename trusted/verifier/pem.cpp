#include "trusted/verifier/pem.h"

#include <string>

namespace passport::verifier {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

// The text up to the next line feed, which is taken too.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

Result<std::vector<Bytes>> ParsePemChain(ByteSpan input, std::size_t count_max) {
  std::string_view text = AsText(input);
  if (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  std::vector<Bytes> out;
  while (!text.empty()) {
    if (out.size() == count_max || TakeLine(text) != kBegin) return Fail(Status::kEvidenceFormat);
    std::string body;
    std::string_view line = TakeLine(text);
    for (; line != kEnd && !text.empty(); line = TakeLine(text)) body += line;
    const auto der = ParseBase64(body);
    if (line != kEnd || !der.ok() || der.value().empty()) return Fail(Status::kEvidenceFormat);
    out.push_back(der.value());
  }
  if (out.empty()) return Fail(Status::kEvidenceFormat);
  return out;
}

}  // namespace passport::verifier
