#include "edl/words/advice.h"

namespace passport {
namespace {

// A code and its name.
#define PASSPORT_CODE(name) Status::name, #name

struct Row {
  Status status;
  std::string_view name;
  std::string_view wrong;
  std::string_view next;
};

constexpr std::string_view kCopyAgain = "copy it again, whole, or make it again";
constexpr std::string_view kSeeHealth = "the node's GET /health says what is missing and what to do";
constexpr std::string_view kSameVersion = "use the passport program of the node's own version";
constexpr std::string_view kTryAgain = "try again in a moment";
constexpr std::string_view kRestore = "restore the newest copy of the node's data folder";
constexpr std::string_view kNewManifest = "make the manifest again with `passport manifest init`";
constexpr std::string_view kWriteAgain = "correct it";
constexpr std::string_view kNextVersion =
    "GET /enclave of the node names the policy in force; sign a file with a later version";
constexpr std::string_view kStricter =
    "what is asked once stays asked: sign a file that asks at least as much; only what no session ever "
    "opened under is lowered again (`passport admin policy --recover`)";
constexpr std::string_view kScopePage = "use the page that the configuration of the scope names";
constexpr std::string_view kDistrust = "do not rely on this node until its operator has explained it";
constexpr std::string_view kOtherPolicy =
    "run the node as the policy demands, or have t operators sign another policy";
constexpr std::string_view kOtherEvidence =
    "ask again; if it stays so, somebody between you and the node changes what it says";

constexpr Row kRows[] = {
    {PASSPORT_CODE(kOk), "nothing is wrong", "go on"},
    {PASSPORT_CODE(kBadFormat), "the node does not know a call of this form", kSameVersion},
    {PASSPORT_CODE(kBadPhase),
     "the node is not far enough for this: it has not read its records or has no manifest", kSeeHealth},
    {PASSPORT_CODE(kBadSession), "the enclave does not know this session", kTryAgain},
    {PASSPORT_CODE(kDenied), "the enclave does not allow it", kSeeHealth},
    {PASSPORT_CODE(kLimit), "a limit of the node is reached", kTryAgain},
    {PASSPORT_CODE(kNotFound), "the node does not have it", "check the name and the --node URL"},
    {PASSPORT_CODE(kBusy), "the node is busy", kTryAgain},
    {PASSPORT_CODE(kAborted), "the nodes broke off", kTryAgain},
    {PASSPORT_CODE(kCrypto), "a cryptographic check failed", kCopyAgain},
    {PASSPORT_CODE(kInternal), "the node failed inside", "look at its log and restart it"},
    {PASSPORT_CODE(kMalformed), "it is damaged, cut short, or of another kind", kCopyAgain},
    {PASSPORT_CODE(kTooLong), "it is longer than a node takes", kWriteAgain},
    {PASSPORT_CODE(kBadBase64), "a character is not base64, or some are missing at the end", kCopyAgain},
    {PASSPORT_CODE(kBadHex), "a character is no hexadecimal digit, or the number of digits is odd",
     kCopyAgain},
    {PASSPORT_CODE(kJsonSyntax), "a bracket, quote, comma or value is missing or wrong", kWriteAgain},
    {PASSPORT_CODE(kJsonDepth), "it is nested too deeply", kWriteAgain},
    {PASSPORT_CODE(kJsonDuplicateKey), "a key occurs twice in one object", kWriteAgain},
    {PASSPORT_CODE(kJsonSize), "it is too large", kWriteAgain},
    {PASSPORT_CODE(kJsonNumber), "a number is not one that every reader takes for the same",
     "write it as a text"},
    {PASSPORT_CODE(kJsonType), "a member is missing or of the wrong type", kWriteAgain},
    {PASSPORT_CODE(kJsonUtf8), "it is not UTF-8", "save it as UTF-8"},
    {PASSPORT_CODE(kNumberAmbiguous), "a number without prefix could be hexadecimal or decimal",
     "write hexadecimal numbers with 0x"},
    {PASSPORT_CODE(kNumberRange), "a number is too large or negative", kWriteAgain},
    {PASSPORT_CODE(kTxType), "the type of the transaction is not supported",
     "use a legacy, EIP-2930 or EIP-1559 transaction"},
    {PASSPORT_CODE(kTxField), "a field is missing, unknown, or belongs to another type of transaction",
     kWriteAgain},
    {PASSPORT_CODE(kTxAddress), "an address is not 0x and 40 hexadecimal digits, or its checksum is wrong",
     "copy the address again"},
    {PASSPORT_CODE(kTypedDataShape), "types, primaryType, domain or message is missing or of the wrong form",
     kWriteAgain},
    {PASSPORT_CODE(kTypedDataType), "a type is not one of EIP-712, or is not defined", kWriteAgain},
    {PASSPORT_CODE(kTypedDataValue), "a value is missing or does not fit its type", kWriteAgain},
    {PASSPORT_CODE(kTypedDataDepth), "its types are nested too deeply", kWriteAgain},
    {PASSPORT_CODE(kDecrypt), "it does not decrypt with this key", "check that the key belongs to it"},
    {PASSPORT_CODE(kBadSignature), "the signature is not that key's of this data",
     "check that the data, the signature and the key belong together"},
    {PASSPORT_CODE(kBadKey), "it is not a key of the kind that is needed here",
     "check that it is the right file"},
    {PASSPORT_CODE(kBadPoint), "it is no point of the curve", kCopyAgain},
    {PASSPORT_CODE(kBadScalar), "it is zero or not below the order of the curve", kCopyAgain},
    {PASSPORT_CODE(kWrongCurve), "it is a key of another curve", "check that it is the right file"},
    {PASSPORT_CODE(kUnseal), "it cannot be opened with this key", "check that the key belongs to it"},
    {PASSPORT_CODE(kSealVersion), "the records were sealed by a newer version", "install that version again"},
    {PASSPORT_CODE(kRollback),
     "the records are not those the enclave last left: another root or release key's, older, changed, or "
     "some "
     "are missing",
     "see GET /health of the node: it names the options that passportd may lack, --key-epoch among them, "
     "which stays on its command line after every change of keys"},
    {PASSPORT_CODE(kHandshake), "the handshake with the other node failed", kSameVersion},
    {PASSPORT_CODE(kPeerUnknown), "it names a node that this network does not have", "check the --node URLs"},
    {PASSPORT_CODE(kPeerVersion), "the other node speaks another version", kSameVersion},
    {PASSPORT_CODE(kPeerManifest), "the other node has another manifest", "give both the same manifest"},
    {PASSPORT_CODE(kPeerReplay), "it is an old one, taken before", "make a new one"},
    {PASSPORT_CODE(kManifestSize), "it has no nodes, or too many", kNewManifest},
    {PASSPORT_CODE(kManifestThreshold), "its threshold is below 2 or above the number of nodes",
     kNewManifest},
    {PASSPORT_CODE(kManifestOverlap), "with its threshold two sets of signers need not share a node",
     kNewManifest},
    {PASSPORT_CODE(kManifestQuorum),
     "the key generation quorum must be from the threshold to the number of nodes",
     "leave out --keygen-quorum or give another one"},
    {PASSPORT_CODE(kManifestParties), "its nodes are not numbered 1, 2, 3 in this order", kNewManifest},
    {PASSPORT_CODE(kManifestKeys), "two nodes or operators have one key, or a key is missing",
     "give each node and operator once"},
    {PASSPORT_CODE(kManifestAddress), "the address of a node is empty or too long", "correct --node"},
    {PASSPORT_CODE(kManifestMeasurements),
     "a production network needs the measurement of every node's enclave", kNewManifest},
    {PASSPORT_CODE(kManifestSuccessor), "it is not the first manifest of a network", kNewManifest},
    {PASSPORT_CODE(kManifestSignature), "an operator's signature does not fit, or is a stranger's",
     "let the operators run `passport manifest sign` on an undamaged copy"},
    {PASSPORT_CODE(kManifestSigners), "operators have still to sign",
     "each of them runs `passport manifest sign --operator-key FILE` on it"},
    {PASSPORT_CODE(kSealKeyEpoch),
     "some records are still sealed under the root key or release key before this one",
     "start the node with the --previous-root-key or --previous-release-key of before until GET /health says "
     "that "
     "it is done"},
    {PASSPORT_CODE(kCounterRollback), "the records are older than the counter in the machine's TPM",
     kRestore},
    {PASSPORT_CODE(kCounterForeign), "the records were written beside the counter of another TPM",
     "start the node on the machine whose TPM it is"},
    {PASSPORT_CODE(kCounterMissing),
     "the records were written beside a counter in a TPM, and the node has none now",
     "start it with the --tpm2 option as before"},
    {PASSPORT_CODE(kQuorumShare), "it is not that operator's share of this key",
     "check that share and key belong together"},
    {PASSPORT_CODE(kQuorumFew), "operators have still to give their shares",
     "collect as many as the key needs"},
    {PASSPORT_CODE(kAttestNonce), "the claims are for another nonce: old, or of another session", kTryAgain},
    {PASSPORT_CODE(kAttestClaims), "the claims and their evidence contradict each other", kDistrust},
    {PASSPORT_CODE(kAttestReportData), "the evidence is for other claims", kDistrust},
    {PASSPORT_CODE(kAttestKeys), "the claims are of other keys than the manifest names for the node",
     kDistrust},
    {PASSPORT_CODE(kAttestNode), "the claims are of another node, manifest or start", kDistrust},
    {PASSPORT_CODE(kAttestSimulated), "the evidence is simulated, which proves nothing (allow_simulated)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestDebug), "the enclave runs for development and can be looked into (allow_debug)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestProvider), "the policy does not name the provider of the evidence (providers)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestRoot),
     "neither the root nor the attesting key of the evidence is in the policy (roots, attesters)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestExpired), "a certificate of the evidence is not valid now",
     "renew the machine's certificates, and check the clocks"},
    {PASSPORT_CODE(kAttestTcb), "the platform's firmware is too old (minimum_tcb, current_tcb)",
     "update the machine's firmware"},
    {PASSPORT_CODE(kAttestPlatform),
     "the policy does not name what the machine started (measurements of the "
     "provider)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestMeasurement), "the policy does not name the enclave's image (measurements)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestSigner), "the policy does not name the signer of the release (signers)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestSvn), "the security version of the release is too old (minimum_svn)",
     "install a newer release"},
    {PASSPORT_CODE(kAttestLayers), "a layer of confinement that must hold does not (required_layers)",
     "GET /health of the node says which; start it so that it holds, or have t operators sign another "
     "policy"},
    {PASSPORT_CODE(kAttestRollback), "the protection against old disks is too weak (minimum_rollback)",
     kOtherPolicy},
    {PASSPORT_CODE(kAttestUnavailable), "there is no evidence, or nobody to verify it, in time",
     "look at the logs of passport-platform and passport-verifier"},
    {PASSPORT_CODE(kPolicyFile), "it is no policy file",
     "docs/attestation.md has its members; `passport admin policy` names the wrong one"},
    {PASSPORT_CODE(kPolicyWeaker),
     "the policy in force cannot be read by this version of the node, so nothing can be compared with it",
     "start the version that took it, or replace it for these starts: `passport admin policy --recover`"},
    {PASSPORT_CODE(kPolicyVersion),
     "its version is not one to 100 above that of the policy in force (version)", kNextVersion},
    {PASSPORT_CODE(kPolicyUnconfirmed), "the node still asks the others whether its policy is the latest",
     kSeeHealth},
    {PASSPORT_CODE(kStatementLife), "it is valid for longer than 30 days, which no statement may be",
     "make it again with the passport program of the node's own version"},
    {PASSPORT_CODE(kWeakerProviders), "it accepts a provider that the policy in force does not (providers)",
     kStricter},
    {PASSPORT_CODE(kWeakerProviderRules),
     "it asks less of a provider than the policy in force (measurements, minimum_tcb or current_tcb in "
     "providers)",
     kStricter},
    {PASSPORT_CODE(kWeakerMeasurements), "it does not ask for images any more (measurements)", kStricter},
    {PASSPORT_CODE(kWeakerSigners), "it does not ask for the signer of releases any more (signers)",
     kStricter},
    {PASSPORT_CODE(kWeakerSvn), "its minimum_svn is below that of the policy in force", kStricter},
    {PASSPORT_CODE(kWeakerAge), "its evidence_age_max_s is above that of the policy in force", kStricter},
    {PASSPORT_CODE(kWeakerLayers), "a layer that the policy in force asks for is not in required_layers",
     kStricter},
    {PASSPORT_CODE(kWeakerRollback), "its minimum_rollback is below that of the policy in force", kStricter},
    {PASSPORT_CODE(kWeakerSimulated), "allow_simulated is true, and in the policy in force it is not",
     kStricter},
    {PASSPORT_CODE(kWeakerDebug), "allow_debug is true, and in the policy in force it is not", kStricter},
    {PASSPORT_CODE(kEvidenceFormat), "the evidence does not have its provider's format", kOtherEvidence},
    {PASSPORT_CODE(kEvidenceProvider), "nobody here verifies evidence of that provider", kSameVersion},
    {PASSPORT_CODE(kEvidenceAlgorithm), "the evidence is signed with another algorithm than its provider's",
     kOtherEvidence},
    {PASSPORT_CODE(kEvidenceSignature), "a signature of the evidence is wrong", kOtherEvidence},
    {PASSPORT_CODE(kEvidenceChain),
     "a certificate of the evidence is missing, no authority's or not signed by the next",
     "let the node fetch its vendor's certificates again"},
    {PASSPORT_CODE(kEvidenceValidity), "the certificates of the evidence are never valid at one time",
     "let the node fetch its vendor's certificates again"},
    {PASSPORT_CODE(kEvidenceBinding), "parts of the evidence belong to different reports", kOtherEvidence},
    {PASSPORT_CODE(kEvidenceTcb), "the certificate does not speak of the platform's security versions",
     "let the node fetch its vendor's certificates again"},
    {PASSPORT_CODE(kEvidenceKey), "the attesting key may sign other things than evidence",
     "start the node with the passport-platform of its build"},
    {PASSPORT_CODE(kEvidenceGuest), "the guest is in a state that no policy accepts",
     "start it without migration, at level 0"},
    {PASSPORT_CODE(kBackupStore), "the node has records of its own",
     "restore a backup into a new node, with an empty data folder"},
    {PASSPORT_CODE(kBackupOther),
     "the statement is for another backup, or for the enclave of another new node",
     "make it again with `passport admin restore`"},
    {PASSPORT_CODE(kBackupEpoch), "the node's key epoch is not above the one of the backup",
     "start passportd there with an empty data folder, a new root key and a higher --key-epoch"},
    {PASSPORT_CODE(kBackupSvn),
     "the node's release has a lower security version than the one that made the backup",
     "install a newer release there"},
    {PASSPORT_CODE(kBackupContent),
     "the backup does not have the records of the node that the statement names",
     "check --party, and make the statement again with `passport admin restore`"},
    {PASSPORT_CODE(kBackupRestored), "the backup is restored, and the node waits for its next start",
     "restart passportd with the same options"},
    {PASSPORT_CODE(kWebauthnFormat),
     "it is not what a browser makes of a passkey, or longer than a node takes", kWriteAgain},
    {PASSPORT_CODE(kWebauthnType), "the passkey answered another kind of question", kTryAgain},
    {PASSPORT_CODE(kWebauthnChallenge), "the passkey answered another challenge than the one that was given",
     kTryAgain},
    {PASSPORT_CODE(kWebauthnOrigin), "it was made on a page that the scope does not name, or in a frame",
     kScopePage},
    {PASSPORT_CODE(kWebauthnRpId), "it was made for another relying party than that of the scope",
     kScopePage},
    {PASSPORT_CODE(kWebauthnFlags), "the user was not present or not verified", kTryAgain},
    {PASSPORT_CODE(kWebauthnAlgorithm), "the passkey signs with neither ES256 nor RS256",
     "use another authenticator"},
    {PASSPORT_CODE(kWebauthnKey), "the passkey has no usable key of its algorithm",
     "use another authenticator"},
    {PASSPORT_CODE(kWebauthnAttestation), "the authenticator's statement does not hold, or is not accepted",
     "use another authenticator"},
    {PASSPORT_CODE(kWebauthnCounter), "the passkey exists twice: its counter has not risen",
     "remove this passkey from the account and add a new one"},
    {PASSPORT_CODE(kCeremonyTokens), "the challenge was made by too few nodes, or for something else",
     kTryAgain},
    {PASSPORT_CODE(kCeremonyExpired), "the challenge is over", kTryAgain},
    {PASSPORT_CODE(kSessionToken), "it is no session token of this network", "sign in again"},
};

// What means something else there.
constexpr Row kOfManifest[] = {
    {PASSPORT_CODE(kDenied), "the node belongs to a network with another manifest",
     "compare the hash of `passport manifest show` with that of `passport attest`; a manifest cannot be "
     "replaced yet"},
    {PASSPORT_CODE(kPeerUnknown), "none of its rows has the keys of this node",
     "check the --node URL; before the network's first start make the manifest again with `passport manifest "
     "init`; later it means that the node's records are gone: restore the newest copy of its data folder, or "
     "a "
     "backup (`passport backup restore`); without one the network goes on without it"},
};
constexpr Row kOfBackup[] = {
    {PASSPORT_CODE(kBadPhase), "the node waits for a manifest, or a backup, and takes nothing else",
     kSeeHealth},
    {PASSPORT_CODE(kBusy), "another backup of this node is under way",
     "wait until it is done, or was left for 10 s"},
    {PASSPORT_CODE(kNotFound),
     "the node knows nothing of it: it was restarted meanwhile, or the operator has no share of this backup",
     "begin again"},
    {PASSPORT_CODE(kMalformed), "it is damaged, or what is in the backup is not the records of a node",
     "take another backup"},
    {PASSPORT_CODE(kUnseal),
     "it is not the next part of this backup: the file was changed, or put together of two",
     "get the file anew from where it is kept"},
    {PASSPORT_CODE(kDecrypt),
     "the share was handed over for another enclave, statement or backup, or was changed; if it is your own, "
     "the key is not the one that the backup names",
     "the operator runs `passport backup approve` with this statement, this backup and the key that he had "
     "when it was made"},
    {PASSPORT_CODE(kQuorumFew), "operators have still to hand over their shares",
     "more of them run `passport backup approve`"},
    {PASSPORT_CODE(kDenied), "fewer operators than the threshold signed it, or have shares of it",
     "let more of them run `passport admin sign`"},
    {PASSPORT_CODE(kBadSignature), "a signature in it is not that of the operator whom the manifest names",
     "make it again, and let each operator sign with the key of `passport manifest show`"},
    {PASSPORT_CODE(kPeerUnknown), "it is for another network or node",
     "check --node, --party and --manifest"},
    {PASSPORT_CODE(kPeerReplay),
     "the node took it or a newer one before, it has expired, or the node has no session with any other, so "
     "that "
     "it cannot tell the time",
     "see GET /health of the node, then make a new one"},
};
constexpr Row kOfStatement[] = {
    {PASSPORT_CODE(kMalformed), "it is damaged, or of a kind that the node does not know", kCopyAgain},
    {PASSPORT_CODE(kDenied),
     "not those signed it who must: `unban` and `refresh` need the node's own operator, `policy` as many "
     "operators as the threshold, `resume` these and a quorum of nodes that go on",
     "for `unban` and `refresh` use the key of that node's operator; for the others let more operators run "
     "`passport admin sign`, or make `resume` again with every node that goes on"},
    {PASSPORT_CODE(kPeerUnknown),
     "it is for another network or node, or a node that it names was restarted, or has taken another policy, "
     "since it was made",
     "check the --node URLs, then make it again"},
    {PASSPORT_CODE(kBadSignature), "a signature in it is not that of the operator whom the manifest names",
     "make it again, and let each operator sign with the key of `passport manifest show`"},
    {PASSPORT_CODE(kPeerReplay),
     "the node took it or a newer one before, it has expired, its time is ahead of the node's clock, or the "
     "node has no session with any other, so that it cannot tell the time",
     "see GET /health of the node, compare the clocks of both machines, then make it again; a policy for "
     "nodes without sessions with `passport admin policy --recover`"},
};

template <std::size_t N>
const Row* Find(const Row (&rows)[N], Status status) {
  for (const Row& row : rows) {
    if (row.status == status) return &row;
  }
  return nullptr;
}

// A line of a policy that an enclave may fail by its own claims or evidence.
bool IsRule(Status status) {
  return status >= Status::kAttestSimulated && status <= Status::kAttestRollback &&
         status != Status::kAttestExpired;
}

// A policy that the node itself does not satisfy: it would be out with it.
Refusal ExplainUnmet(const Row& row) {
  return {
      "the node itself does not satisfy the policy, whose nodes would refuse it: " + std::string(row.wrong),
      "GET /health of the node says what it lacks: start it so, then send the statement again; or have t "
      "operators sign another policy"};
}

}  // namespace

Refusal Explain(Status status, About about) {
  const Row* row = nullptr;
  if (about == About::kManifest) row = Find(kOfManifest, status);
  if (about == About::kStatement) row = Find(kOfStatement, status);
  if (about == About::kBackup) row = Find(kOfBackup, status);
  const bool unmet = about == About::kStatement && IsRule(status);
  if (row == nullptr) row = Find(kRows, status);
  if (row != nullptr && unmet) return ExplainUnmet(*row);
  if (row != nullptr) return {std::string(row->wrong), std::string(row->next)};
  return {"code " + std::to_string(static_cast<unsigned>(status)) + ", which this version does not know",
          std::string(kSameVersion)};
}

std::string_view NameOf(Status status) {
  const Row* row = Find(kRows, status);
  return row == nullptr ? std::string_view() : row->name;
}

}  // namespace passport
