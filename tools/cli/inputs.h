// What is signed or verified, as the command line gives it.
#pragma once

#include "edl/base/bytes.h"
#include "tools/cli/command.h"
#include "trusted/json/json.h"

namespace passport::cli {

// --text, --hex or --file; exactly one.
void AddMessageOptions(po::options_description& options);
Bytes ReadMessage(const po::variables_map& values);

// --data or --file; exactly one. The JSON object in it; throws a Problem that names the source if it is none.
void AddObjectOptions(po::options_description& options);
json::Value ReadObject(const po::variables_map& values);

// A JSON object from a text that begins with '{', or from the file of that name. A text that is none is a
// UsageProblem; a file that is none, or is not there, a Problem. Both name the option.
json::Value ObjectFrom(const std::string& text_or_path, const std::string& option);

}  // namespace passport::cli
