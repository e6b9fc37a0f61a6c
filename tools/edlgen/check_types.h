// Checks of enums and structs, and their wire form.
#pragma once

#include <map>

#include "tools/edlgen/surface.h"
#include "tools/edlgen/syntax.h"

namespace passport::edlgen {

// The enums and structs of one file by name.
struct Types {
  std::map<std::string, Enum> enums;
  std::map<std::string, Struct> structs;
};

// Checks all and appends them to the unit, structs in order of dependency.
Types CheckTypes(const FileSyntax& file, Unit& unit);

// The field of a type that has one size. Throws if it names an unknown enum or struct, or is size_t.
Field ScalarField(const FileSyntax& file, const Types& types, const Type& type, const std::string& name,
                  int line);
// Encoded bytes of a field at its maximum.
std::uint64_t BytesMax(const Types& types, const Field& field);

}  // namespace passport::edlgen
