#include "tools/cli/inputs.h"

#include "tools/cli/files.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

void NeedOne(const po::variables_map& values, std::initializer_list<const char*> names) {
  std::size_t count = 0;
  std::string list;
  for (const char* name : names) {
    count += values.count(name);
    list += (list.empty() ? "--" : " or --") + std::string(name);
  }
  if (count != 1) throw UsageProblem("exactly one of " + list + " is needed");
}

json::Value ParseObject(std::string_view text, const std::string& source) {
  json::Value value = OrProblem(json::Parse(text), source + " is not valid JSON");
  if (!value.IsObject()) throw Problem(source + " is not a JSON object");
  return value;
}

}  // namespace

void AddMessageOptions(po::options_description& options) {
  options.add_options()("text", po::value<std::string>(), "the message as text (UTF-8)")(
      "hex", po::value<std::string>(), "the message as hex, with or without 0x")(
      "file", po::value<std::string>(), "the message is what is in this file");
}

Bytes ReadMessage(const po::variables_map& values) {
  NeedOne(values, {"text", "hex", "file"});
  if (values.contains("text")) return ToBytes(values["text"].as<std::string>());
  if (values.contains("file")) return ToBytes(ReadFile(values["file"].as<std::string>()));
  std::string_view hex = values["hex"].as<std::string>();
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  Result<Bytes> bytes = ParseHex(hex);
  if (!bytes.ok()) throw UsageProblem("--hex is not an even number of hexadecimal digits");
  return std::move(bytes).value();
}

void AddObjectOptions(po::options_description& options) {
  options.add_options()("data", po::value<std::string>(), "the JSON object itself")(
      "file", po::value<std::string>(), "a file with the JSON object");
}

json::Value ReadObject(const po::variables_map& values) {
  NeedOne(values, {"data", "file"});
  if (values.contains("data")) return ParseObject(values["data"].as<std::string>(), "--data");
  const std::string path = values["file"].as<std::string>();
  return ParseObject(ReadFile(path), path);
}

json::Value ObjectFrom(const std::string& text_or_path) {
  if (text_or_path.starts_with('{')) return ParseObject(text_or_path, "the JSON text");
  return ParseObject(ReadFile(text_or_path), text_or_path);
}

}  // namespace passport::cli
