#include "tests/golden/samples.h"

namespace passport::golden {
namespace {

const PartyIndex kOne{1};
const PartyIndex kTwo{2};
const PartyIndex kThree{3};

RecordId SampleId() { return policy::ScopeRecordId(SampleScope().id); }

replica::Tentative SampleTentative() {
  const replica::Committed committed = SampleCommitted();
  return {{9, kThree},
          {committed.version.number + 1, committed.version.HashFor(SampleId()),
           ToBytes(std::string_view("next"))},
          ToBytes(std::string_view("evidence"))};
}

api::SignedConfig SampleConfig() {
  return {R"({"name":"golden"})", ToBytes(Numbered<70>(0x10)), ToBytes(Numbered<91>(0x50))};
}

curve::Point SamplePoint(std::uint64_t k) { return *curve::MulBase(curve::Scalar::FromU64(k)); }

sign::SignedShare SampleShare(PartyIndex party) {
  const sign::SignatureShare share{party, Numbered<32>(1), curve::Scalar::FromU64(2),
                                   curve::Scalar::FromU64(3)};
  return {share, Numbered<32>(4), Numbered<64>(5)};
}

sign::SignedShown SampleShown(PartyIndex from, PartyIndex to) {
  const sign::Header header{from, to, Numbered<32>(1), SetupId{Numbered<32>(6)}};
  const sign::Shown shown{header,          SamplePoint(7),  SamplePoint(8),
                          SamplePoint(9),  SamplePoint(10), curve::Scalar::FromU64(11),
                          Numbered<32>(12)};
  return {shown, Numbered<64>(13)};
}

sign::Defence SampleDefence() {
  sign::Defence out;
  out.own = SampleShare(kOne);
  out.proof = {curve::Scalar::FromU64(14), curve::Scalar::FromU64(15)};
  for (const PartyIndex peer : {kTwo, kThree})
    out.exchanges.emplace(peer, sign::Exchanged{SampleShown(kOne, peer), SampleShown(peer, kOne)});
  out.signature = Numbered<64>(16);
  return out;
}

core::RecordRef SampleRef(std::uint8_t first) {
  return {RecordId{Numbered<32>(first)}, first, Numbered<32>(static_cast<std::uint8_t>(first + 1))};
}

dkg::KeyCertificate EpochCertificate() {
  return dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v2.bin")).value();
}

reshare::Notice SampleNotice() {
  const dkg::KeyFacts facts = EpochCertificate().facts;
  return {facts.Id(), facts.epoch, {{kTwo, Numbered<64>(0x10)}}, {{kThree, Numbered<64>(0x20)}}};
}

core::KeyFacets SampleFacets() {
  const dkg::KeyFacts facts = EpochCertificate().facts;
  return {facts.epoch, facts.marks, sharing::kPurposeEcdsa, facts.commitments, facts.chain_code};
}

}  // namespace

policy::Account SampleAccount() {
  policy::Account out;
  out.scope = SampleScope().id;
  out.id = AccountId{Numbered<16>(0x20)};
  out.identifier_hash = Numbered<32>(0x30);
  out.control = policy::Control::kDeveloper;
  out.state = policy::AccountState::kActive;
  out.reserved_by = RequestId{Numbered<16>(0x40)};
  out.reserved_at_ms = 1'700'000'000'123;
  policy::AccountKey key;
  key.path = "m/44/60";
  key.id = KeyId{Numbered<32>(0x50)};
  key.public_key = Numbered<33>(0x02);
  key.holders = {kOne, kThree};
  out.keys = {key};
  return out;
}

policy::Scope SampleScope() {
  policy::Scope out;
  out.id = ScopeId{Numbered<16>(0x10)};
  out.owners = {Numbered<91>(0x01), Numbered<91>(0x80)};
  out.config = R"({"name":"golden","revision":7})";
  out.used = {Numbered<32>(0xa0), Numbered<32>(0xc0)};
  return out;
}

replica::Committed SampleCommitted() {
  return {{3, Numbered<32>(0x70), SampleScope().Encode()},
          {{kOne, Numbered<64>(0x11)}, {kTwo, Numbered<64>(0x22)}}};
}

replica::Register SampleRegister() { return {{12, kTwo}, SampleCommitted(), SampleTentative()}; }

auth::Evidence SampleEvidence() {
  auth::Evidence out;
  out.scope_id = "10111213-1415-4617-9819-1a1b1c1d1e1f";
  out.encrypted_user = "dXNlcg==";
  out.encrypted_session = "c2Vzc2lvbg==";
  out.encrypted_key_signature = "a2V5";
  out.encrypted_webauthn_signature = "d2ViYXV0aG4=";
  out.has_key = true;
  out.client_key = crypto::SecretKey32(Numbered<32>(0x60));
  out.body =
      ToBytes(std::string_view(R"({"jsonrpc":"2.0","id":1,"method":"personal_sign","params":["0x00"]})"));
  return out;
}

core::AdminStatement SampleStatement() {
  core::AdminStatement out;
  out.network = Numbered<16>(0x70);
  out.node = kTwo;
  out.number = 5;
  out.expires_unix_ms = 1'700'000'060'000;
  out.argument = kThree;
  out.signer = kOne;
  out.signature = crypto::SigningKey(crypto::SecretKey32(Numbered<32>(0x44))).Sign(out.SignedHash());
  return out;
}

core::ResumeStatement SampleResume() {
  core::ResumeStatement out;
  out.network = Numbered<16>(0x70);
  out.number = 6;
  out.expires_unix_ms = 1'700'000'060'000;
  out.boots = {{kOne, BootId{Numbered<16>(0x80)}}, {kThree, BootId{Numbered<16>(0x90)}}};
  for (const PartyIndex party : {kOne, kThree})
    out.signatures[party] =
        crypto::SigningKey(crypto::SecretKey32(Numbered<32>(0x44))).Sign(out.SignedHash());
  return out;
}

std::vector<replica::Message> SampleReplicaMessages() {
  const RecordId id = SampleId();
  const replica::Ballot ballot{11, kOne};
  const BootId boot{Numbered<16>(0x33)};
  const replica::Tentative tentative = SampleTentative();
  std::vector<replica::Message> out;
  out.push_back(replica::Prepare{id, ballot, 2});
  out.push_back(replica::Promise{id, ballot, true, ballot, boot, SampleCommitted(), tentative});
  out.push_back(replica::Accept{id, ballot, boot, tentative.version, tentative.evidence});
  out.push_back(
      replica::Accepted{id, ballot, replica::AcceptVerdict::kRefused, {12, kTwo}, 7, Numbered<64>(0x99)});
  out.push_back(replica::Learn{id, SampleCommitted()});
  out.push_back(replica::Query{id, 2});
  out.push_back(replica::QueryReply{id, true, SampleCommitted(), tentative});
  return out;
}

webauthn::Credential SampleCredential(std::uint8_t first) {
  return {ToBytes(Numbered<20>(first)),
          {crypto::P256PublicKey(Numbered<91>(first))},
          7,
          webauthn::Attestation::kSelf,
          true};
}

std::vector<core::Change> SampleChanges() {
  std::vector<core::Change> out;
  out.push_back(core::ScopeCreation{SampleConfig()});
  out.push_back(core::ScopeUpdate{SampleConfig()});
  out.push_back(core::AccountReservation{RequestId{Numbered<16>(0x40)}, 1'700'000'000'123, SampleEvidence()});
  out.push_back(
      core::AccountActivation{RequestId{Numbered<16>(0x40)},
                              dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v1.bin")).value()});
  out.push_back(core::EnvelopeCreation{ToBytes(Numbered<100>(0x30))});
  out.push_back(core::AccountRefresh{EpochCertificate()});
  return out;
}

policy::Account SamplePasskeyAccount() {
  policy::Account out = SampleRefreshedAccount();
  out.control = policy::Control::kHybrid;
  out.terms = {"wallet.example", false};
  out.removed_ms = 1'700'000'000'777;
  out.passkeys = {{SampleCredential(0x11), Numbered<16>(0x71), 1'700'000'000'555},
                  {SampleCredential(0x12), Numbered<16>(0x72), 1'700'000'000'666}};
  out.passkeys.back().credential.key = {crypto::RsaModulus{ToBytes(Numbered<200>(0x21))}};
  return out;
}

std::vector<policy::Outcome> SampleOutcomes() {
  const RecordId account{Numbered<32>(0x11)};
  const policy::PasskeyUse use{Numbered<32>(0x31), 8};
  std::vector<policy::Outcome> out;
  out.push_back({1'700'000'000'001, policy::Registered{SampleScope().id,
                                                       account,
                                                       policy::Control::kUser,
                                                       policy::RequestBinding::kLegacy,
                                                       {"wallet.example", true},
                                                       SampleCredential(0x41)}});
  const passkey::Session session{account,           Numbered<32>(0x31), Numbered<16>(0x32),
                                 1'700'000'000'001, 1'700'000'864'001,  true};
  out.push_back({1'700'000'000'001, policy::Authenticated{session, 8, true}});
  out.push_back({1'700'000'000'002, policy::Added{account, use, SampleCredential(0x42)}});
  out.push_back({1'700'000'000'003, policy::Removed{account, use, Numbered<32>(0x33)}});
  return out;
}

passkey::Ceremony SampleCeremony() {
  passkey::Ceremony out;
  out.terms = {passkey::CeremonyKind::kRemoveCredential, SampleScope().id, RecordId{Numbered<32>(0x11)},
               false, Numbered<32>(0x34)};
  out.tokens = {{kOne, Numbered<32>(0x35), 1'700'000'000'004, Numbered<64>(0x36)},
                {kThree, Numbered<32>(0x37), 1'700'000'000'005, Numbered<64>(0x38)}};
  return out;
}

core::CeremonyAsk SampleCeremonyAsk() { return {SampleCeremony().terms}; }
core::CeremonyPart SampleCeremonyPart() { return {SampleCeremony().tokens.front()}; }

std::vector<core::Change> SamplePasskeyChanges() {
  core::CertifiedCeremony certified;
  certified.challenge = Numbered<32>(0x39);
  certified.committed = SampleCommitted();
  certified.committed.version.value = SampleOutcomes().front().Encode();
  std::vector<core::Change> out;
  out.push_back(core::CeremonyCompletion{SampleEvidence(), SampleCeremony()});
  out.push_back(core::PasskeyReservation{RequestId{Numbered<16>(0x40)}, 1'700'000'000'123, certified});
  out.push_back(core::CeremonyUse{certified});
  out.push_back(core::SessionRevocation{SampleEvidence(), certified});
  return out;
}

core::KeygenInvite SampleKeygenInvite() {
  return {RecordId{Numbered<32>(0x11)}, {kOne, kTwo, kThree}, SampleCommitted()};
}

core::SignInvite SampleSignInvite() {
  core::SignInvite out;
  out.attempt = 2;
  out.quorum = {kOne, kThree};
  out.nonce = Numbered<32>(0x20);
  out.scope = SampleRef(0x30);
  out.account = SampleRef(0x40);
  out.evidence = SampleEvidence();
  return out;
}

core::SignJoin SampleSignJoin() { return {2, Numbered<32>(0x21)}; }
core::SignBegin SampleSignBegin() { return {2, {Numbered<32>(0x21), Numbered<32>(0x22)}}; }
core::SignRefuse SampleSignRefuse() { return {2, core::RefuseReason::kDecision, 23}; }

core::SignOnline SampleSignOnline() {
  return {2, Numbered<32>(0x23), SampleRef(0x30), SampleRef(0x40), SampleEvidence()};
}
core::SignDispute SampleSignDispute() {
  return {1, {SampleShare(kOne), SampleShare(kTwo), SampleShare(kThree)}};
}

core::SignDefence SampleSignDefence() { return {1, SampleDefence()}; }

core::SignEvidence SampleSignEvidence() {
  const sign::Dispute dispute{
      {kOne, kTwo, kThree}, Numbered<32>(1), SamplePoint(17), Digest{Numbered<32>(18)}};
  return {1, dispute, SampleSignDispute().shares, SampleDefence()};
}

core::PresignInvite SamplePresignInvite() {
  return {KeyId{Numbered<32>(0x24)},
          Numbered<32>(0x25),
          {kOne, kThree},
          Numbered<32>(0x26),
          SampleRef(0x30),
          SampleRef(0x40),
          0};
}
core::PresignReady SamplePresignReady() { return {Numbered<32>(0x27), Numbered<33>(0x28)}; }

policy::Account SampleRefreshedAccount() {
  policy::Account out = SampleAccount();
  out.keys.front().epoch = 7;
  return out;
}

policy::Account SampleBoundAccount() {
  policy::Account out = SampleRefreshedAccount();
  out.binding = policy::RequestBinding::kBound;
  return out;
}

// A key that signs with its generated share and has another one pending.
core::KeyState SampleKeyState() {
  const dkg::KeyFacts facts = EpochCertificate().facts;
  reshare::Activation activation(facts.Id(), kOne, {0, {}, {kOne}}, {});
  const reshare::Agreement agreement{facts.epoch, Numbered<32>(0x61), {kOne, kTwo, kThree}};
  EXPECT_TRUE(activation.Prepare(agreement, Numbered<64>(0x62)).ok());
  return {RecordId{Numbered<32>(0x60)}, std::move(activation), {{facts.epoch, facts}}};
}

core::AdminStatement SampleRefresh() {
  core::AdminStatement out = SampleStatement();
  out.kind = core::AdminKind::kRefresh;
  out.argument = {};
  out.signer = out.node;
  out.signature = crypto::SigningKey(crypto::SecretKey32(Numbered<32>(0x44))).Sign(out.SignedHash());
  return out;
}

// Format, two operators with the newest number and statement of each, the statement that is led, running.
Bytes SampleRefreshBook() {
  Writer out;
  out.U8(1).U32(2).U16(1).U64(4).Raw(Numbered<32>(0x63)).U16(2).U64(5).Raw(SampleRefresh().SignedHash());
  out.Bool(true).Var(SampleRefresh().Encode()).U8(1);
  return out.Take();
}

Bytes SampleMadeKeys() {
  Writer out;
  out.U8(1).U32(1).Raw(Numbered<32>(0x64)).Raw(Numbered<32>(0x11));
  return out.Take();
}

core::EpochNews SampleEpochNews() { return {SampleNotice().key, true, {SampleNotice()}}; }
core::RefreshInvite SampleRefreshInvite() {
  return {SampleRefresh(), RecordId{Numbered<32>(0x11)}, KeyId{Numbered<32>(0x24)}};
}
core::RefreshJoin SampleRefreshJoin() { return {9, SampleFacets()}; }
core::RefreshBegin SampleRefreshBegin() { return {10, {kOne, kThree}, SampleFacets()}; }

core::HolderStatement SampleHolderStatement() {
  return {kThree, KeyId{Numbered<32>(0x50)}, true, Numbered<64>(0x60)};
}
core::RepairInvite SampleRepairInvite() {
  return {RecordId{Numbered<32>(0x11)}, KeyId{Numbered<32>(0x24)}, {kOne, kThree}};
}
core::RepairJoin SampleRepairJoin() {
  const auto certificate = dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v1.bin")).value();
  return {Numbered<32>(0x29), {1, 7, 2, certificate.facts.commitments, Numbered<32>(0x2a)}};
}
core::RepairBegin SampleRepairBegin() { return {7, {Numbered<32>(0x2b), Numbered<32>(0x2c)}}; }
core::RepairEnd SampleRepairEnd() { return {core::RepairEndReason::kLimited}; }
core::AccountsAsk SampleAccountsAsk() { return {RecordId{Numbered<32>(0x11)}}; }
core::AccountsList SampleAccountsList() {
  return {{{RecordId{Numbered<32>(0x11)}, 0b101}, {RecordId{Numbered<32>(0x12)}, 0b111}}};
}

}  // namespace passport::golden
