// GET /schemas/scope.json: the JSON Schema of a scope's configuration, the text of scope.json beside this
// file. What the enclave takes is decided by trusted/policy/scope_config.cpp; a test holds both to one
// corpus.
#pragma once

#include <string_view>

namespace passport::host::rpc {

extern const std::string_view kScopeSchema;

}  // namespace passport::host::rpc
