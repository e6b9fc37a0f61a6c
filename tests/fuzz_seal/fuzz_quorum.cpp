// A key that operators share, as a restore reads it, and shares that anybody sends for it: what parses
// encodes to the same bytes, no share is taken but the one that its holder made for this collector, and two
// of three open what was sealed.
#include <map>
#include <set>

#include "edl/base/codec.h"
#include "sealing/quorum.h"
#include "tests/fuzz/costly.h"

using namespace passport;
using sealing::QuorumKey;

namespace {

constexpr std::uint16_t kHolders = 3;
constexpr std::size_t kStepsMax = 4;
constexpr Hash32 kPurpose{7};

crypto::SecretKey32 SecretOf(std::uint16_t number) {
  return crypto::SecretKey32(Hash32{static_cast<std::uint8_t>(number + 1), 9});
}

// One key, what it sealed, and every holder's share for the collector, whose secret is SecretOf(0).
struct Made {
  sealing::NewQuorumKey made;
  Bytes sealed;
  std::map<PartyIndex, Bytes> transfers;
};

const Made& Once() {
  static const Made once = [] {
    crypto::SeededRng rng(1);
    std::map<PartyIndex, crypto::X25519PublicKey> holders;
    for (std::uint16_t i = 1; i <= kHolders; ++i) holders[PartyIndex{i}] = crypto::PublicX25519(SecretOf(i));
    auto made = sealing::MakeQuorumKey(Hash32{3}, {1, 1}, 2, holders, rng).value();
    Bytes sealed = made.sealer.Seal({.type = 7, .id = {}}, Bytes(20, 5), rng);
    std::map<PartyIndex, Bytes> transfers;
    for (const auto& [holder, key] : holders) {
      const auto share = sealing::OpenQuorumShare(made.key, holder, SecretOf(holder.value));
      transfers[holder] = sealing::HandOverShare(made.key, holder, share.value(),
                                                 crypto::PublicX25519(SecretOf(0)), kPurpose, rng)
                              .value();
    }
    return Made{std::move(made), std::move(sealed), std::move(transfers)};
  }();
  return once;
}

void CheckKey(ByteSpan input) {
  const auto key = QuorumKey::Parse(input);
  if (!key.ok()) return;
  PASSPORT_CHECK(key.value().Encode() == ToBytes(input));
  const crypto::SecretKey32 own(Hash32{1});
  sealing::QuorumCollector collector(key.value(), Hash32{});
  for (const auto& [holder, share] : key.value().shares)
    PASSPORT_CHECK(!collector.Take(holder, share.sealed, own).ok());
  PASSPORT_CHECK(collector.missing() == key.value().k && !collector.Finish().ok());
}

void CheckBlob(ByteSpan input) {
  const auto opened = Once().made.sealer.Unseal(7, {}, input);
  PASSPORT_CHECK(opened.ok() == Equal(Once().sealed, input));
}

// Shares that come in, some changed, some twice, some by somebody who has none: who, the place of a change
// and the change, none with 0.
void CheckCollector(ByteSpan input) {
  Reader in(input);
  sealing::QuorumCollector collector(Once().made.key, kPurpose);
  std::set<PartyIndex> taken;
  for (std::size_t step = 0; step < kStepsMax && in.remaining() >= 4; ++step) {
    const PartyIndex holder{static_cast<std::uint16_t>(in.U8() % (kHolders + 1) + 1)};
    const auto own = Once().transfers.find(holder);
    Bytes transfer = own == Once().transfers.end() ? Once().transfers.begin()->second : own->second;
    const std::size_t at = in.U16() % transfer.size();
    const std::uint8_t change = in.U8();
    transfer[at] ^= change;
    const bool is_right = own != Once().transfers.end() && change == 0 && !taken.contains(holder);
    PASSPORT_CHECK(collector.Take(holder, transfer, SecretOf(0)).ok() == is_right);
    if (is_right) taken.insert(holder);
  }
  const auto sealer = collector.Finish();
  PASSPORT_CHECK(sealer.ok() == (taken.size() >= 2) && (collector.missing() == 0) == sealer.ok());
  if (sealer.ok()) PASSPORT_CHECK(sealer.value().Unseal(7, {}, Once().sealed).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  CheckKey(input);
  CheckBlob(input);
  if (fuzz::IsLookedAtClosely(input)) CheckCollector(input);
  return 0;
}
