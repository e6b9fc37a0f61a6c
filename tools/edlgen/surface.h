// The boundary as the emitters see it: every call and effect with its wire form, checked.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/edlgen/error.h"

namespace passport::edlgen {

struct Field {
  enum class Kind { kU8, kU16, kU32, kU64, kBool, kEnum, kStruct, kFixed, kVariable, kArray };
  Kind kind = Kind::kU8;
  std::string name;
  std::string type;        // of kEnum, kStruct and kArray
  std::uint64_t size = 0;  // kFixed: bytes; kVariable: most bytes; kArray: most items
};

struct Enum {
  std::string name;
  std::vector<std::pair<std::string, std::uint64_t>> values;
};

struct Struct {
  std::string name;
  std::vector<Field> fields;
  std::uint64_t bytes = 0;  // encoded; a struct has one size
};

// A call or an effect.
struct Message {
  std::string name;
  std::uint64_t id = 0;
  std::vector<std::string> phases;  // calls: names of Phase values
  std::uint64_t order = 0;          // effects: rank in the answer
  std::vector<Field> fields;
  std::uint64_t bytes_max = 0;  // encoded body with every field at its maximum
};

// One .edl file. Structs stand after the structs they contain.
struct Unit {
  std::string stem;
  std::vector<Enum> enums;
  std::vector<Struct> structs;
  std::vector<Message> messages;
};

struct Surface {
  Unit calls;
  Unit effects;
};

// Parses and checks both files. Throws Error on the first thing that is wrong.
Surface Load(const Source& calls, const Source& effects);

}  // namespace passport::edlgen
