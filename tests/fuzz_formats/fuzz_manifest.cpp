// Manifests: one encoding each; what is valid keeps the rules of a network; what is signed is exactly what
// operators signed.
#include <algorithm>

#include "tests/fuzz_formats/signed_things.h"

using namespace passport;
using fuzz::FirstManifest;
using fuzz::SecondManifest;
using peer::Manifest;
using peer::SignedManifest;

namespace {

void CheckRules(const Manifest& manifest) {
  if (!manifest.Validate().ok()) return;
  PASSPORT_CHECK(manifest.n == manifest.rows.size() && manifest.n <= peer::kPartiesMax);
  PASSPORT_CHECK(manifest.t >= 2 && manifest.t <= manifest.n && 2 * manifest.t > manifest.n);
  PASSPORT_CHECK(manifest.keygen_quorum >= manifest.t && manifest.keygen_quorum <= manifest.n);
  PASSPORT_CHECK(manifest.W() <= manifest.n && 2 * manifest.W() > manifest.n);
  for (const peer::ManifestRow& row : manifest.rows) {
    PASSPORT_CHECK(manifest.Row(row.party) == &row);  // so no party is there twice
    PASSPORT_CHECK(!row.peer_address.empty() && row.peer_address.size() <= peer::kAddressBytesMax);
  }
}

// Whoever has none of the operators' keys can leave signatures out, and nothing else.
void CheckSigned(const SignedManifest& offered) {
  if (offered.manifest.network_id != FirstManifest().manifest.network_id) return;
  const bool same_keys =
      std::ranges::equal(offered.manifest.rows, FirstManifest().manifest.rows, {},
                         &peer::ManifestRow::operator_key, &peer::ManifestRow::operator_key);
  if (same_keys && VerifyGenesis(offered).ok()) PASSPORT_CHECK(offered.manifest == FirstManifest().manifest);
  if (VerifySuccessor(FirstManifest().manifest, offered).ok())
    PASSPORT_CHECK(offered.manifest == SecondManifest().manifest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  if (const auto manifest = Manifest::Parse(input); manifest.ok()) {
    PASSPORT_CHECK(Equal(manifest.value().Encode(), input));
    CheckRules(manifest.value());
  }
  if (const auto manifest = SignedManifest::Parse(input); manifest.ok()) {
    PASSPORT_CHECK(Equal(manifest.value().Encode(), input));
    CheckRules(manifest.value().manifest);
    CheckSigned(manifest.value());
  }
  return 0;
}
