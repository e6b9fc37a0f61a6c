// One made-up value of every record and message, with every optional field present: what the golden files
// contain.
#pragma once

#include "tests/golden/golden.h"
#include "trusted/core/admin.h"
#include "trusted/core/blame_messages.h"
#include "trusted/core/ceremony_messages.h"
#include "trusted/core/changes.h"
#include "trusted/core/keygen_runs.h"
#include "trusted/core/made_keys.h"
#include "trusted/core/presign_messages.h"
#include "trusted/core/refresh_book.h"
#include "trusted/core/refresh_messages.h"
#include "trusted/core/repair_messages.h"
#include "trusted/core/resume.h"

namespace passport::golden {

policy::Account SampleAccount();
policy::Account SampleRefreshedAccount();
policy::Account SampleBoundAccount();
policy::Account SamplePasskeyAccount();
std::vector<policy::Outcome> SampleOutcomes();
passkey::Ceremony SampleCeremony();
core::CeremonyAsk SampleCeremonyAsk();
core::CeremonyPart SampleCeremonyPart();
std::vector<core::Change> SamplePasskeyChanges();  // those from number 8 on
core::KeyState SampleKeyState();
Bytes SampleRefreshBook();
Bytes SampleMadeKeys();
policy::Scope SampleScope();
replica::Committed SampleCommitted();
replica::Register SampleRegister();
auth::Evidence SampleEvidence();
core::AdminStatement SampleStatement();
core::AdminStatement SampleRefresh();
core::ResumeStatement SampleResume();

// In the order of replica::Message.
std::vector<replica::Message> SampleReplicaMessages();
// In the order of core::Change.
std::vector<core::Change> SampleChanges();

core::KeygenInvite SampleKeygenInvite();
core::SignInvite SampleSignInvite();
core::SignJoin SampleSignJoin();
core::SignBegin SampleSignBegin();
core::SignRefuse SampleSignRefuse();
core::SignOnline SampleSignOnline();
core::SignDispute SampleSignDispute();
core::SignDefence SampleSignDefence();
core::SignEvidence SampleSignEvidence();
core::PresignInvite SamplePresignInvite();
core::PresignReady SamplePresignReady();
core::EpochNews SampleEpochNews();
core::RefreshInvite SampleRefreshInvite();
core::RefreshJoin SampleRefreshJoin();
core::RefreshBegin SampleRefreshBegin();
core::HolderStatement SampleHolderStatement();
core::RepairInvite SampleRepairInvite();
core::RepairJoin SampleRepairJoin();
core::RepairBegin SampleRepairBegin();
core::RepairEnd SampleRepairEnd();
core::AccountsAsk SampleAccountsAsk();
core::AccountsList SampleAccountsList();

}  // namespace passport::golden
