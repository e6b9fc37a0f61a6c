#include "trusted/core/envelope_keeper.h"

namespace passport::core {
namespace {

constexpr std::uint64_t kEnvelopeRetryMs = 500;
constexpr std::uint64_t kEnvelopeChangeMs = 5'000;

}  // namespace

bool EnvelopeKeeper::Load() {
  const replica::Version* version = replica_.Local(policy::EnvelopeRecordId());
  if (version == nullptr || version->number == 0) return false;
  const auto keys = ParseEnvelopeKeys(version->value);
  if (!keys.ok()) return false;
  for (auto key = keys.value().rbegin(); key != keys.value().rend(); ++key) {
    auto parsed = crypto::EnvelopeKey::Parse(*key);
    if (parsed.ok()) opener_.AddKey(std::move(parsed).value());
  }
  if (!opener_.empty()) made_ = {};
  return !opener_.empty();
}

// A quorum is asked before a key is made, so that a node that was away does not propose a second first key.
void EnvelopeKeeper::OnTick(std::uint64_t now_ms) {
  if (!opener_.empty() || Load() || reading_ || making_ || changing_ || now_ms < next_ms_) return;
  next_ms_ = now_ms + kEnvelopeRetryMs;
  const std::vector<PartyIndex> open = peers_.Open();
  if (open.size() + 1 < std::max(identity_.manifest.W(), identity_.manifest.t)) return;
  if (std::exchange(proposing_, false)) {
    changing_ = true;
    replica_.Change(kTicket, {}, policy::EnvelopeRecordId(),
                    EncodeChange(EnvelopeCreation{ToBytes(made_.Expose())}), now_ms + kEnvelopeChangeMs);
    return;
  }
  reading_ = true;
  replica_.Read(kTicket, {}, policy::EnvelopeRecordId(), now_ms + kEnvelopeChangeMs);
}

bool EnvelopeKeeper::OnChanged(std::uint64_t ticket, const replica::ChangeResult& result) {
  if (ticket != kTicket) return false;
  const bool was_reading = std::exchange(reading_, false);
  changing_ = false;
  if (!result.ok() || !was_reading || result.value().number != 0) {
    static_cast<void>(Load());
    return true;
  }
  const std::vector<PartyIndex> open = peers_.Open();
  if (!open.empty() && open.front() < identity_.self) return true;  // a lower node proposes
  making_ = made_.Expose().empty();
  if (!making_) Propose();
  return true;
}

void EnvelopeKeeper::Make() {
  making_ = false;
  outbox_.Log(Event::kEnvelopeMade, {}, {}, 0);
  made_ = source_().EncodePrivate();
  Propose();
}

// At the next tick, which knows what time it is after a key was made.
void EnvelopeKeeper::Propose() {
  proposing_ = true;
  next_ms_ = 0;
}

}  // namespace passport::core
