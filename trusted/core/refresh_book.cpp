#include "trusted/core/refresh_book.h"

#include "edl/base/parties.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kRefreshBookFormat = 1;

}  // namespace

RefreshBook::RefreshBook(const peer::Manifest& manifest, PartyIndex self, RecordBook& records)
    : manifest_(manifest), self_(self), records_(records) {
  if (const crypto::SecretBytes* stored = records.Own(policy::RecordKind::kRefresh))
    static_cast<void>(Load(stored->Expose()));
}

Result<Unit> RefreshBook::Follow(PartyIndex leader, const AdminStatement& statement, TimeBounds now) {
  if (statement.kind != AdminKind::kRefresh) return Fail(Status::kDenied);
  const Newest newest = newest_[leader];
  const Hash32 hash = statement.SignedHash();
  const bool known = newest.number == statement.number && newest.hash == hash;
  const std::uint64_t last = known ? statement.number - 1 : newest.number;
  PASSPORT_TRY_VOID(VerifyStatement(statement, manifest_, leader, last, now));
  if (known) return Ok();
  newest_[leader] = {statement.number, hash};
  Store();
  return Ok();
}

void RefreshBook::Lead(const AdminStatement& statement) {
  led_ = {statement, Outcome::kRunning};
  Store();
}

void RefreshBook::End(Outcome outcome) {
  led_->outcome = outcome;
  Store();
}

void RefreshBook::Store() { records_.PutOwn(policy::RecordKind::kRefresh, Encode()); }

Bytes RefreshBook::Encode() const {
  Writer out;
  out.U8(kRefreshBookFormat).U32(static_cast<std::uint32_t>(newest_.size()));
  for (const auto& [party, newest] : newest_) out.U16(party.value).U64(newest.number).Raw(newest.hash);
  out.Bool(led_.has_value());
  if (led_) out.Var(led_->statement.Encode()).U8(static_cast<std::uint8_t>(led_->outcome));
  return out.Take();
}

Result<Unit> RefreshBook::Load(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kRefreshBookFormat) return Fail(Status::kMalformed);
  std::map<PartyIndex, Newest> newest;
  PartyIndex last;
  for (std::uint32_t left = in.Count(peer::kPartiesMax); left > 0 && !in.failed(); --left) {
    const PartyIndex party = ReadPartyAbove(in, last);
    newest[party] = {in.U64(), in.Array<32>()};
  }
  std::optional<Led> led;
  if (in.Bool()) {
    PASSPORT_TRY(AdminStatement statement, AdminStatement::Parse(in.Var(kAdminBytesMax)));
    const std::uint8_t outcome = in.U8();
    if (outcome < 1 || outcome > 3) in.Reject();
    led = Led{std::move(statement), static_cast<Outcome>(outcome)};
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  newest_ = std::move(newest);
  led_ = std::move(led);
  return Ok();
}

}  // namespace passport::core
