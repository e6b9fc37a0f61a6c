#include "trusted/core/key_facets.h"

#include "trusted/reshare/reshare.h"
#include "trusted/sharing/encoding.h"

namespace passport::core {

KeyFacets FacetsOf(const sharing::KeyShare& share) {
  return {share.epoch, share.marks, share.purpose, share.commitments, share.chain_code};
}

dkg::KeyFacts FactsOf(const KeyFacets& facets, const KeyId& key, const peer::Manifest& manifest) {
  sharing::KeyShare share;
  share.id = key;
  share.purpose = facets.purpose;
  share.epoch = facets.epoch;
  share.marks = facets.marks;
  share.n = manifest.n;
  share.t = manifest.t;
  share.commitments = facets.commitments;
  share.chain_code = facets.chain_code;
  return reshare::FactsOf(share);
}

void WriteFacets(Writer& out, const KeyFacets& facets) {
  out.U64(facets.epoch).U8(facets.marks).U8(facets.purpose);
  sharing::WritePoints(out, facets.commitments);
  out.Raw(facets.chain_code);
}

KeyFacets ReadFacets(Reader& in) {
  KeyFacets out;
  out.epoch = in.U64();
  out.marks = in.U8();
  out.purpose = in.U8();
  out.commitments = sharing::ReadPoints(in);
  out.chain_code = in.Array<32>();
  return out;
}

}  // namespace passport::core
