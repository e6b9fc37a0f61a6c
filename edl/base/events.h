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
  kPeerOpen = 10,
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
};

constexpr std::string_view NameOf(Event event) {
  switch (event) {
    case Event::kStarted:
      return "started";
    case Event::kManifestTaken:
      return "manifest_taken";
    case Event::kManifestRefused:
      return "manifest_refused";
    case Event::kRecordsRefused:
      return "records_refused";
    case Event::kRecordRefused:
      return "record_refused";
    case Event::kRecordForked:
      return "record_forked";
    case Event::kLayersMissing:
      return "layers_missing";
    case Event::kPeerOpen:
      return "peer_open";
    case Event::kPeerLost:
      return "peer_lost";
    case Event::kPeerRefused:
      return "peer_refused";
    case Event::kPairReady:
      return "pair_ready";
    case Event::kPairBurned:
      return "pair_burned";
    case Event::kUnknownMessage:
      return "unknown_message";
    case Event::kRequest:
      return "request";
    case Event::kDecisionGranted:
      return "decision_granted";
    case Event::kDecisionRefused:
      return "decision_refused";
    case Event::kDecisionAccount:
      return "decision_account";
    case Event::kKeyMade:
      return "key_made";
    case Event::kKeyAborted:
      return "key_aborted";
    case Event::kSigned:
      return "signed";
    case Event::kSignAborted:
      return "sign_aborted";
    case Event::kSignRetry:
      return "sign_retry";
    case Event::kShareGiven:
      return "share_given";
    case Event::kEnvelopeMade:
      return "envelope_made";
    case Event::kPresignMade:
      return "presign_made";
    case Event::kPresignHit:
      return "presign_hit";
    case Event::kPresignMiss:
      return "presign_miss";
    case Event::kPresignPool:
      return "presign_pool";
    case Event::kPresignExpired:
      return "presign_expired";
    case Event::kPresignEvicted:
      return "presign_evicted";
    case Event::kPresignPairLost:
      return "presign_pair_lost";
    case Event::kPresignRecordChanged:
      return "presign_record_changed";
    case Event::kPresignUnconfirmed:
      return "presign_unconfirmed";
    case Event::kAdminTaken:
      return "admin_taken";
    case Event::kAdminRefused:
      return "admin_refused";
  }
  return "unknown";
}

}  // namespace passport
