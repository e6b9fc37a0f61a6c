// C++ for enums, structs and messages: declarations with their maxima, strict decode, canonical encode.
#pragma once

#include "tools/edlgen/surface.h"

namespace passport::edlgen {

// Enums and structs of a unit.
std::string DeclareTypes(const Unit& unit);
std::string DefineTypes(const Unit& unit);

// A call borrows its variable bytes from the record; an effect owns them.
enum class Holds { kBorrowed, kOwned };

// `constants` are lines at the top of the class.
std::string DeclareMessage(const Message& message, const std::string& class_name,
                           const std::string& constants, Holds holds);
std::string DefineMessage(const Message& message, const std::string& class_name, Holds holds);

// `const ByteArray<32>& record_id, Bytes record` and `record_id, std::move(record)`: a message as owned
// arguments.
std::string Arguments(const Message& message);
std::string ForwardedArguments(const Message& message);

}  // namespace passport::edlgen
