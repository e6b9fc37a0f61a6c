// The JSON-RPC errors that the host itself gives: constant texts, for requests that never reach the enclave
// or that it did not answer. Numbers and names are rows of the enclave's table of errors.
#pragma once

#include <string>

#include "edl/base/status.h"
#include "untrusted/net/http_server.h"

namespace passport::host::rpc {

enum class Refusal { kInvalidRequest, kTooLarge, kBusy, kTimeout, kNotReady, kInternal };

// The whole body of the reply; `id` is null because the host does not read the request's JSON. `detail`, a
// constant, replaces what is usually said of this refusal.
std::string BodyOf(Refusal refusal, const char* detail = nullptr);
// The reply to what could not be read as an HTTP request within the limits.
net::HttpReply ReplyTo(net::HttpFault fault);
// For metrics.
const char* NameOf(Refusal refusal);
// What a client is told when the enclave refused a call as such.
Refusal RefusalOf(Status status);

}  // namespace passport::host::rpc
