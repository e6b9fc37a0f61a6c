#include "trusted/core/key_state.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kKeyStateFormat = 1;
constexpr std::size_t kActivationBytesMax = 96'000;  // of 64 nodes, with as many epochs as there can be
constexpr std::size_t kFactsBytesMax = 4'096;
constexpr std::size_t kNoticeBytesMax = 16'384;
constexpr std::uint32_t kEpochsMax = reshare::Activation::kEntriesMax + 1;

}  // namespace

Bytes KeyState::Encode() const {
  Writer out;
  out.U8(kKeyStateFormat)
      .Raw(account.bytes)
      .Var(activation.Encode())
      .U32(static_cast<std::uint32_t>(facts.size()));
  for (const auto& [epoch, each] : facts) out.Var(dkg::KeyCertificate{each, {}}.Encode());
  return out.Take();
}

Result<KeyState> KeyState::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kKeyStateFormat) return Fail(Status::kMalformed);
  const RecordId account{in.Array<32>()};
  const ByteSpan encoded = in.Var(kActivationBytesMax);
  std::map<std::uint64_t, dkg::KeyFacts> facts;
  std::uint64_t last = 0;
  for (std::uint32_t left = in.Count(kEpochsMax); left > 0 && !in.failed(); --left) {
    PASSPORT_TRY(dkg::KeyCertificate each, dkg::KeyCertificate::Parse(in.Var(kFactsBytesMax)));
    const std::uint64_t epoch = each.facts.epoch;
    if (epoch <= last || !each.confirmations.empty()) in.Reject();
    last = epoch;
    facts.emplace(epoch, std::move(each.facts));
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(reshare::Activation activation, reshare::Activation::Parse(encoded));
  return KeyState{account, std::move(activation), std::move(facts)};
}

dkg::KeyCertificate KeyState::CertificateOf(std::uint64_t epoch) const {
  dkg::KeyCertificate out{facts.at(epoch), {}};
  for (const reshare::Notice& notice : activation.Notices()) {
    if (notice.epoch == epoch) out.confirmations = notice.confirmations;
  }
  return out;
}

Bytes EpochNews::Encode() const {
  Writer out;
  out.Raw(key.bytes).Bool(all).U32(static_cast<std::uint32_t>(notices.size()));
  for (const reshare::Notice& notice : notices) out.Var(notice.Encode());
  return out.Take();
}

Result<EpochNews> EpochNews::Parse(ByteSpan bytes) {
  Reader in(bytes);
  EpochNews out;
  out.key = KeyId{in.Array<32>()};
  out.all = in.Bool();
  std::optional<std::uint64_t> last;  // rising, so that no epoch is told twice
  for (std::uint32_t left = in.Count(kEpochsMax); left > 0 && !in.failed(); --left) {
    PASSPORT_TRY(reshare::Notice notice, reshare::Notice::Parse(in.Var(kNoticeBytesMax)));
    if (notice.key != out.key || (last && notice.epoch <= *last)) in.Reject();
    last = notice.epoch;
    out.notices.push_back(std::move(notice));
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Result<EpochAsk> EpochAsk::Parse(ByteSpan bytes) {
  Reader in(bytes);
  EpochAsk out{KeyId{in.Array<32>()}};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
