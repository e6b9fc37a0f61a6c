#include "trusted/api/reply.h"

#include "trusted/json/write.h"

namespace passport::api {

std::string ResultBody(std::string_view id, std::string_view result_json) {
  return json::ObjectWriter().Text("jsonrpc", "2.0").Raw("result", result_json).Raw("id", id).Finish();
}

std::string ErrorBody(std::string_view id, const Error& error, const RequestId& request) {
  const ErrorRow& row = RowOf(error.code);
  std::string data = row.name;
  // Clients look for these two texts in `data` as well (wire-api.md 14).
  if (error.code == ErrorCode::kDuplicateRegistration || error.code == ErrorCode::kUnknownUser) {
    data += std::string(": ") + row.message;
  }
  if (!error.detail.empty()) data += ": " + error.detail;
  for (const PartyIndex party : error.missing) {
    data += (party == error.missing.front() ? "; missing: node " : ", node ") + std::to_string(party.value);
  }
  json::ObjectWriter details;
  details.Text("code_name", row.name).Text("request_id", ToHex(request.bytes));
  if (error.retry_after_ms) details.U64("retry_after_ms", *error.retry_after_ms);
  if (!error.missing.empty()) {
    std::vector<std::string> nodes;
    for (const PartyIndex party : error.missing) nodes.push_back(std::to_string(party.value));
    details.Raw("missing_nodes", json::ArrayOf(nodes));
  }
  const std::string body = json::ObjectWriter()
                               .Raw("code", std::to_string(row.number))
                               .Text("message", row.message)
                               .Text("data", data)
                               .Raw("details", details.Finish())
                               .Finish();
  return json::ObjectWriter().Text("jsonrpc", "2.0").Raw("error", body).Raw("id", id).Finish();
}

}  // namespace passport::api
