// Checks of calls and effects: annotations, parameters, names, maxima; and their wire form.
#include <algorithm>
#include <optional>
#include <set>

#include "edl/base/frame.h"
#include "tools/edlgen/check_types.h"
#include "tools/edlgen/lexer.h"
#include "tools/edlgen/names.h"
#include "tools/edlgen/parser.h"

namespace passport::edlgen {
namespace {

constexpr std::uint64_t kEffectHeaderBytes = 6;  // u16 id, u32 length
constexpr std::uint64_t kFirstEffectId = 0x8000;
constexpr std::uint64_t kPhaseMax = 31;  // phases are bits of a 32-bit mask

enum class Role { kCall, kEffect };

// What the annotations above a function say.
struct Notes {
  std::optional<std::uint64_t> id;
  std::optional<std::uint64_t> order;
  std::vector<std::string> phases;
  bool effect = false;
  std::map<std::string, std::uint64_t> max;
  std::map<std::string, std::uint64_t> maxcount;
};

class MessageChecker {
 public:
  MessageChecker(const FileSyntax& file, const Types& types, Role role, const Function& function)
      : file_(file), types_(types), role_(role), function_(function) {}

  Message Run() {
    if (!IsMessageName(function_.name)) Refuse("name '" + function_.name + "' is not allowed");
    for (const Annotation& annotation : function_.annotations) Note(annotation);
    Message out{
        .name = function_.name, .id = 0, .phases = notes_.phases, .order = 0, .fields = {}, .bytes_max = 0};
    CheckNotes(out);
    Parameters(out);
    const bool effect = role_ == Role::kEffect;
    for (const Field& field : out.fields) out.bytes_max += BytesMax(types_, field);
    if (out.bytes_max + (effect ? kEffectHeaderBytes : 0) > kFrameBodyBytesMax)
      Refuse("'" + function_.name + "' at its maxima does not fit into one record");
    return out;
  }

 private:
  [[noreturn]] void Refuse(const std::string& reason, int line = 0) const {
    throw Error(file_.path, line == 0 ? function_.line : line, reason);
  }

  std::uint64_t Value(const Annotation& annotation) const {
    std::uint64_t out = 0;
    if (!ParseNumber(annotation.value, out))
      Refuse("'" + annotation.key + "' needs a number", annotation.line);
    return out;
  }

  void Note(const Annotation& annotation) {
    const bool bounds = annotation.key == "max" || annotation.key == "maxcount";
    if (!bounds && !annotation.argument.empty())
      Refuse("annotation '" + annotation.key + "' takes no parameter", annotation.line);
    if (!seen_.insert(annotation.key + "(" + annotation.argument + ")").second)
      Refuse("annotation '" + annotation.key + "' twice", annotation.line);
    if (annotation.key == "id") {
      notes_.id = Value(annotation);
    } else if (annotation.key == "order") {
      notes_.order = Value(annotation);
    } else if (annotation.key == "effect") {
      notes_.effect = true;
      if (!annotation.value.empty()) Refuse("'effect' takes no value", annotation.line);
    } else if (annotation.key == "phase") {
      Phases(annotation);
    } else if (bounds) {
      const std::uint64_t value = Value(annotation);
      if (value == 0) Refuse("a maximum of 0", annotation.line);
      if (value > kFrameBodyBytesMax) Refuse("a maximum above the size of a record", annotation.line);
      (annotation.key == "max" ? notes_.max : notes_.maxcount).emplace(annotation.argument, value);
    } else {
      Refuse("unknown annotation '" + annotation.key + "'", annotation.line);
    }
  }

