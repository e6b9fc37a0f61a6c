#include "trusted/proof/commitment.h"

namespace passport::proof {

Hash32 Commit(crypto::Tag tag, const Hash32& context, PartyIndex committer, const Salt& salt,
              std::initializer_list<ByteSpan> value) {
  crypto::Sha256 state = crypto::TaggedState(tag, context);
  state.Update(crypto::Le16(committer.value)).Update(salt);
  for (const ByteSpan part : value) state.Update(part);
  return state.Final();
}

}  // namespace passport::proof
