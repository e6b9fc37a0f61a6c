#include "tools/cli/advice.h"

#include "trusted/claims/policy.h"

namespace passport::cli {
namespace {

struct Row {
  Status status;
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
constexpr std::string_view kDistrust = "do not rely on this node until its operator has explained it";
constexpr std::string_view kOtherPolicy =
    "run the node as the policy demands, or have t operators sign another policy";
constexpr std::string_view kOtherEvidence =
    "ask again; if it stays so, somebody between you and the node changes what it says";

constexpr Row kRows[] = {
    {Status::kOk, "nothing is wrong", "go on"},
    {Status::kBadFormat, "the node does not know a call of this form", kSameVersion},
    {Status::kBadPhase, "the node is not far enough for this: it has not read its records or has no manifest",
     kSeeHealth},
    {Status::kBadSession, "the enclave does not know this session", kTryAgain},
    {Status::kDenied, "the enclave does not allow it", kSeeHealth},
    {Status::kLimit, "a limit of the node is reached", kTryAgain},
    {Status::kNotFound, "the node does not have it", "check the name and the --node URL"},
    {Status::kBusy, "the node is busy", kTryAgain},
    {Status::kAborted, "the nodes broke off", kTryAgain},
    {Status::kCrypto, "a cryptographic check failed", kCopyAgain},
    {Status::kInternal, "the node failed inside", "look at its log and restart it"},
    {Status::kMalformed, "it is damaged, cut short, or of another kind", kCopyAgain},
    {Status::kTooLong, "it is longer than a node takes", kWriteAgain},
    {Status::kBadBase64, "a character is not base64, or some are missing at the end", kCopyAgain},
    {Status::kBadHex, "a character is no hexadecimal digit, or the number of digits is odd", kCopyAgain},
    {Status::kJsonSyntax, "a bracket, quote, comma or value is missing or wrong", kWriteAgain},
    {Status::kJsonDepth, "it is nested too deeply", kWriteAgain},
    {Status::kJsonDuplicateKey, "a key occurs twice in one object", kWriteAgain},
    {Status::kJsonSize, "it is too large", kWriteAgain},
    {Status::kJsonNumber, "a number is not one that every reader takes for the same", "write it as a text"},
    {Status::kJsonType, "a member is missing or of the wrong type", kWriteAgain},
    {Status::kJsonUtf8, "it is not UTF-8", "save it as UTF-8"},
    {Status::kNumberAmbiguous, "a number without prefix could be hexadecimal or decimal",
     "write hexadecimal numbers with 0x"},
    {Status::kNumberRange, "a number is too large or negative", kWriteAgain},
    {Status::kTxType, "the type of the transaction is not supported",
     "use a legacy, EIP-2930 or EIP-1559 transaction"},
    {Status::kTxField, "a field is missing, unknown, or belongs to another type of transaction", kWriteAgain},
    {Status::kTxAddress, "an address is not 0x and 40 hexadecimal digits, or its checksum is wrong",
     "copy the address again"},
    {Status::kTypedDataShape, "types, primaryType, domain or message is missing or of the wrong form",
     kWriteAgain},
    {Status::kTypedDataType, "a type is not one of EIP-712, or is not defined", kWriteAgain},
    {Status::kTypedDataValue, "a value is missing or does not fit its type", kWriteAgain},
    {Status::kTypedDataDepth, "its types are nested too deeply", kWriteAgain},
    {Status::kDecrypt, "it does not decrypt with this key", "check that the key belongs to it"},
    {Status::kBadSignature, "the signature is not that key's of this data",
     "check that the data, the signature and the key belong together"},
    {Status::kBadKey, "it is not a key of the kind that is needed here", "check that it is the right file"},
    {Status::kBadPoint, "it is no point of the curve", kCopyAgain},
    {Status::kBadScalar, "it is zero or not below the order of the curve", kCopyAgain},
    {Status::kWrongCurve, "it is a key of another curve", "check that it is the right file"},
    {Status::kUnseal, "it cannot be opened with this key", "check that the key belongs to it"},
    {Status::kSealVersion, "the records were sealed by a newer version", "install that version again"},
    {Status::kRollback,
     "the records are not those the enclave last left: another root or release key's, older, changed, or "
     "some "
     "are missing",
     "see GET /health of the node"},
    {Status::kHandshake, "the handshake with the other node failed", kSameVersion},
    {Status::kPeerUnknown, "it names a node that this network does not have", "check the --node URLs"},
    {Status::kPeerVersion, "the other node speaks another version", kSameVersion},
    {Status::kPeerManifest, "the other node has another manifest", "give both the same manifest"},
    {Status::kPeerReplay, "it is an old one, taken before", "make a new one"},
    {Status::kManifestSize, "it has no nodes, or too many", kNewManifest},
    {Status::kManifestThreshold, "its threshold is below 2 or above the number of nodes", kNewManifest},
    {Status::kManifestOverlap, "with its threshold two sets of signers need not share a node", kNewManifest},
    {Status::kManifestQuorum, "the key generation quorum must be from the threshold to the number of nodes",
     "leave out --keygen-quorum or give another one"},
    {Status::kManifestParties, "its nodes are not numbered 1, 2, 3 in this order", kNewManifest},
    {Status::kManifestKeys, "two nodes or operators have one key, or a key is missing",
     "give each node and operator once"},
    {Status::kManifestAddress, "the address of a node is empty or too long", "correct --node"},
    {Status::kManifestMeasurements, "a production network needs the measurement of every node's enclave",
     kNewManifest},
    {Status::kManifestSuccessor, "it is not the first manifest of a network", kNewManifest},
    {Status::kManifestSignature, "an operator's signature does not fit, or is a stranger's",
     "let the operators run `passport manifest sign` on an undamaged copy"},
    {Status::kManifestSigners, "operators have still to sign",
     "each of them runs `passport manifest sign --operator-key FILE` on it"},
    {Status::kSealKeyEpoch, "some records are still sealed under the root key or release key before this one",
     "start the node with the --previous-root-key or --previous-release-key of before until GET /health says "
     "that "
     "it is done"},
    {Status::kCounterRollback, "the records are older than the counter in the machine's TPM", kRestore},
    {Status::kCounterForeign, "the records were written beside the counter of another TPM",
     "start the node on the machine whose TPM it is"},
    {Status::kCounterMissing, "the records were written beside a counter in a TPM, and the node has none now",
     "start it with the --tpm2 option as before"},
    {Status::kQuorumShare, "it is not that operator's share of this key",
     "check that share and key belong together"},
    {Status::kQuorumFew, "operators have still to give their shares", "collect as many as the key needs"},
    {Status::kAttestNonce, "the claims are for another nonce: old, or of another session", kTryAgain},
    {Status::kAttestClaims, "the claims and their evidence contradict each other", kDistrust},
    {Status::kAttestReportData, "the evidence is for other claims", kDistrust},
    {Status::kAttestKeys, "the claims are of other keys than the manifest names for the node", kDistrust},
    {Status::kAttestNode, "the claims are of another node, manifest or start", kDistrust},
    {Status::kAttestSimulated, "the evidence is simulated, which proves nothing (allow_simulated)",
     kOtherPolicy},
    {Status::kAttestDebug, "the enclave runs for development and can be looked into (allow_debug)",
     kOtherPolicy},
    {Status::kAttestProvider, "the policy does not name the provider of the evidence (providers)",
     kOtherPolicy},
    {Status::kAttestRoot,
     "neither the root nor the attesting key of the evidence is in the policy (roots, attesters)",
     kOtherPolicy},
    {Status::kAttestExpired, "a certificate of the evidence is not valid now",
     "renew the machine's certificates, and check the clocks"},
    {Status::kAttestTcb, "the platform's firmware is too old (minimum_tcb, current_tcb)",
     "update the machine's firmware"},
    {Status::kAttestPlatform,
     "the policy does not name what the machine started (measurements of the "
     "provider)",
     kOtherPolicy},
    {Status::kAttestMeasurement, "the policy does not name the enclave's image (measurements)", kOtherPolicy},
    {Status::kAttestSigner, "the policy does not name the signer of the release (signers)", kOtherPolicy},
    {Status::kAttestSvn, "the security version of the release is too old (minimum_svn)",
     "install a newer release"},
    {Status::kAttestLayers, "a layer of confinement that must hold does not (required_layers)",
     "GET /health of the node says which; start it so that it holds, or have t operators sign another "
     "policy"},
    {Status::kAttestRollback, "the protection against old disks is too weak (minimum_rollback)",
     kOtherPolicy},
    {Status::kAttestUnavailable, "there is no evidence, or nobody to verify it, in time",
     "look at the logs of passport-platform and passport-verifier"},
    {Status::kPolicyFile, "it is no policy file",
     "docs/attestation.md has its members; `passport admin policy` names the wrong one"},
    {Status::kPolicyWeaker, "it is no later version of the policy, or weaker than what is in force",
     "`passport attest` shows the version in force; minimums only rise, unless no session ever opened under "
     "them (`passport admin policy --recover`)"},
    {Status::kEvidenceFormat, "the evidence does not have its provider's format", kOtherEvidence},
    {Status::kEvidenceProvider, "nobody here verifies evidence of that provider", kSameVersion},
    {Status::kEvidenceAlgorithm, "the evidence is signed with another algorithm than its provider's",
     kOtherEvidence},
    {Status::kEvidenceSignature, "a signature of the evidence is wrong", kOtherEvidence},
    {Status::kEvidenceChain,
     "a certificate of the evidence is missing, no authority's or not signed by the next",
     "let the node fetch its vendor's certificates again"},
    {Status::kEvidenceValidity, "the certificates of the evidence are never valid at one time",
     "let the node fetch its vendor's certificates again"},
    {Status::kEvidenceBinding, "parts of the evidence belong to different reports", kOtherEvidence},
    {Status::kEvidenceTcb, "the certificate does not speak of the platform's security versions",
     "let the node fetch its vendor's certificates again"},
    {Status::kEvidenceKey, "the attesting key may sign other things than evidence",
     "start the node with the passport-platform of its build"},
    {Status::kEvidenceGuest, "the guest is in a state that no policy accepts",
     "start it without migration, at level 0"},
    {Status::kBackupStore, "the node has records of its own",
     "restore a backup into a new node, with an empty data folder"},
    {Status::kBackupOther, "the statement is for another backup, or for the enclave of another new node",
     "make it again with `passport admin restore`"},
    {Status::kBackupEpoch, "the node's key epoch is not above the one of the backup",
     "start passportd there with an empty data folder, a new root key and a higher --key-epoch"},
    {Status::kBackupSvn, "the node's release has a lower security version than the one that made the backup",
     "install a newer release there"},
    {Status::kBackupContent, "the backup does not have the records of the node that the statement names",
     "check --party, and make the statement again with `passport admin restore`"},
    {Status::kBackupRestored, "the backup is restored, and the node waits for its next start",
     "restart passportd with the same options"},
};

// What means something else there.
constexpr Row kOfManifest[] = {
    {Status::kDenied, "the node belongs to a network with another manifest",
     "compare the hash of `passport manifest show` with that of `passport attest`; a manifest cannot be "
     "replaced yet"},
    {Status::kPeerUnknown, "none of its rows has the keys of this node",
     "check the --node URL; before the network's first start make the manifest again with `passport manifest "
     "init`; later it means that the node's records are gone: restore the newest copy of its data folder, or "
     "a "
     "backup (`passport backup restore`); without one the network goes on without it"},
};
constexpr Row kOfBackup[] = {
    {Status::kBadPhase, "the node waits for a manifest, or a backup, and takes nothing else", kSeeHealth},
    {Status::kBusy, "another backup of this node is under way",
     "wait until it is done, or was left for 10 s"},
    {Status::kNotFound,
     "the node knows nothing of it: it was restarted meanwhile, or the operator has no share of this backup",
     "begin again"},
    {Status::kMalformed, "it is damaged, or what is in the backup is not the records of a node",
     "take another backup"},
    {Status::kUnseal, "it is not the next part of this backup: the file was changed, or put together of two",
     "get the file anew from where it is kept"},
    {Status::kDecrypt,
     "the share was handed over for another enclave, statement or backup, or was changed; if it is your own, "
     "the key is not the one that the backup names",
     "the operator runs `passport backup approve` with this statement, this backup and the key that he had "
     "when it was made"},
    {Status::kQuorumFew, "operators have still to hand over their shares",
     "more of them run `passport backup approve`"},
    {Status::kDenied, "fewer operators than the threshold signed it, or have shares of it",
     "let more of them run `passport admin sign`"},
    {Status::kBadSignature, "a signature in it is not that of the operator whom the manifest names",
     "make it again, and let each operator sign with the key of `passport manifest show`"},
    {Status::kPeerUnknown, "it is for another network or node", "check --node, --party and --manifest"},
    {Status::kPeerReplay,
     "the node took it or a newer one before, it has expired, or the node has no session with any other, so "
     "that "
     "it cannot tell the time",
     "see GET /health of the node, then make a new one"},
};
constexpr Row kOfStatement[] = {
    {Status::kMalformed, "it is damaged, or of a kind that the node does not know", kCopyAgain},
    {Status::kDenied,
     "not those signed it who must: `unban` and `refresh` need the node's own operator, `policy` as many "
     "operators as the threshold, `resume` these and a quorum of nodes that go on",
     "for `unban` and `refresh` use the key of that node's operator; for the others let more operators run "
     "`passport admin sign`, or make `resume` again with every node that goes on"},
    {Status::kPeerUnknown,
     "it is for another network or node, or a node that it names was restarted, or has taken another policy, "
     "since it was made",
     "check the --node URLs, then make it again"},
    {Status::kBadSignature, "a signature in it is not that of the operator whom the manifest names",
     "make it again, and let each operator sign with the key of `passport manifest show`"},
    {Status::kPeerReplay,
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
  const bool unmet = about == About::kStatement && !claims::RuleOf(status).empty();
  if (row == nullptr) row = Find(kRows, status);
  if (row != nullptr && unmet) return ExplainUnmet(*row);
  if (row != nullptr) return {std::string(row->wrong), std::string(row->next)};
  return {"code " + std::to_string(static_cast<unsigned>(status)) + ", which this version does not know",
          std::string(kSameVersion)};
}

}  // namespace passport::cli
