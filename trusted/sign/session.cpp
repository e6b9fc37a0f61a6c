#include "trusted/sign/session.h"

#include "edl/base/codec.h"

namespace passport::sign {
namespace {

// Protocol version, curve, hash suite, k, lambda_s, rho, base OT (1: endemic): runs of builds that differ in
// any of them have different ids (dkls23.md 1.5). Hash suite 1 was S1; 2 is left to S2, row hashes by AES; 3
// is S1 with hashes of columns.
constexpr std::array<std::uint8_t, 7> kSuite = {
    1, sharing::kCurveSecp256k1, 3, ot::kTreeDepth, ot::kStatisticalSecurity, ot::kCheckColumns, 1};

}  // namespace

Hash32 MakeSsid(const SsidInput& input) {
  PASSPORT_CHECK(input.quorum.size() == input.t);
  PASSPORT_CHECK(input.nonces.empty() || input.nonces.size() == input.t);
  const Hash32 epoch =
      crypto::TaggedHash(crypto::tag::kEpoch, input.key.bytes, {crypto::Le64(input.epoch), input.manifest});
  Writer writer;
  writer.Raw(kSuite).U16(input.t);
  for (const PartyIndex party : input.quorum) writer.U16(party.value);
  writer.Raw(input.path);
  writer.U8(static_cast<std::uint8_t>(input.digest ? SsidPurpose::kSign : SsidPurpose::kPresign));
  if (input.digest) writer.Raw(input.digest->bytes);
  writer.Raw(input.coordinator_nonce);
  for (const Hash32& nonce : input.nonces) writer.Raw(nonce);
  return crypto::TaggedHash(crypto::tag::kSsid, epoch, {writer.bytes()});
}

Hash32 PairSsid(const Hash32& ssid, PartyIndex alice, PartyIndex bob, const SetupId& setup) {
  return crypto::TaggedHash(crypto::tag::kPair, ssid,
                            {crypto::Le16(alice.value), crypto::Le16(bob.value), setup.bytes});
}

}  // namespace passport::sign
