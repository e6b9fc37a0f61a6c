#include "tools/edlgen/check_types.h"

#include <set>

#include "tools/edlgen/names.h"

namespace passport::edlgen {
namespace {

Enum CheckEnum(const FileSyntax& file, const EnumSyntax& syntax) {
  if (!IsTypeName(syntax.name))
    throw Error(file.path, syntax.line, "enum '" + syntax.name + "' is not in CamelCase");
  Enum out{.name = syntax.name, .values = {}};
  std::set<std::string> names;
  std::set<std::uint64_t> values;
  for (const Enumerator& value : syntax.values) {
    if (!IsEnumeratorName(value.name))
      throw Error(file.path, value.line, "enum value '" + value.name + "' is not in UPPER_CASE");
    if (!names.insert(CamelCase(value.name)).second)
      throw Error(file.path, value.line, "enum value '" + value.name + "' twice");
    if (value.value > UINT16_MAX) throw Error(file.path, value.line, "enum value above 65535");
    if (!values.insert(value.value).second) throw Error(file.path, value.line, "two enum values are equal");
    out.values.emplace_back(value.name, value.value);
  }
  return out;
}

// Resolves structs depth first, so that each is complete before one that contains it.
class Structs {
 public:
  Structs(const FileSyntax& file, Types& types, Unit& unit) : file_(file), types_(types), unit_(unit) {
    for (const StructSyntax& syntax : file.structs) {
      if (!IsTypeName(syntax.name))
        throw Error(file.path, syntax.line, "struct '" + syntax.name + "' is not in CamelCase");
      if (types.enums.contains(syntax.name) || !syntax_.emplace(syntax.name, &syntax).second)
        throw Error(file.path, syntax.line, "type '" + syntax.name + "' twice");
    }
    for (const StructSyntax& syntax : file.structs) Resolve(syntax);
  }

 private:
  void Resolve(const StructSyntax& syntax) {
    if (types_.structs.contains(syntax.name)) return;
    if (!open_.insert(syntax.name).second)
      throw Error(file_.path, syntax.line, "struct '" + syntax.name + "' contains itself");
    if (syntax.members.empty()) throw Error(file_.path, syntax.line, "struct '" + syntax.name + "' is empty");
    Struct out{.name = syntax.name, .fields = {}, .bytes = 0};
    std::set<std::string> names;
    for (const Member& member : syntax.members) {
      if (!IsMessageName(member.name))
        throw Error(file_.path, member.line, "member name '" + member.name + "' is not allowed");
      if (!names.insert(CamelCase(member.name)).second)
        throw Error(file_.path, member.line, "member '" + member.name + "' twice");
      out.fields.push_back(MemberField(member));
      out.bytes += BytesMax(types_, out.fields.back());
      if (out.bytes > UINT16_MAX) throw Error(file_.path, member.line, "struct of more than 65535 bytes");
    }
    unit_.structs.push_back(out);
    types_.structs.emplace(out.name, std::move(out));
  }

  Field MemberField(const Member& member) {
    if (member.array) {
      if (member.type.kind != Type::Kind::kU8)
        throw Error(file_.path, member.line, "only uint8_t may be an array in a struct");
      if (*member.array == 0 || *member.array > UINT16_MAX)
        throw Error(file_.path, member.line, "array size outside 1 to 65535");
      return {.kind = Field::Kind::kFixed, .name = member.name, .type = "", .size = *member.array};
    }
    if (member.type.kind == Type::Kind::kStruct && syntax_.contains(member.type.name))
      Resolve(*syntax_.at(member.type.name));
    return ScalarField(file_, types_, member.type, member.name, member.line);
  }

  const FileSyntax& file_;
  Types& types_;
  Unit& unit_;
  std::map<std::string, const StructSyntax*> syntax_;
  std::set<std::string> open_;
};

}  // namespace

Types CheckTypes(const FileSyntax& file, Unit& unit) {
  Types types;
  for (const EnumSyntax& syntax : file.enums) {
    Enum checked = CheckEnum(file, syntax);
    if (!types.enums.emplace(checked.name, checked).second)
      throw Error(file.path, syntax.line, "type '" + checked.name + "' twice");
    unit.enums.push_back(std::move(checked));
  }
  Structs(file, types, unit);
  return types;
}

Field ScalarField(const FileSyntax& file, const Types& types, const Type& type, const std::string& name,
                  int line) {
  using Kind = Field::Kind;
  Field out{.kind = Kind::kU8, .name = name, .type = type.name, .size = 0};
  switch (type.kind) {
    case Type::Kind::kU8:
      break;
    case Type::Kind::kU16:
      out.kind = Kind::kU16;
      break;
    case Type::Kind::kU32:
      out.kind = Kind::kU32;
      break;
    case Type::Kind::kU64:
      out.kind = Kind::kU64;
      break;
    case Type::Kind::kBool:
      out.kind = Kind::kBool;
      break;
    case Type::Kind::kEnum:
      if (!types.enums.contains(type.name)) throw Error(file.path, line, "unknown enum '" + type.name + "'");
      out.kind = Kind::kEnum;
      break;
    case Type::Kind::kStruct:
      if (!types.structs.contains(type.name))
        throw Error(file.path, line, "unknown struct '" + type.name + "'");
      out.kind = Kind::kStruct;
      break;
    case Type::Kind::kSize:
      throw Error(file.path, line, "size_t '" + name + "' is not the length of anything: use uint64_t");
  }
  return out;
}

std::uint64_t BytesMax(const Types& types, const Field& field) {
  switch (field.kind) {
    case Field::Kind::kU8:
    case Field::Kind::kBool:
      return 1;
    case Field::Kind::kU16:
    case Field::Kind::kEnum:
      return 2;
    case Field::Kind::kU32:
      return 4;
    case Field::Kind::kU64:
      return 8;
    case Field::Kind::kFixed:
      return field.size;
    case Field::Kind::kVariable:
      return 4 + field.size;
    case Field::Kind::kStruct:
      return types.structs.at(field.type).bytes;
    case Field::Kind::kArray:
      return 4 + field.size * types.structs.at(field.type).bytes;
  }
  return 0;
}

}  // namespace passport::edlgen
