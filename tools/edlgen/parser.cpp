#include "tools/edlgen/parser.h"

#include <set>
#include <sstream>
#include <utility>

#include "tools/edlgen/lexer.h"

namespace passport::edlgen {
namespace {

// Why a type of C that is not in the subset is refused, by group; nullptr for a name we do not know.
const char* ReasonAgainstType(const std::string& word) {
  static const std::set<std::string> kSigned = {"int",     "long",    "short",   "signed", "int8_t",
                                                "int16_t", "int32_t", "int64_t", "ssize_t"};
  if (kSigned.contains(word)) return "signed types are not supported: use uint8_t to uint64_t";
  if (word == "float" || word == "double") return "floating point is not supported";
  if (word == "char" || word == "wchar_t") return "character types are not supported: use bytes";
  if (word == "unsigned") return "unsigned has no fixed size: use uint8_t to uint64_t";
  if (word == "union") return "union is not supported";
  if (word == "void") return "void is not a parameter type";
  return nullptr;
}

class Parser {
 public:
  explicit Parser(const Source& source) : source_(source), tokens_(Lex(source)) { file_.path = source.path; }

  FileSyntax Run() {
    Expect("enclave");
    Expect("{");
    bool trusted = false;
    bool untrusted = false;
    while (!Accept("}")) Section(trusted, untrusted);
    Expect(";");
    if (At().kind != Token::Kind::kEnd) Refuse("text after the enclave block");
    if (!trusted) Refuse("no trusted block");
    if (!untrusted) Refuse("no untrusted block: write an empty one");
    return std::move(file_);
  }

 private:
  const Token& At() const { return tokens_[next_]; }
  bool Is(std::string_view text) const {
    return At().text == text && (At().kind == Token::Kind::kWord || At().kind == Token::Kind::kPunctuation);
  }
  bool Accept(std::string_view text) {
    if (!Is(text)) return false;
    ++next_;
    return true;
  }
  [[noreturn]] void Refuse(const std::string& reason) const { throw Error(source_.path, At().line, reason); }
  void Expect(std::string_view text) {
    if (!Accept(text)) Refuse("expected '" + std::string(text) + "'");
  }
  std::string Word(const char* what) {
    if (At().kind != Token::Kind::kWord) Refuse(std::string("expected ") + what);
    return tokens_[next_++].text;
  }
  std::uint64_t Number(const char* what) {
    if (At().kind != Token::Kind::kNumber) Refuse(std::string("expected ") + what);
    return tokens_[next_++].number;
  }

  void Section(bool& trusted, bool& untrusted) {
    if (At().kind == Token::Kind::kAnnotation) Refuse("annotation without a call after it");
    if (Is("include") || Is("from") || Is("import"))
      Refuse("import is not supported: one file is read, alone");
    if (Is("union")) Refuse("union is not supported");
    if (Accept("enum")) return Enum();
    if (Accept("struct")) return Struct();
    if (Is("trusted")) {
      if (std::exchange(trusted, true)) Refuse("second trusted block");
      return Trusted();
    }
    if (Is("untrusted")) {
      if (std::exchange(untrusted, true)) Refuse("second untrusted block");
      return Untrusted();
    }
    Refuse("expected enum, struct, trusted or untrusted");
  }

  void Enum() {
    EnumSyntax out{.name = "", .values = {}, .line = At().line};
    out.name = Word("the name of the enum");
    Expect("{");
    do {
      Enumerator value{.name = "", .value = 0, .line = At().line};
      value.name = Word("the name of an enum value");
      if (!Accept("=")) Refuse("enum values are mandatory");
      value.value = Number("a number");
      out.values.push_back(value);
    } while (Accept(","));
    Expect("}");
    Expect(";");
    file_.enums.push_back(std::move(out));
  }

  void Struct() {
    StructSyntax out{.name = "", .members = {}, .line = At().line};
    out.name = Word("the name of the struct");
    Expect("{");
    while (!Accept("}")) {
      Member member{.type = {}, .name = "", .array = {}, .line = At().line};
      member.type = ParseType();
      if (Is("*")) Refuse("pointer in a struct");
      member.name = Word("the name of a member");
      if (Accept("[")) {
        if (Is("]")) Refuse("flexible array");
        member.array = Number("an array size");
        Expect("]");
      }
      Expect(";");
      out.members.push_back(std::move(member));
    }
    Expect(";");
    file_.structs.push_back(std::move(out));
  }

  void Untrusted() {
    Expect("untrusted");
    Expect("{");
    if (!Is("}")) Refuse("untrusted must be empty: there are no OCALLs, answers carry effects");
    Expect("}");
    Expect(";");
  }

  void Trusted() {
    Expect("trusted");
    Expect("{");
    while (true) {
      std::vector<Annotation> annotations;
      while (At().kind == Token::Kind::kAnnotation) Annotate(annotations);
      if (Is("}") && !annotations.empty()) Refuse("annotation without a call after it");
      if (Accept("}")) break;
      ParseFunction(std::move(annotations));
    }
    Expect(";");
  }

