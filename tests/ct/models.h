// What MemorySanitizer must be told about functions of libraries that are not built with it: it sees neither
// what they read nor what they write. A model calls the function and then gives its outputs the secrecy of
// its inputs. The linker puts models in the place of the functions (--wrap, tests/ct/CMakeLists.txt);
// memcheck needs none, it sees the libraries' instructions.
#pragma once

#include <initializer_list>

#include "tests/ct/poison.h"

namespace passport::ct {

struct Input {
  const void* data;
  unsigned long long size;
};
struct Output {
  void* data;
  unsigned long long size;
};

inline bool IsAnySecret(std::initializer_list<Input> inputs) {
  bool secret = false;
  for (const Input& input : inputs) {
    if (input.data != nullptr && input.size > 0) secret |= HasSecretBits(input.data, input.size);
  }
  return secret;
}

// What a function does to the secrecy of its outputs.
struct Effect {
  bool secret;
  void On(std::initializer_list<Output> outputs) const {
    for (const Output& output : outputs) {
      secret ? Poison(output.data, output.size) : Publish(output.data, output.size);
    }
  }
};

}  // namespace passport::ct

// A model written out: parameters, then a body that calls __real_name.
#define PASSPORT_MODEL_BY_HAND(type, name, parameters) \
  extern "C" type __real_##name parameters;            \
  extern "C" type __wrap_##name parameters

// The usual one: outputs that are secret if an input is, and a verdict that is public. reads and writes are
// lists in parentheses.
#define PASSPORT_MODEL(type, name, parameters, arguments, reads, writes) \
  PASSPORT_MODEL_BY_HAND(type, name, parameters) {                       \
    const passport::ct::Effect effect{passport::ct::IsAnySecret reads};  \
    const type verdict = __real_##name arguments;                        \
    effect.On writes;                                                    \
    return verdict;                                                      \
  }

// The same of a function that gives no verdict.
#define PASSPORT_MODEL_VOID(type, name, parameters, arguments, reads, writes) \
  PASSPORT_MODEL_BY_HAND(type, name, parameters) {                            \
    const passport::ct::Effect effect{passport::ct::IsAnySecret reads};       \
    __real_##name arguments;                                                  \
    effect.On writes;                                                         \
  }

// A comparison: its verdict is as secret as what it compared.
#define PASSPORT_MODEL_VERDICT(type, name, parameters, arguments, reads) \
  PASSPORT_MODEL_BY_HAND(type, name, parameters) {                       \
    const passport::ct::Effect effect{passport::ct::IsAnySecret reads};  \
    type verdict = __real_##name arguments;                              \
    effect.On({{&verdict, sizeof verdict}});                             \
    return verdict;                                                      \
  }
