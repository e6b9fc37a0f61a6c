// Any JSON as typed data: object and string form agree, and neither spelling nor white space changes the
// digest.
#include "trusted/eth/typed_data.h"

#include "trusted/json/json.h"
#include "trusted/json/write.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::Parse(ByteSpan(data, size));
  if (!value.ok()) return 0;
  const auto typed = eth::ParseTypedData(value.value());
  if (!typed.ok()) return 0;
  if (value.value().IsString()) return 0;
  // Escapes may make the text longer than what came in; the limits are the reader's business, not this
  // target's.
  std::string text = json::Serialize(value.value());
  if (text.size() > json::Limits().text_bytes_max) return 0;
  const auto from_text = eth::ParseTypedData(json::Value(json::Value::Data(std::move(text))));
  PASSPORT_CHECK(from_text.ok());
  PASSPORT_CHECK(from_text.value().digest == typed.value().digest);
  PASSPORT_CHECK(from_text.value().chain_id == typed.value().chain_id);
  return 0;
}
