// Outcomes as JSON-RPC bodies, in the shapes the published SDK reads (wire-api.md 5, 14).
#pragma once

#include <string>
#include <string_view>

#include "trusted/api/errors.h"

namespace passport::api {

// {"jsonrpc":"2.0","result":<json>,"id":<id>}; result_json and id are JSON texts.
std::string ResultBody(std::string_view id, std::string_view result_json);
// error.data is one string that begins with the code's name; facts for programs are in error.details
// (rules.md 31).
std::string ErrorBody(std::string_view id, const Error& error, const RequestId& request);

}  // namespace passport::api
