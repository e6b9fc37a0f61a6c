// Every domain-separation tag of the project, in one list (dkls23.md 1.4). Two uses never share a tag.
#pragma once

#include <string_view>

namespace passport::crypto {

struct Tag {
  std::string_view text;
};

namespace tag {
// Identifiers and transcripts.
inline constexpr Tag kKey{"key"};
inline constexpr Tag kEpoch{"epoch"};
inline constexpr Tag kPair{"pair"};
inline constexpr Tag kPairSetup{"pair-setup"};
inline constexpr Tag kPairConfirm{"pair-confirm"};
inline constexpr Tag kSsid{"ssid"};
inline constexpr Tag kSetup{"setup"};
inline constexpr Tag kManifest{"manifest"};
// Key generation.
inline constexpr Tag kKgCom{"kg/com"};
inline constexpr Tag kKgSid{"kg/sid"};
inline constexpr Tag kKgCc{"kg/cc"};
inline constexpr Tag kKgFinal{"kg/final"};
inline constexpr Tag kKgEcho{"kg/echo"};
inline constexpr Tag kPokKg{"pok/kg"};
inline constexpr Tag kPokShare{"pok/share"};
// Resharing.
inline constexpr Tag kReshare{"reshare/run"};
inline constexpr Tag kReshareCom{"reshare/com"};
inline constexpr Tag kReshareSid{"reshare/sid"};
inline constexpr Tag kReshareEcho{"reshare/echo"};
inline constexpr Tag kReshareAbort{"reshare/abort"};
inline constexpr Tag kPokReshare{"pok/reshare"};
inline constexpr Tag kRepair{"repair/run"};
inline constexpr Tag kRepairProposal{"repair/proposal"};
inline constexpr Tag kHolder{"holder/statement"};
// Import and export.
inline constexpr Tag kImport{"import/run"};
inline constexpr Tag kPokImport{"pok/import"};
inline constexpr Tag kExport{"export"};
// Derivation.
inline constexpr Tag kBip32Path{"bip32/path"};
// Zero sharing.
inline constexpr Tag kZsPrf{"zs/prf"};
inline constexpr Tag kZsMix{"zs/mix"};
inline constexpr Tag kZsKey{"zs/key"};
// Base OT, PPRF, extension, multiplication.
inline constexpr Tag kEotKdf{"eot/kdf"};
inline constexpr Tag kPprfNode{"pprf/node"};
inline constexpr Tag kPprfLeaf{"pprf/leaf"};
inline constexpr Tag kPprfAll{"pprf/all"};
inline constexpr Tag kOtePrgKey{"ote/prgkey"};
inline constexpr Tag kOteU{"ote/u"};
inline constexpr Tag kOteChi{"ote/chi"};
inline constexpr Tag kOteT{"ote/t"};
inline constexpr Tag kRvGadget{"rv/gadget"};
inline constexpr Tag kRvBind{"rv/bind"};
inline constexpr Tag kRvRow{"rv/row"};
inline constexpr Tag kRvAtLeaf{"rv/at/leaf"};
inline constexpr Tag kRvAt{"rv/at"};
inline constexpr Tag kRvTheta{"rv/theta"};
inline constexpr Tag kRvMuLeaf{"rv/mu/leaf"};
inline constexpr Tag kRvMu{"rv/mu"};
// Signing.
inline constexpr Tag kSgHedge{"sg/hedge"};
inline constexpr Tag kSgCom{"sg/com"};
inline constexpr Tag kSgEcho{"sg/echo"};
inline constexpr Tag kSgReceipt{"sg/receipt"};
inline constexpr Tag kSgShown{"sg/shown"};
inline constexpr Tag kSgShare{"sg/share"};
inline constexpr Tag kSgBlame{"sg/blame"};
inline constexpr Tag kPokBlame{"pok/blame"};
// Passkeys and sessions.
inline constexpr Tag kCeremonyToken{"ceremony/token"};
inline constexpr Tag kCeremony{"ceremony/challenge"};
inline constexpr Tag kCredentialName{"credential/name"};
inline constexpr Tag kSessionSeed{"session/seed"};
inline constexpr Tag kSessionToken{"session/token"};
// Schnorr signatures. The two of BIP-340 and BIP-341 are hashed with the tag's own hash as context, which
// gives the tagged hash of those documents.
inline constexpr Tag kFrostEcho{"frost/echo"};
inline constexpr Tag kBip340Challenge{"BIP0340/challenge"};
inline constexpr Tag kTapTweak{"TapTweak"};
// Replicated records.
inline constexpr Tag kAttest{"attest"};
inline constexpr Tag kAttestAnswer{"attest/answer"};
inline constexpr Tag kAdmin{"admin"};
inline constexpr Tag kReplicaVersion{"replica/version"};
inline constexpr Tag kReplicaAccepted{"replica/accepted"};
inline constexpr Tag kRecordId{"record/id"};
inline constexpr Tag kScopeId{"scope/id"};
inline constexpr Tag kScopeToken{"scope/token"};
inline constexpr Tag kAccountId{"account/id"};
inline constexpr Tag kIdentifier{"account/identifier"};
inline constexpr Tag kDkgProposal{"kg/proposal"};
inline constexpr Tag kRefreshProposal{"refresh/proposal"};
// Peers.
inline constexpr Tag kManifestStatement{"passport manifest"};
inline constexpr Tag kPeerBind{"peer/bind"};
}  // namespace tag

}  // namespace passport::crypto
