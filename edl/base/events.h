// Every event the enclave reports through the `log` effect: a code, a request id, a peer and a number; never
// data.
#pragma once

#include <cstdint>
#include <string_view>

namespace passport {

// A decision is this enclave's own, under the request id of the client request that caused it (zero for the
// envelope key, which no client asked for). Its party is the node that asked: the leader of a signature, or
// the proposer of a change, whose word the request id is. No party: the gateway's word to its client, once
// for each request but a granted signature, for which the signers speak. Numbers are never reused.
enum class Event : std::uint16_t {
  kStarted = 1,          // value: boot counter
  kManifestTaken = 2,    // value: epoch
  kManifestRefused = 3,  // value: Status
  kRecordsRefused = 4,   // value: Status
  kRecordRefused = 5,    // a fetched record was not the stored one; value: Status
  kRecordForked = 6,     // the party signed two contents of one version of a record; value: version number
  kLayersMissing = 7,    // said at hello; value: layers of confinement that should hold and do not, also 0
  kLayer = 8,      // said at hello of every layer; value: its number | 256 * that of its state (layers.h)
  kPeerOpen = 10,  // value: attest::Provider of the evidence that was accepted
  kPeerLost = 11,
  kPeerRefused = 12,      // link cut; value: Status
  kPairReady = 13,        // value: attempt
  kPairBurned = 14,       // value: failures since an operator last cleared them
  kUnknownMessage = 15,   // of a kind, or about a record of a kind, that peers do not exchange; value: kind
  kRequest = 20,          // value: method number
  kDecisionGranted = 21,  // value: scope record version; of a change: the record version that it makes
  kDecisionRefused = 22,  // value: error code number; 65535: the version is not what its evidence makes
  kDecisionAccount = 23,  // after a grant that rests on an account; value: account record version
  kKeyMade = 30,          // value: holders
  kKeyAborted = 31,       // value: AbortReason
  kSigned = 32,           // value: milliseconds
  kSignAborted = 33,      // value: AbortReason; party: the culprit, if certain
  kSignRetry = 34,        // value: attempt
  // A share of a signature leaves this enclave. value: the first 8 bytes of the SHA-256 of R, low ones first;
  // of one enclave, never twice.
  kShareGiven = 35,
  kEnvelopeMade = 40,
  kAdminTaken = 50,    // value: statement number
  kAdminRefused = 51,  // value: Status
  // Presignatures. A hit or a miss is of one signature that this node leads.
  kPresignMade = 60,  // here, party: the leader; value: presignatures that this enclave holds
  kPresignHit = 61,   // value: likewise
  kPresignMiss = 62,  // value: likewise
  kPresignPool = 63,  // value: likewise, when it has changed, at most once a second
  // Dropped unused; value: how many.
  kPresignExpired = 64,
  kPresignEvicted = 65,
  kPresignPairLost = 66,
  kPresignRecordChanged = 67,
  kPresignUnconfirmed = 68,  // not all signers have said that they hold it
  // Refresh of keys (dkls23.md 7).
  kEpochActive = 80,     // a key signs with new shares from now on; value: their epoch
  kRefreshAborted = 81,  // of one key; value: AbortReason; party: the culprit, if certain
  kRefreshDone = 82,     // of all keys and setups, by the leader; value: keys since its start
  kRefreshFailed = 83,   // likewise
  // The blame round of a signature by more than two that did not verify. What is proved of a party is so by
  // its own signed words; every node judges for itself.
  kSignLie = 100,         // party: who has spoilt it; value: sign::Lie
  kSignUndefended = 101,  // party: a signer that has not defended its share, which proves nothing
  kDisputeRefused = 102,  // party: a leader that wants a defence for a signature that is not spoilt
  // Attestation. A session opens when each end has accepted the other's evidence.
  kAttestRefused = 120,     // the peer's was not accepted, link cut; value: Status, the policy's line
  kProofMissing = 121,      // this enclave has no evidence to show, link cut; value: Status
  kPolicyTaken = 122,       // value: version
  kAttestAgain = 123,       // link cut, so that the next session shows new evidence
  kAnswerRefused = 124,     // provision(PLATFORM) brought what nobody waits for, or a forgery; value: Status
  kPolicyReplaced = 125,    // taken without the network's time, for this start; value: version
  kPolicyUnmet = 126,       // this enclave does not satisfy the policy in force here; value: Status, its line
  kPolicyForked = 127,      // the peer has another policy of the same version; value: version
  kPolicyRolledBack = 128,  // the party showed a later policy than this start had, which is in force now or
                            // keeps all sessions shut; value: version
  kRefusedByPeer = 129,     // the peer does not accept this enclave's evidence; value: Status, its word
  // A share of a key that this node did not have (dkls23.md 7.8).
  kRepairDone = 90,  // here; value: helpers
  kRepairFailed =
      91,  // here, with this set of helpers; value: AbortReason; party: who is of no help, if one is
  kRepairHelped = 92,  // party: who gets the share; value: epoch of the key
  kShareStated =
      93,  // said to all nodes; value: 1: this node holds a share that the record lacks, 0: the reverse
  // The store (boundary.md 4). Records are sealed again under a new root key or a raised security version.
  kResealStarted = 110,   // value: records under older keys
  kResealProgress = 111,  // value: records left
  kResealDone = 112,      // the older keys open nothing here any more; value: records there were
  // The TPM's counter beside the head record.
  kCounterRaised = 113,   // disks from before are refused from now on; value: of the counter
  kCounterFailed = 114,   // tried again; value: Status
  kCounterRefused = 115,  // the whole store is older, or another counter's; value: Status
  kBackupBegun = 116,     // party: an operator who signed for it; value: records
  kRestoreBegun = 117,    // party: the node whose records they are; value: shares that are needed
  kRestoreShare = 118,    // party: the operator whose share it is; value: how many are still missing
  kRestoreDone = 119,     // stored, to be used by the next start; party as before; value: records
};

struct EventName {
  Event event;
  std::string_view name;
};
inline constexpr EventName kEventNames[] = {
    {Event::kStarted, "started"},
    {Event::kManifestTaken, "manifest_taken"},
    {Event::kManifestRefused, "manifest_refused"},
    {Event::kRecordsRefused, "records_refused"},
    {Event::kRecordRefused, "record_refused"},
    {Event::kRecordForked, "record_forked"},
    {Event::kLayersMissing, "layers_missing"},
    {Event::kLayer, "layer"},
    {Event::kPeerOpen, "peer_open"},
    {Event::kPeerLost, "peer_lost"},
    {Event::kPeerRefused, "peer_refused"},
    {Event::kPairReady, "pair_ready"},
    {Event::kPairBurned, "pair_burned"},
    {Event::kUnknownMessage, "unknown_message"},
    {Event::kRequest, "request"},
    {Event::kDecisionGranted, "decision_granted"},
    {Event::kDecisionRefused, "decision_refused"},
    {Event::kDecisionAccount, "decision_account"},
    {Event::kKeyMade, "key_made"},
    {Event::kKeyAborted, "key_aborted"},
    {Event::kSigned, "signed"},
    {Event::kSignAborted, "sign_aborted"},
    {Event::kSignRetry, "sign_retry"},
    {Event::kShareGiven, "share_given"},
    {Event::kEnvelopeMade, "envelope_made"},
    {Event::kAdminTaken, "admin_taken"},
    {Event::kAdminRefused, "admin_refused"},
    {Event::kPresignMade, "presign_made"},
    {Event::kPresignHit, "presign_hit"},
    {Event::kPresignMiss, "presign_miss"},
    {Event::kPresignPool, "presign_pool"},
    {Event::kPresignExpired, "presign_expired"},
    {Event::kPresignEvicted, "presign_evicted"},
    {Event::kPresignPairLost, "presign_pair_lost"},
    {Event::kPresignRecordChanged, "presign_record_changed"},
    {Event::kPresignUnconfirmed, "presign_unconfirmed"},
    {Event::kEpochActive, "epoch_active"},
    {Event::kRefreshAborted, "refresh_aborted"},
    {Event::kRefreshDone, "refresh_done"},
    {Event::kRefreshFailed, "refresh_failed"},
    {Event::kSignLie, "sign_lie"},
    {Event::kSignUndefended, "sign_undefended"},
    {Event::kDisputeRefused, "dispute_refused"},
    {Event::kAttestRefused, "attest_refused"},
    {Event::kProofMissing, "proof_missing"},
    {Event::kPolicyTaken, "policy_taken"},
    {Event::kAttestAgain, "attest_again"},
    {Event::kAnswerRefused, "answer_refused"},
    {Event::kPolicyReplaced, "policy_replaced"},
    {Event::kPolicyUnmet, "policy_unmet"},
    {Event::kPolicyForked, "policy_forked"},
    {Event::kPolicyRolledBack, "policy_rolled_back"},
    {Event::kRefusedByPeer, "refused_by_peer"},
    {Event::kRepairDone, "repair_done"},
    {Event::kRepairFailed, "repair_failed"},
    {Event::kRepairHelped, "repair_helped"},
    {Event::kShareStated, "share_stated"},
    {Event::kResealStarted, "reseal_started"},
    {Event::kResealProgress, "reseal_progress"},
    {Event::kResealDone, "reseal_done"},
    {Event::kCounterRaised, "counter_raised"},
    {Event::kCounterFailed, "counter_failed"},
    {Event::kCounterRefused, "counter_refused"},
    {Event::kBackupBegun, "backup_begun"},
    {Event::kRestoreBegun, "restore_begun"},
    {Event::kRestoreShare, "restore_share"},
    {Event::kRestoreDone, "restore_done"},
};

constexpr std::string_view NameOf(Event event) {
  for (const EventName& row : kEventNames) {
    if (row.event == event) return row.name;
  }
  return "unknown";
}

}  // namespace passport
