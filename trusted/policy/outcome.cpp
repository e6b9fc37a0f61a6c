#include "trusted/policy/outcome.h"

namespace passport::policy {
namespace {

constexpr std::uint8_t kOutcomeFormat = 1;
constexpr std::size_t kSessionBytesMax = 128;

void WriteUse(Writer& out, const PasskeyUse& use) { out.Raw(use.credential).U32(use.sign_count); }
PasskeyUse ReadUse(Reader& in) {
  PasskeyUse out;
  out.credential = in.Array<32>();
  out.sign_count = in.U32();
  return out;
}

void Write(Writer& out, const Registered& o) {
  out.Raw(o.scope.bytes).Raw(o.account.bytes).U8(static_cast<std::uint8_t>(o.control));
  out.U8(static_cast<std::uint8_t>(o.binding));
  WriteTerms(out, o.terms);
  WriteCredential(out, o.credential);
}
void Write(Writer& out, const Authenticated& o) {
  out.Var(o.session.Encode()).U32(o.sign_count).Bool(o.regenerates);
}
void Write(Writer& out, const Added& o) {
  out.Raw(o.account.bytes);
  WriteUse(out, o.by);
  WriteCredential(out, o.credential);
}
void Write(Writer& out, const Removed& o) {
  out.Raw(o.account.bytes);
  WriteUse(out, o.by);
  out.Raw(o.credential);
}

Registered ReadRegistered(Reader& in) {
  Registered out;
  out.scope = ScopeId{in.Array<16>()};
  out.account = RecordId{in.Array<32>()};
  const std::uint8_t control = in.U8();
  if (control != static_cast<std::uint8_t>(Control::kUser) &&
      control != static_cast<std::uint8_t>(Control::kHybrid))
    in.Reject();
  out.control = static_cast<Control>(control);
  const std::uint8_t binding = in.U8();
  if (binding < 1 || binding > 2) in.Reject();
  out.binding = static_cast<RequestBinding>(binding);
  out.terms = ReadTerms(in);
  out.credential = ReadCredential(in);
  return out;
}

Authenticated ReadAuthenticated(Reader& in) {
  Authenticated out;
  auto session = passkey::Session::Parse(in.Var(kSessionBytesMax));
  if (session.ok()) {
    out.session = session.value();
  } else {
    in.Reject();
  }
  out.sign_count = in.U32();
  out.regenerates = in.Bool();
  return out;
}

Added ReadAdded(Reader& in) {
  Added out;
  out.account = RecordId{in.Array<32>()};
  out.by = ReadUse(in);
  out.credential = ReadCredential(in);
  return out;
}

Removed ReadRemoved(Reader& in) {
  Removed out;
  out.account = RecordId{in.Array<32>()};
  out.by = ReadUse(in);
  out.credential = in.Array<32>();
  return out;
}

struct AccountIn {
  RecordId operator()(const Registered& o) const { return o.account; }
  RecordId operator()(const Authenticated& o) const { return o.session.account; }
  RecordId operator()(const Added& o) const { return o.account; }
  RecordId operator()(const Removed& o) const { return o.account; }
};

}  // namespace

RecordId AccountOf(const Outcome& outcome) { return std::visit(AccountIn{}, outcome.what); }

Bytes Outcome::Encode() const {
  Writer out;
  out.U8(kOutcomeFormat).U8(static_cast<std::uint8_t>(what.index() + 1)).U64(begun_ms);
  std::visit([&out](const auto& o) { Write(out, o); }, what);
  return out.Take();
}

Result<Outcome> Outcome::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kOutcomeFormat) return Fail(Status::kMalformed);
  const std::uint8_t kind = in.U8();
  Outcome out;
  out.begun_ms = in.U64();
  if (kind == 1) {
    out.what = ReadRegistered(in);
  } else if (kind == 2) {
    out.what = ReadAuthenticated(in);
  } else if (kind == 3) {
    out.what = ReadAdded(in);
  } else if (kind == 4) {
    out.what = ReadRemoved(in);
  } else {
    in.Reject();
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::policy