  void Phases(const Annotation& annotation) {
    if (role_ == Role::kEffect) Refuse("'phase' is for calls", annotation.line);
    const auto phases = types_.enums.find("Phase");
    if (phases == types_.enums.end()) Refuse("phase= needs an enum Phase", annotation.line);
    for (std::size_t start = 0; start <= annotation.value.size();) {
      const std::size_t end = std::min(annotation.value.find('|', start), annotation.value.size());
      const std::string name = annotation.value.substr(start, end - start);
      const auto& values = phases->second.values;
      const auto value = std::ranges::find(values, name, [](const auto& pair) { return pair.first; });
      if (value == values.end()) Refuse("unknown phase '" + name + "'", annotation.line);
      if (value->second > kPhaseMax) Refuse("phase '" + name + "' is above 31", annotation.line);
      if (std::ranges::count(notes_.phases, name) != 0) Refuse("phase '" + name + "' twice", annotation.line);
      notes_.phases.push_back(name);
      start = end + 1;
    }
  }

  void CheckNotes(Message& out) {
    if (!notes_.id) Refuse("'" + function_.name + "' has no id");
    out.id = *notes_.id;
    if (out.id == 0) Refuse("id 0");
    if (out.id > UINT16_MAX) Refuse("id above 0xffff");
    if (role_ == Role::kCall) {
      if (notes_.effect) Refuse("an effect among the calls");
      if (notes_.order) Refuse("'order' is for effects");
      if (out.id >= kFirstEffectId) Refuse("ids from 0x8000 are effects");
      if (out.phases.empty()) Refuse("'" + function_.name + "' has no phase");
    } else {
      if (!notes_.effect) Refuse("a call among the effects: 'effect' is missing");
      if (out.id < kFirstEffectId) Refuse("ids below 0x8000 are calls");
      if (!notes_.order) Refuse("'" + function_.name + "' has no order");
      if (*notes_.order > UINT8_MAX) Refuse("order above 255");
      out.order = *notes_.order;
    }
  }

  void Parameters(Message& out) {
    std::set<std::string> names;
    for (const Parameter& parameter : function_.parameters) {
      if (!IsMessageName(parameter.name))
        Refuse("parameter name '" + parameter.name + "' is not allowed", parameter.line);
      if (!names.insert(CamelCase(parameter.name)).second)
        Refuse("parameter '" + parameter.name + "' twice", parameter.line);
      if (parameter.pointer) {
        out.fields.push_back(Pointer(parameter));
      } else {
        if (parameter.in || parameter.size || parameter.count || parameter.is_const)
          Refuse("'" + parameter.name + "' is no pointer and takes no attribute and no const",
                 parameter.line);
        if (parameter.type.kind == Type::Kind::kSize) continue;  // a length; Lengths() says if it is none
        out.fields.push_back(ScalarField(file_, types_, parameter.type, parameter.name, parameter.line));
      }
    }
    for (const Parameter& parameter : function_.parameters) {
      if (!parameter.pointer && parameter.type.kind == Type::Kind::kSize &&
          !lengths_.contains(parameter.name))
        ScalarField(file_, types_, parameter.type, parameter.name, parameter.line);
    }
    for (const auto& [name, maximum] : notes_.max)
      if (!bounded_.contains(name)) Refuse("max(" + name + ") bounds no variable parameter");
    for (const auto& [name, maximum] : notes_.maxcount)
      if (!counted_.contains(name)) Refuse("maxcount(" + name + ") bounds no array");
  }

  Field Pointer(const Parameter& parameter) {
    const int line = parameter.line;
    if (!parameter.in) Refuse("pointer '" + parameter.name + "' needs [in, ...]", line);
    if (!parameter.is_const) Refuse("pointer '" + parameter.name + "' needs const", line);
    if (parameter.size && parameter.count) Refuse("both size and count for '" + parameter.name + "'", line);
    if (parameter.type.kind == Type::Kind::kU8) return BytesField(parameter);
    if (parameter.type.kind == Type::Kind::kStruct) return ArrayField(parameter);
    Refuse("only uint8_t and structs may be pointed to", line);
  }

  Field BytesField(const Parameter& parameter) {
    const int line = parameter.line;
    if (!parameter.size) Refuse("bytes '" + parameter.name + "' need size=", line);
    Field out{
        .kind = Field::Kind::kFixed, .name = parameter.name, .type = "", .size = parameter.size->number};
    if (parameter.size->parameter.empty()) {
      if (out.size == 0 || out.size > kFrameBodyBytesMax)
        Refuse("size outside 1 to the size of a record", line);
      return out;
    }
    Length(parameter.size->parameter, line);
    const auto max = notes_.max.find(parameter.name);
    if (max == notes_.max.end()) Refuse("max(" + parameter.name + ") is missing", line);
    bounded_.insert(parameter.name);
    out.kind = Field::Kind::kVariable;
    out.size = max->second;
    return out;
  }

