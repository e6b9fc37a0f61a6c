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

// What is wrong with the text as a JSON object; empty: nothing.
std::string FaultOf(const Result<json::Value>& parsed) {
  if (!parsed.ok()) return " is not valid JSON: " + Explain(parsed.error()).Text();
  return parsed.value().IsObject() ? "" : " is JSON, but not an object {...}";
}

json::Value ParseText(const std::string& text, const std::string& option) {
  Result<json::Value> parsed = json::Parse(text);
  const std::string fault = FaultOf(parsed);
  if (!fault.empty()) throw UsageProblem(option + " '" + text + "'" + fault);
  return std::move(parsed).value();
}

json::Value ParseFile(const std::string& path) {
  Result<json::Value> parsed = json::Parse(ReadFile(path));
  const std::string fault = FaultOf(parsed);
  if (!fault.empty()) throw Problem("the file " + path + fault);
  return std::move(parsed).value();
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
  if (values.contains("data")) return ParseText(values["data"].as<std::string>(), "--data");
  return ParseFile(values["file"].as<std::string>());
}

json::Value ObjectFrom(const std::string& text_or_path, const std::string& option) {
  if (text_or_path.starts_with('{')) return ParseText(text_or_path, option);
  std::error_code error;
  if (!fs::exists(text_or_path, error))
    throw Problem(option + " '" + text_or_path + "' is neither a JSON object {...} nor a file that exists");
  return ParseFile(text_or_path);
}

}  // namespace passport::cli
