// The JSON-RPC errors that the host itself gives: constant texts.
#include "untrusted/rpc/refusal.h"

namespace passport::host::rpc {
namespace {

struct Row {
  const char* number;
  const char* name;
  const char* message;
  const char* detail;
  const char* retry_after_ms;  // or nullptr
};

Row RowOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kInvalidRequest:
      return {"-32600", "invalid_request", "The body is not a JSON-RPC 2.0 request object",
              "a header is repeated or the request is malformed", nullptr};
    case Refusal::kTooLarge:
      return {"-32003", "too_large", "The request is larger than the node accepts",
              "a header is longer than its limit", nullptr};
    case Refusal::kBusy:
      return {"-32016", "busy", "The node is busy", "try again a little later", "250"};
    case Refusal::kTimeout:
      return {"-32017", "timeout", "The network did not answer in time",
              "this node's own enclave gave no answer; try again, or another node", "1000"};
    case Refusal::kNotReady:
      return {"-32020", "not_ready", "The node is not part of a network yet",
              "its operator finds the reason and what to do at GET /health", nullptr};
    case Refusal::kInternal:
      return {"-32603", "internal", "The node failed to process the request", "try again or another node",
              nullptr};
  }
  return {"-32603", "internal", "The node failed to process the request", "", nullptr};
}

}  // namespace

std::string BodyOf(Refusal refusal, const char* detail) {
  Row row = RowOf(refusal);
  if (detail != nullptr) row.detail = detail;
  std::string body = R"({"jsonrpc":"2.0","error":{"code":)";
  body.append(row.number).append(R"(,"message":")").append(row.message);
  body.append(R"(","data":")").append(row.name).append(": ").append(row.detail);
  body.append(R"(","details":{"code_name":")").append(row.name).append("\"");
  if (row.retry_after_ms != nullptr) body.append(R"(,"retry_after_ms":)").append(row.retry_after_ms);
  return body.append(R"(}},"id":null})");
}

net::HttpReply ReplyTo(net::HttpFault fault) {
  const auto reply = [&](Refusal refusal, const char* detail) {
    return net::HttpReply{net::StatusOf(fault), "application/json", BodyOf(refusal, detail), {}};
  };
  switch (fault) {
    case net::HttpFault::kMalformed:
      return reply(Refusal::kInvalidRequest, "not an HTTP/1.1 request that every reader takes for the same");
    case net::HttpFault::kBodyTooLarge:
      return reply(Refusal::kTooLarge, "the body is longer than its limit");
    case net::HttpFault::kHeadTooLarge:
      return reply(Refusal::kTooLarge, "the headers together are longer than their limit");
    case net::HttpFault::kNoRoom:
      return reply(Refusal::kBusy, "too many connections; try again a little later");
  }
  return reply(Refusal::kInternal, nullptr);
}

const char* NameOf(Refusal refusal) { return RowOf(refusal).name; }

Refusal RefusalOf(Status status) {
  if (status == Status::kBadFormat || status == Status::kTooLong) return Refusal::kInvalidRequest;
  if (status == Status::kBadPhase) return Refusal::kNotReady;
  if (status == Status::kBusy || status == Status::kLimit) return Refusal::kBusy;
  return Refusal::kInternal;
}

}  // namespace passport::host::rpc
