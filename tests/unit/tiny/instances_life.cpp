// The sources of resharing and repair with a tiny group as a further instance of their templates.
#include "tests/unit/tiny/tiny_group.h"
#include "trusted/reshare/linear_check.cpp"
#include "trusted/reshare/repair.cpp"
#include "trusted/reshare/reshare.cpp"
// After what it uses:
#include "trusted/reshare/confirm.cpp"

namespace passport::reshare {

using Large = test::TinyGroup<13>;
template std::optional<Agreement> AgreementOf(const dkg::KeyFactsOf<Large>&);
template Step<AwaitingCommitmentsOf<Large>, Commitment> Start(const Proposal&, const dkg::KeyFactsOf<Large>&,
                                                              const sharing::KeyShareOf<Large>&,
                                                              crypto::Rng&);
template Step<AwaitingCommitmentsOf<Large>, Commitment> Join(const Proposal&,
                                                             const dkg::KeyCertificateOf<Large>&,
                                                             const Roster&, std::size_t, PartyIndex,
                                                             crypto::Rng&);
template Step<AwaitingOpeningsOf<Large>, protocol::Outbox<OpeningOf<Large>>> Open(
    AwaitingCommitmentsOf<Large>, const Inbox<Commitment>&, crypto::Rng&);
template std::vector<Outcome<ConfirmedOf<Large>>> ConfirmAll(std::vector<ReceivedOf<Large>>,
                                                             const crypto::SigningKey&, crypto::Rng&);
template protocol::Step<AwaitingPartsOf<Large>, protocol::Outbox<RepairPartOf<Large>>> StartRepair(
    const RepairProposal&, const sharing::KeyShareOf<Large>&, crypto::Rng&);
template Outcome<RepairSumOf<Large>> SumParts(AwaitingPartsOf<Large>, protocol::Inbox<RepairPartOf<Large>>);
template Outcome<sharing::KeyShareOf<Large>> FinishRepair(const RepairProposal&, sharing::KeyShareOf<Large>,
                                                          protocol::Inbox<RepairSumOf<Large>>);

}  // namespace passport::reshare