  // `key`, `key=value` and `key(argument)=value`, separated by blanks.
  void Annotate(std::vector<Annotation>& onto) {
    std::istringstream items(At().text);
    for (std::string item; items >> item;) {
      Annotation out{.key = item, .argument = "", .value = "", .line = At().line};
      if (const std::size_t equals = item.find('='); equals != std::string::npos) {
        out.value = item.substr(equals + 1);
        out.key = item.substr(0, equals);
        if (out.value.empty()) Refuse("annotation '" + out.key + "' has no value");
      }
      if (const std::size_t open = out.key.find('('); open != std::string::npos) {
        if (!out.key.ends_with(')')) Refuse("annotation '" + item + "' has no closing parenthesis");
        out.argument = out.key.substr(open + 1, out.key.size() - open - 2);
        out.key = out.key.substr(0, open);
      }
      onto.push_back(std::move(out));
    }
    ++next_;
  }

  void ParseFunction(std::vector<Annotation> annotations) {
    if (!Accept("public")) Refuse("every call is public: its phases say when it may be made");
    const std::string result = Word("void");
    if (Is("*")) Refuse("a call returns no pointer");
    if (result != "void") Refuse("a call returns void: its answer is a list of effects");
    Function out{.name = "", .annotations = std::move(annotations), .parameters = {}, .line = At().line};
    out.name = Word("the name of the call");
    Expect("(");
    if (!Accept(")")) {
      do out.parameters.push_back(ParseParameter());
      while (Accept(","));
      Expect(")");
    }
    if (Is("allow")) Refuse("allow(...) is not supported: there are no OCALLs");
    if (Is("transition_using_threads")) Refuse("switchless calls are not supported");
    Expect(";");
    file_.functions.push_back(std::move(out));
  }

  Parameter ParseParameter() {
    Parameter out;
    out.line = At().line;
    if (Accept("[")) Attributes(out);
    out.is_const = Accept("const");
    out.type = ParseType();
    out.pointer = Accept("*");
    if (Is("*")) Refuse("pointer to a pointer");
    out.name = Word("the name of a parameter");
    if (Accept("[")) Refuse(Is("]") ? "flexible array" : "array parameter: use [in, size=N] const uint8_t*");
    return out;
  }

  void Attributes(Parameter& out) {
    bool to_caller = false;
    do {
      if (Is("string") || Is("wstring"))
        Refuse("[" + At().text + "] is not supported: use bytes with a length");
      if (Is("user_check")) Refuse("[user_check] is not supported: everything is checked and copied");
      if (Is("isptr") || Is("isary") || Is("readonly")) Refuse("[" + At().text + "] is for foreign types");
      if (Is("sizefunc")) Refuse("[sizefunc] is not supported: use size or count");
      if (Accept("out")) {
        to_caller = true;
      } else if (Accept("in")) {
        if (std::exchange(out.in, true)) Refuse("attribute 'in' twice");
      } else if (Accept("size")) {
        ParseExtent(out.size, "size");
      } else if (Accept("count")) {
        ParseExtent(out.count, "count");
      } else {
        Refuse("unknown attribute '" + At().text + "'");
      }
    } while (Accept(","));
    if (to_caller && out.in) Refuse("[in, out] is not supported: nothing is shared with the caller");
    if (to_caller) Refuse("[out] is not supported: answers are effects");
    Expect("]");
  }

  void ParseExtent(std::optional<Extent>& out, const std::string& name) {
    if (out) Refuse("attribute '" + name + "' twice");
    Expect("=");
    out.emplace();
    if (At().kind == Token::Kind::kNumber) {
      out->number = Number("a number");
    } else {
      out->parameter = Word("a parameter or a number");
    }
  }

  Type ParseType() {
    using Kind = Type::Kind;
    if (Accept("enum")) return {Kind::kEnum, Word("the name of an enum")};
    if (Accept("struct")) return {Kind::kStruct, Word("the name of a struct")};
    if (Accept("uint8_t")) return {Kind::kU8, ""};
    if (Accept("uint16_t")) return {Kind::kU16, ""};
    if (Accept("uint32_t")) return {Kind::kU32, ""};
    if (Accept("uint64_t")) return {Kind::kU64, ""};
    if (Accept("bool")) return {Kind::kBool, ""};
    if (Accept("size_t")) return {Kind::kSize, ""};
    if (At().kind != Token::Kind::kWord) Refuse("expected a type");
    if (const char* reason = ReasonAgainstType(At().text)) Refuse(reason);
    Refuse("foreign type '" + At().text + "'");
  }

  const Source& source_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  FileSyntax file_;
};

}  // namespace

FileSyntax Parse(const Source& source) { return Parser(source).Run(); }

}  // namespace passport::edlgen
