#include "bench/micro/sizes.h"

#include <algorithm>

#include "sealing/sealer.h"
#include "tests/unit/protocol/sign_network.h"
#include "trusted/core/peer_message.h"
#include "trusted/core/signing_messages.h"
#include "trusted/peer/stream.h"

namespace passport::bench {
namespace {

using core::MessageKind;

// Adds up what goes over the wire.
class Scale {
 public:
  template <class Message>
  void Add(MessageKind kind, const Message& message) {
    bytes_ += core::PeerMessage(kind, {}, message.Encode()).Encode().size() + peer::kFrameOverheadBytes;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace

std::size_t SealedBytesOfKey() {
  const test::Cluster cluster(2, 3, 1);
  crypto::SystemRng rng;
  const sealing::Sealer sealer{{rng.Key(), rng.Key(), 1}};
  return sealer.Seal({}, cluster.share({1}).EncodeSecret().Expose(), rng).size();
}

std::size_t WireBytesOfPair() {
  constexpr PartyIndex kLeader{1}, kSigner{2};
  const test::Parties quorum = {kLeader, kSigner};
  const test::Cluster cluster(2, 3, 1);
  const test::SignRun run = test::RunSign(cluster, quorum, 1);
  const auto add_rounds = [&](Scale& scale, PartyIndex from, PartyIndex to) {
    scale.Add(MessageKind::kSignRound1, core::SignRound{0, run.wire.sent({1, from, to}), {}});
    scale.Add(MessageKind::kSignRound2, core::SignRound{0, run.wire.sent({2, from, to}), {}});
  };

  const core::SignInvite invite{0, quorum, {}, {}, {}, {}};
  Scale of_leader;
  of_leader.Add(MessageKind::kSignInvite, invite);
  of_leader.Add(MessageKind::kSignBegin, core::SignBegin{0, std::vector<Hash32>(quorum.size())});
  add_rounds(of_leader, kLeader, kSigner);

  Scale of_signer;
  of_signer.Add(MessageKind::kSignJoin, core::SignJoin{});
  add_rounds(of_signer, kSigner, kLeader);
  of_signer.Add(MessageKind::kSignRound3,
                core::SignRound3{0, {}, run.wire.sent({3, kSigner, kLeader}), {{kLeader, {}}}, {}});
  return std::max(of_leader.bytes() - invite.evidence.Encode().size(), of_signer.bytes());
}

}  // namespace passport::bench
