// The enclave's own sources, with the tiny groups as further instances of their templates.
#include "tests/unit/tiny/tiny_suite.h"
#include "trusted/proof/commitment.cpp"
#include "trusted/proof/dlog.cpp"
#include "trusted/sharing/encoding.cpp"
#include "trusted/sharing/key_share.cpp"
#include "trusted/sharing/polynomial.cpp"
#include "trusted/sharing/quorum.cpp"
#include "trusted/sharing/zero_share.cpp"
// After what they use:
#include "trusted/dkg/certificate.cpp"
#include "trusted/dkg/dealing.cpp"
#include "trusted/dkg/dkg.cpp"
#include "trusted/dkg/messages.cpp"

namespace passport {

using test::TinyGroup;

namespace sharing {

template class PolynomialOf<TinyGroup<5>>;
template class PolynomialOf<TinyGroup<7>>;
template class PolynomialOf<TinyGroup<13>>;
template std::optional<PointOf<TinyGroup<5>>> EvaluateCommitments<TinyGroup<5>>(
    std::span<const PointOf<TinyGroup<5>>>, PartyIndex);
template std::optional<PointOf<TinyGroup<7>>> EvaluateCommitments<TinyGroup<7>>(
    std::span<const PointOf<TinyGroup<7>>>, PartyIndex);
template std::optional<PointOf<TinyGroup<13>>> EvaluateCommitments<TinyGroup<13>>(
    std::span<const PointOf<TinyGroup<13>>>, PartyIndex);
template ScalarOf<TinyGroup<5>> LagrangeWeight<TinyGroup<5>>(std::span<const PartyIndex>, PartyIndex);
template ScalarOf<TinyGroup<7>> LagrangeWeight<TinyGroup<7>>(std::span<const PartyIndex>, PartyIndex);
template ScalarOf<TinyGroup<13>> LagrangeWeight<TinyGroup<13>>(std::span<const PartyIndex>, PartyIndex);
template SecretScalarOf<TinyGroup<13>> ZeroShare<TinyGroup<13>>(PartyIndex,
                                                                const std::map<PartyIndex, SecretKey32>&,
                                                                const Hash32&);
template struct KeyShareOf<TinyGroup<5>>;
template struct KeyShareOf<TinyGroup<7>>;
template struct KeyShareOf<TinyGroup<13>>;
template ScalarOf<TinyGroup<13>> LagrangeWeightAt<TinyGroup<13>>(std::span<const PartyIndex>, PartyIndex,
                                                                 PartyIndex);

}  // namespace sharing

namespace proof {

template struct DlogProofOf<TinyGroup<13>>;
template ScalarOf<TinyGroup<13>> DlogChallenge<TinyGroup<13>>(const DlogUse&, const PointOf<TinyGroup<13>>&,
                                                              const PointOf<TinyGroup<13>>&);
template DlogProofOf<TinyGroup<13>> ProveDlog<TinyGroup<13>>(const DlogUse&,
                                                             const SecretScalarOf<TinyGroup<13>>&,
                                                             const PointOf<TinyGroup<13>>&, crypto::Rng&);
template bool VerifyDlog<TinyGroup<13>>(const DlogUse&, const PointOf<TinyGroup<13>>&,
                                        const DlogProofOf<TinyGroup<13>>&);

}  // namespace proof

namespace dkg {

using Tiny = TinyGroup<5>;
template struct OpeningBroadcastOf<Tiny>;
template struct OpeningOf<Tiny>;
template struct ConfirmationOf<Tiny>;
template struct KeyFactsOf<Tiny>;
template struct KeyCertificateOf<Tiny>;
template protocol::Step<AwaitingCommitmentsOf<Tiny>, Commitment> Start<Tiny>(const Proposal&, PartyIndex,
                                                                             crypto::Rng&);
template protocol::Step<AwaitingOpeningsOf<Tiny>, protocol::Outbox<OpeningOf<Tiny>>> Open<Tiny>(
    AwaitingCommitmentsOf<Tiny>, const Inbox<Commitment>&, crypto::Rng&);
template Outcome<ConfirmedOf<Tiny>> Confirm<Tiny>(AwaitingOpeningsOf<Tiny>, Inbox<OpeningOf<Tiny>>,
                                                  const crypto::SigningKey&, crypto::Rng&);
template Outcome<KeyCertificateOf<Tiny>> Finish<Tiny>(AwaitingConfirmationsOf<Tiny>,
                                                      const Inbox<ConfirmationOf<Tiny>>&, const Roster&,
                                                      std::size_t);

// With what resharing (instances_life.cpp) uses of it.
using Large = TinyGroup<13>;
template struct OpeningBroadcastOf<Large>;
template struct OpeningOf<Large>;
template struct ConfirmationOf<Large>;
template struct KeyFactsOf<Large>;
template struct KeyCertificateOf<Large>;
template protocol::Step<AwaitingCommitmentsOf<Large>, Commitment> Start<Large>(const Proposal&, PartyIndex,
                                                                               crypto::Rng&);
template protocol::Step<AwaitingOpeningsOf<Large>, protocol::Outbox<OpeningOf<Large>>> Open<Large>(
    AwaitingCommitmentsOf<Large>, const Inbox<Commitment>&, crypto::Rng&);
template Outcome<ConfirmedOf<Large>> Confirm<Large>(AwaitingOpeningsOf<Large>, Inbox<OpeningOf<Large>>,
                                                    const crypto::SigningKey&, crypto::Rng&);
template Outcome<KeyCertificateOf<Large>> Finish<Large>(AwaitingConfirmationsOf<Large>,
                                                        const Inbox<ConfirmationOf<Large>>&, const Roster&,
                                                        std::size_t);
template Hash32 CommitmentTo(const DealingTags&, const OpeningBroadcastOf<Large>&);
template Hash32 Transcript<Large>(const Commitments&, const OpeningsOf<Large>&);
template void ProveCoefficients(const DealingTags&, const Hash32&, const sharing::PolynomialOf<Large>&,
                                OpeningBroadcastOf<Large>&, crypto::Rng&);
template Outcome<Unit> CheckOpened(const DealingTags&, std::size_t, const Commitment&,
                                   const OpeningBroadcastOf<Large>&);
template Outcome<std::vector<PointOf<Large>>> SumOfCoefficients<Large>(const OpeningsOf<Large>&);
template sharing::KeyShareOf<Large> MakeShare(const KeyFactsOf<Large>&, PartyIndex,
                                              curve::SecretScalarOf<Large>);

}  // namespace dkg
}  // namespace passport
