// What the parser makes of one .edl file, with the line of everything for errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace passport::edlgen {

struct Type {
  enum class Kind { kU8, kU16, kU32, kU64, kBool, kSize, kEnum, kStruct };
  Kind kind = Kind::kU8;
  std::string name;  // of the enum or struct
};

// `size=` or `count=`: a parameter's name or a number.
struct Extent {
  std::string parameter;
  std::uint64_t number = 0;
};

struct Parameter {
  bool in = false;
  std::optional<Extent> size;
  std::optional<Extent> count;
  bool is_const = false;
  Type type;
  bool pointer = false;
  std::string name;
  int line = 0;
};

struct Annotation {
  std::string key;
  std::string argument;  // of max(argument)=
  std::string value;
  int line = 0;
};

struct Function {
  std::string name;
  std::vector<Annotation> annotations;
  std::vector<Parameter> parameters;
  int line = 0;
};

struct Enumerator {
  std::string name;
  std::uint64_t value = 0;
  int line = 0;
};
struct EnumSyntax {
  std::string name;
  std::vector<Enumerator> values;
  int line = 0;
};

struct Member {
  Type type;
  std::string name;
  std::optional<std::uint64_t> array;
  int line = 0;
};
struct StructSyntax {
  std::string name;
  std::vector<Member> members;
  int line = 0;
};

struct FileSyntax {
  std::string path;
  std::vector<EnumSyntax> enums;
  std::vector<StructSyntax> structs;
  std::vector<Function> functions;
};

}  // namespace passport::edlgen
