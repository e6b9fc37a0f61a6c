#include "tests/golden/message_forms.h"

#include "trusted/core/blame_messages.h"
#include "trusted/core/ceremony_messages.h"
#include "trusted/core/keygen_runs.h"
#include "trusted/core/network_time.h"
#include "trusted/core/presign_messages.h"
#include "trusted/core/refresh_messages.h"
#include "trusted/core/repair_messages.h"
#include "trusted/dkg/messages.h"
#include "trusted/ot/pair_setup.h"

namespace passport::golden {
namespace {

using core::MessageKind;

template <class T>
Result<Bytes> Again(ByteSpan body) {
  PASSPORT_TRY(const T parsed, T::Parse(body));
  if constexpr (requires { parsed.EncodeSecret(); }) {
    return ToBytes(parsed.EncodeSecret().Expose());
  } else {
    return parsed.Encode();
  }
}

// Setup messages begin with the attempt.
template <class T>
Result<Bytes> AgainAfterAttempt(ByteSpan body) {
  if (body.size() < 4) return Fail(Status::kMalformed);
  PASSPORT_TRY(const Bytes rest, Again<T>(body.subspan(4)));
  Bytes out = ToBytes(body.first(4));
  Append(out, rest);
  return out;
}

template <class T>
Result<Bytes> AgainInRound(ByteSpan body) {
  PASSPORT_TRY(core::SignRound round, core::SignRound::Parse(body));
  PASSPORT_TRY(round.message, Again<T>(round.message));
  return round.Encode();
}

Result<Bytes> AgainReplica(ByteSpan body) {
  PASSPORT_TRY(const replica::Message parsed, replica::ParseMessage(body));
  return replica::EncodeMessage(parsed);
}

Result<Bytes> AgainRound3(ByteSpan body) {
  PASSPORT_TRY(core::SignRound3 round, core::SignRound3::Parse(body));
  PASSPORT_TRY(round.share, Again<sign::SignatureShare>(round.share));
  return round.Encode();
}

template <std::size_t kSize>
Result<Bytes> AgainOfSize(ByteSpan body) {
  if (body.size() != kSize) return Fail(Status::kMalformed);
  return ToBytes(body);
}

constexpr MessageForm kForms[] = {
    {MessageKind::kSetupHello, "setup-hello", AgainAfterAttempt<ot::SetupHello>},
    {MessageKind::kSetupReply, "setup-reply", AgainAfterAttempt<ot::SetupReply>},
    {MessageKind::kSetupFinish, "setup-finish", AgainAfterAttempt<ot::SetupFinish>},
    {MessageKind::kSetupConfirm, "setup-confirm", AgainAfterAttempt<ot::SetupConfirm>},
    {MessageKind::kSetupReset, "setup-reset", AgainOfSize<4>},
    {MessageKind::kReplica, "replica", AgainReplica},
    {MessageKind::kKeygenInvite, "keygen-invite", Again<core::KeygenInvite>},
    {MessageKind::kKeygenCommitment, "keygen-commitment", Again<dkg::Commitment>},
    {MessageKind::kKeygenOpening, "keygen-opening", Again<dkg::Opening>},
    {MessageKind::kKeygenConfirmation, "keygen-confirmation", Again<dkg::Confirmation>},
    {MessageKind::kKeygenAbort, "keygen-abort", AgainOfSize<32>},
    {MessageKind::kSignInvite, "sign-invite", Again<core::SignInvite>},
    {MessageKind::kSignJoin, "sign-join", Again<core::SignJoin>},
    {MessageKind::kSignBegin, "sign-begin", Again<core::SignBegin>},
    {MessageKind::kSignRound1, "sign-round1", AgainInRound<sign::NonceCommitment>},
    {MessageKind::kSignRound2, "sign-round2", AgainInRound<sign::Multiplication>},
    {MessageKind::kSignRound3, "sign-round3", AgainRound3},
    {MessageKind::kSignRefuse, "sign-refuse", Again<core::SignRefuse>},
    {MessageKind::kSignOnline, "sign-online", Again<core::SignOnline>},
    {MessageKind::kSignDispute, "sign-dispute", Again<core::SignDispute>},
    {MessageKind::kSignDefence, "sign-defence", Again<core::SignDefence>},
    {MessageKind::kSignEvidence, "sign-evidence", Again<core::SignEvidence>},
    {MessageKind::kPresignInvite, "presign-invite", Again<core::PresignInvite>},
    {MessageKind::kPresignJoin, "presign-join", Again<core::SignJoin>},
    {MessageKind::kPresignBegin, "presign-begin", Again<core::SignBegin>},
    {MessageKind::kPresignRound1, "presign-round1", AgainInRound<sign::NonceCommitment>},
    {MessageKind::kPresignRound2, "presign-round2", AgainInRound<sign::Multiplication>},
    {MessageKind::kPresignReady, "presign-ready", Again<core::PresignReady>},
    {MessageKind::kPresignRefuse, "presign-refuse", Again<core::SignRefuse>},
    {MessageKind::kTime, "time", Again<core::TimeReport>},
    {MessageKind::kReceived, "received", Again<core::KeptReport>},
    {MessageKind::kEpochNews, "epoch-news", Again<core::EpochNews>},
    {MessageKind::kEpochAsk, "epoch-ask", AgainOfSize<32>},
    {MessageKind::kRefreshInvite, "refresh-invite", Again<core::RefreshInvite>},
    {MessageKind::kRefreshJoin, "refresh-join", Again<core::RefreshJoin>},
    {MessageKind::kRefreshBegin, "refresh-begin", Again<core::RefreshBegin>},
    {MessageKind::kRefreshCommitment, "refresh-commitment", Again<dkg::Commitment>},
    {MessageKind::kRefreshOpening, "refresh-opening", Again<dkg::Opening>},
    {MessageKind::kRefreshRefuse, "refresh-refuse", Again<core::RefreshRefuse>},
    {MessageKind::kRefreshSetups, "refresh-setups", Again<core::RefreshSetups>},
    {MessageKind::kRefreshSetupsDone, "refresh-setups-done", AgainOfSize<0>},
    {MessageKind::kRepairInvite, "repair-invite", Again<core::RepairInvite>},
    {MessageKind::kRepairJoin, "repair-join", Again<core::RepairJoin>},
    {MessageKind::kRepairBegin, "repair-begin", Again<core::RepairBegin>},
    {MessageKind::kRepairPart, "repair-part", Again<reshare::RepairPart>},
    {MessageKind::kRepairSum, "repair-sum", Again<reshare::RepairSum>},
    {MessageKind::kRepairEnd, "repair-end", Again<core::RepairEnd>},
    {MessageKind::kAccountsAsk, "accounts-ask", Again<core::AccountsAsk>},
    {MessageKind::kAccountsList, "accounts-list", Again<core::AccountsList>},
    {MessageKind::kCeremonyAsk, "ceremony-ask", Again<core::CeremonyAsk>},
    {MessageKind::kCeremonyPart, "ceremony-part", Again<core::CeremonyPart>},
};

}  // namespace

std::span<const MessageForm> MessageForms() { return kForms; }

}  // namespace passport::golden
