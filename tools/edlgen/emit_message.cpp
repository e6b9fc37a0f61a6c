#include "tools/edlgen/emit_message.h"

#include "tools/edlgen/names.h"
#include "tools/edlgen/text.h"

namespace passport::edlgen {
namespace {

using Kind = Field::Kind;

// The C++ of one kind of field. $f$ is its name, $F$ that in CamelCase, $T$ its enum or struct, $N$ its size.
struct Shape {
  const char* type;
  const char* read;
  const char* write;
  const char* valid;  // what C++ could hold but the wire could not; empty if there is nothing
};

// In the order of Field::Kind.
constexpr Shape kShapes[] = {
    {"std::uint8_t", "  result.$f$ = reader.U8();\n", "  writer.U8($f$);\n", ""},
    {"std::uint16_t", "  result.$f$ = reader.U16();\n", "  writer.U16($f$);\n", ""},
    {"std::uint32_t", "  result.$f$ = reader.U32();\n", "  writer.U32($f$);\n", ""},
    {"std::uint64_t", "  result.$f$ = reader.U64();\n", "  writer.U64($f$);\n", ""},
    {"bool", "  result.$f$ = reader.Bool();\n", "  writer.Bool($f$);\n", ""},
    {"$T$",
     "  result.$f$ = static_cast<$T$>(reader.U16());\n"
     "  if (!IsKnown(result.$f$)) reader.Reject();\n",
     "  writer.U16(static_cast<std::uint16_t>($f$));\n", "IsKnown($f$)"},
    {"$T$", "  result.$f$ = $T$::Read(reader);\n", "  $f$.Encode(writer);\n", "$f$.IsValid()"},
    {"ByteArray<$N$>", "  result.$f$ = reader.Array<$N$>();\n", "  writer.Raw($f$);\n", ""},
    {"ByteSpan", "  result.$f$ = reader.Var(k$F$Max);\n", "  writer.Var($f$);\n", "$f$.size() <= k$F$Max"},
    {"std::vector<$T$>",
     "  const std::uint32_t $f$_count = reader.Count(std::uint32_t{k$F$Max});\n"
     "  if (std::uint64_t{$f$_count} * $T$::kBytes > reader.remaining()) reader.Reject();\n"
     "  for (std::uint32_t i = 0; i < $f$_count && !reader.failed(); ++i) "
     "result.$f$.push_back($T$::Read(reader));\n",
     "  writer.U32(static_cast<std::uint32_t>($f$.size()));\n"
     "  for (const $T$& item : $f$) item.Encode(writer);\n",
     "$f$.size() <= k$F$Max && std::all_of($f$.begin(), $f$.end(), [](const $T$& item) "
     "{ return item.IsValid(); })"},
};
constexpr Shape kOwnedBytes = {"Bytes", "  result.$f$ = ToBytes(reader.Var(k$F$Max));\n",
                               "  writer.Var($f$);\n", "$f$.size() <= k$F$Max"};

const Shape& ShapeOf(const Field& field, Holds holds) {
  if (field.kind == Kind::kVariable && holds == Holds::kOwned) return kOwnedBytes;
  return kShapes[static_cast<std::size_t>(field.kind)];
}

Values FieldValues(const Field& field) {
  return {
      {"f", field.name}, {"T", field.type}, {"N", std::to_string(field.size)}, {"F", CamelCase(field.name)}};
}

std::string CppType(const Field& field, Holds holds) {
  return Fill(ShapeOf(field, holds).type, FieldValues(field));
}
std::string ReadField(const Field& field, Holds holds) {
  return Fill(ShapeOf(field, holds).read, FieldValues(field));
}
std::string WriteField(const Field& field) {
  return Fill(ShapeOf(field, Holds::kOwned).write, FieldValues(field));
}
std::string ValidField(const Field& field) {
  return Fill(ShapeOf(field, Holds::kOwned).valid, FieldValues(field));
}

std::string DeclareFields(const std::vector<Field>& fields, Holds holds) {
  std::string out;
  for (const Field& field : fields) out += "  " + CppType(field, holds) + " " + field.name + "{};\n";
  return out;
}

std::string DefineIsValid(const std::string& class_name, const std::vector<Field>& fields) {
  std::string condition;
  for (const Field& field : fields) {
    const std::string valid = ValidField(field);
    if (!valid.empty()) condition += (condition.empty() ? "" : " &&\n         ") + valid;
  }
  return "bool " + class_name + "::IsValid() const {\n  return " + (condition.empty() ? "true" : condition) +
         ";\n}\n\n";
}

std::string DefineEncode(const std::string& class_name, const std::vector<Field>& fields) {
  if (fields.empty()) return "void " + class_name + "::Encode(Writer&) const {}\n\n";
  std::string out = "void " + class_name + "::Encode(Writer& writer) const {\n  PASSPORT_CHECK(IsValid());\n";
  for (const Field& field : fields) out += WriteField(field);
  return out + "}\n\n";
}

std::string DeclareEnum(const Enum& type) {
  std::string values;
  std::string known;
  for (const auto& [name, value] : type.values) {
    values += "  k" + CamelCase(name) + " = " + std::to_string(value) + ",\n";
    known += "    case " + type.name + "::k" + CamelCase(name) + ":\n";
  }
  return Fill(
      "enum class $T$ : std::uint16_t {\n$values$};\n"
      "constexpr bool IsKnown($T$ value) {\n  switch (value) {\n$known$      return true;\n  }\n  return "
      "false;\n}\n\n",
      {{"T", type.name}, {"values", values}, {"known", known}});
}

}  // namespace

std::string DeclareTypes(const Unit& unit) {
  std::string out;
  for (const Enum& type : unit.enums) out += DeclareEnum(type);
  for (const Struct& type : unit.structs) {
    out += Fill(
        "struct $T$ {\n  static constexpr std::size_t kBytes = $N$;\n\n$fields$\n"
        "  bool IsValid() const;\n  void Encode(Writer& writer) const;\n  static $T$ Read(Reader& reader);\n"
        "  bool operator==(const $T$&) const = default;\n};\n\n",
        {{"T", type.name},
         {"N", std::to_string(type.bytes)},
         {"fields", DeclareFields(type.fields, Holds::kOwned)}});
  }
  return out;
}

std::string DefineTypes(const Unit& unit) {
  std::string out;
  for (const Struct& type : unit.structs) {
    out += DefineIsValid(type.name, type.fields) + DefineEncode(type.name, type.fields);
    out += type.name + " " + type.name + "::Read(Reader& reader) {\n  " + type.name + " result;\n";
    for (const Field& field : type.fields) out += ReadField(field, Holds::kOwned);
    out += "  return result;\n}\n\n";
  }
  return out;
}

std::string DeclareMessage(const Message& message, const std::string& class_name,
                           const std::string& constants, Holds holds) {
  std::string maxima;
  for (const Field& field : message.fields) {
    if (field.kind == Kind::kVariable || field.kind == Kind::kArray)
      maxima += Fill("  static constexpr std::size_t k$F$Max = $N$;\n", FieldValues(field));
  }
  const std::string equality =
      holds == Holds::kOwned ? "  bool operator==(const " + class_name + "&) const = default;\n" : "";
  const std::string fields = DeclareFields(message.fields, holds);
  return Fill(
      "struct $C$ {\n$constants$  static constexpr std::size_t kBodyBytesMax = $max$;\n$maxima$\n$fields$"
      "  bool IsValid() const;\n  void Encode(Writer& writer) const;\n"
      "  static Result<$C$> Decode(ByteSpan input);\n$equality$};\n\n",
      {{"C", class_name},
       {"constants", constants},
       {"max", std::to_string(message.bytes_max)},
       {"maxima", maxima},
       {"fields", fields + (fields.empty() ? "" : "\n")},
       {"equality", equality}});
}

std::string DefineMessage(const Message& message, const std::string& class_name, Holds holds) {
  std::string out = DefineIsValid(class_name, message.fields) + DefineEncode(class_name, message.fields);
  out += Fill("Result<$C$> $C$::Decode(ByteSpan input) {\n  Reader reader(input);\n  $C$ result;\n",
              {{"C", class_name}});
  for (const Field& field : message.fields) out += ReadField(field, holds);
  return out + "  if (!reader.Done()) return Fail(Status::kBadFormat);\n  return result;\n}\n\n";
}

std::string Arguments(const Message& message) {
  std::string out;
  for (const Field& field : message.fields) {
    const bool by_reference = field.kind == Kind::kFixed || field.kind == Kind::kStruct;
    const std::string type = CppType(field, Holds::kOwned);
    out += (out.empty() ? "" : ", ") + (by_reference ? "const " + type + "&" : type) + " " + field.name;
  }
  return out;
}

std::string ForwardedArguments(const Message& message) {
  std::string out;
  for (const Field& field : message.fields) {
    const bool moved = field.kind == Kind::kVariable || field.kind == Kind::kArray;
    out += (out.empty() ? "" : ", ") + (moved ? "std::move(" + field.name + ")" : field.name);
  }
  return out;
}

}  // namespace passport::edlgen
