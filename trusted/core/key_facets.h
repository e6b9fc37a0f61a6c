// What all shares of one key have in common: nodes tell one another before they make new shares of it.
#pragma once

#include "edl/base/codec.h"
#include "trusted/dkg/certificate.h"
#include "trusted/peer/manifest.h"
#include "trusted/sharing/key_share.h"

namespace passport::core {

// What a share says of its key, without the share and its holder.
struct KeyFacets {
  std::uint64_t epoch = 0;
  std::uint8_t marks = 0;
  std::uint8_t purpose = 0;
  std::vector<curve::Point> commitments;
  Hash32 chain_code{};
  bool operator==(const KeyFacets&) const = default;
};
KeyFacets FacetsOf(const sharing::KeyShare& share);
// As reshare::FactsOf of the share that they were taken from.
dkg::KeyFacts FactsOf(const KeyFacets& facets, const KeyId& key, const peer::Manifest& manifest);

void WriteFacets(Writer& out, const KeyFacets& facets);
KeyFacets ReadFacets(Reader& in);

}  // namespace passport::core