  Field ArrayField(const Parameter& parameter) {
    const int line = parameter.line;
    if (!parameter.count) Refuse("array '" + parameter.name + "' needs count=", line);
    if (parameter.count->parameter.empty()) Refuse("count= needs a parameter", line);
    Length(parameter.count->parameter, line);
    Field out = ScalarField(file_, types_, parameter.type, parameter.name, line);
    const auto max = notes_.maxcount.find(parameter.name);
    if (max == notes_.maxcount.end()) Refuse("maxcount(" + parameter.name + ") is missing", line);
    counted_.insert(parameter.name);
    out.kind = Field::Kind::kArray;
    out.size = max->second;
    return out;
  }

  // The length of one variable parameter: a size_t parameter that is the length of nothing else.
  void Length(const std::string& name, int line) {
    const auto found = std::ranges::find(function_.parameters, name, &Parameter::name);
    if (found == function_.parameters.end()) Refuse("length '" + name + "' is not a parameter", line);
    if (found->pointer || found->type.kind != Type::Kind::kSize)
      Refuse("length '" + name + "' is not size_t", line);
    if (!lengths_.insert(name).second) Refuse("length '" + name + "' is used twice", line);
  }

  const FileSyntax& file_;
  const Types& types_;
  const Role role_;
  const Function& function_;
  Notes notes_;
  std::set<std::string> seen_;
  std::set<std::string> lengths_;
  std::set<std::string> bounded_;
  std::set<std::string> counted_;
};

std::string Stem(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return name.substr(0, name.find('.'));
}

// Every name that the generated code gives to a type: no two may be equal, over both files.
void Claim(std::set<std::string>& names, const FileSyntax& file, int line, const std::string& name) {
  if (!names.insert(name).second)
    throw Error(file.path, line, "the generated name '" + name + "' would exist twice");
}

Unit LoadUnit(const Source& source, Role role, std::set<std::string>& names) {
  const FileSyntax file = Parse(source);
  Unit out{.stem = Stem(source.path), .enums = {}, .structs = {}, .messages = {}};
  const Types types = CheckTypes(file, out);
  for (const EnumSyntax& syntax : file.enums) Claim(names, file, syntax.line, syntax.name);
  for (const StructSyntax& syntax : file.structs) Claim(names, file, syntax.line, syntax.name);
  std::set<std::uint64_t> ids;
  std::set<std::string> message_names;
  for (const Function& function : file.functions) {
    const std::string name = CamelCase(function.name);
    if (!message_names.insert(name).second)
      throw Error(file.path, function.line, "'" + function.name + "' twice");
    Message message = MessageChecker(file, types, role, function).Run();
    if (!ids.insert(message.id).second) throw Error(file.path, function.line, "id used twice");
    Claim(names, file, function.line, name + (role == Role::kCall ? "Call" : "Effect"));
    // Effects has a helper method of this name, beside which a type of the same file could not be named.
    if (role == Role::kEffect && (types.enums.contains(name) || types.structs.contains(name)))
      throw Error(file.path, function.line, "the generated name '" + name + "' would exist twice");
    out.messages.push_back(std::move(message));
  }
  if (out.messages.empty()) throw Error(file.path, 1, "nothing in the trusted block");
  return out;
}

}  // namespace

Surface Load(const Source& calls, const Source& effects) {
  std::set<std::string> names = {"Call",         "Effect",        "Effects",       "Answer",
                                 "AnswerReader", "SequenceState", "DispatchResult"};
  names.insert(CamelCase(Stem(calls.path)) + "Handler");
  Surface out;
  out.calls = LoadUnit(calls, Role::kCall, names);
  out.effects = LoadUnit(effects, Role::kEffect, names);
  return out;
}

}  // namespace passport::edlgen
