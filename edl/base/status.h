// Every refusal in the project, numbered in blocks per module; numbers are never reused.
#pragma once

#include <cstdint>

namespace passport {

enum class Status : std::uint16_t {
  kOk = 0,

  // 1-99: the boundary between host and enclave (boundary.md 3.4). The host sees only these.
  kBadFormat = 1,
  kBadPhase = 2,
  kBadSession = 3,
  kDenied = 4,
  kLimit = 5,
  kNotFound = 6,
  kBusy = 7,
  kAborted = 8,
  kCrypto = 9,
  kInternal = 10,

  // 100-199: encodings (edl/base, trusted/json, trusted/eth).
  kMalformed = 100,  // bytes that no encoder of ours made
  kTooLong = 101,    // over a stated limit
  kBadBase64 = 102,
  kBadHex = 103,
  kJsonSyntax = 110,
  kJsonDepth = 111,
  kJsonDuplicateKey = 112,
  kJsonSize = 113,
  kJsonNumber = 114,  // a number outside what is exact
  kJsonType = 115,    // wrong type or missing member
  kJsonUtf8 = 116,
  kNumberAmbiguous = 120,  // an unprefixed number of more than one digit
  kNumberRange = 121,
  kTxType = 122,
  kTxField = 123,
  kTxAddress = 124,
  kTypedDataShape = 130,
  kTypedDataType = 131,
  kTypedDataValue = 132,
  kTypedDataDepth = 133,

  // 200-299: cryptography and sealing.
  kDecrypt = 200,
  kBadSignature = 201,
  kBadKey = 202,
  kBadPoint = 203,
  kBadScalar = 204,
  kWrongCurve = 205,  // a key of another curve
  kUnseal = 210,
  kSealVersion = 211,
  kRollback = 212,

  // 300-399: peers.
  kHandshake = 300,
  kPeerUnknown = 301,
  kPeerVersion = 302,
  kPeerManifest = 303,
  kPeerReplay = 304,
  kManifestSize = 320,          // no nodes, or too many
  kManifestThreshold = 321,     // t < 2 or t > n
  kManifestOverlap = 322,       // 2t <= n: two signing sets need not share a node
  kManifestQuorum = 323,        // keygen_quorum outside t to n
  kManifestParties = 324,       // rows are not the parties 1 to n in order
  kManifestKeys = 325,          // a key that is zero or occurs twice
  kManifestAddress = 326,       // an address that is empty or too long
  kManifestMeasurements = 327,  // too many, or none in production
  kManifestSuccessor = 328,     // not the first manifest, or not the next one of this network
  kManifestSignature = 329,     // a wrong signature, or one by a stranger
  kManifestSigners = 330,       // too few operators signed

  // 340-349: sealing. What an enclave finds wrong with a whole store that is its own:
  kSealKeyEpoch = 340,     // some records are still sealed under the keys before
  kCounterRollback = 341,  // the store is older than the TPM's counter
  kCounterForeign = 342,   // it was written beside another counter
  kCounterMissing = 343,   // it was written beside a counter, and there is none
  // Shares of a quorum's key (sealing/quorum.h).
  kQuorumShare = 344,  // it is not that holder's share of this key
  kQuorumFew = 345,    // fewer shares than the key needs

  // 350-369: attestation (trusted/claims): in the order in which they are judged.
  kAttestNonce = 350,        // claims for another nonce: stale, or of another session
  kAttestClaims = 351,       // claims and evidence contradict each other
  kAttestReportData = 352,   // the evidence is for other claims
  kAttestKeys = 353,         // claims of other keys than the peer's
  kAttestNode = 354,         // claims of another node, manifest or start
  kAttestSimulated = 355,    // simulated, and the policy does not allow that
  kAttestDebug = 356,        // for development, and the policy does not allow that
  kAttestProvider = 357,     // the policy does not name the provider
  kAttestRoot = 358,         // neither a trusted root nor an enrolled attester
  kAttestExpired = 359,      // certificates of the evidence are not valid now
  kAttestTcb = 360,          // security versions of the platform below the minimum
  kAttestPlatform = 361,     // the policy does not name what the platform started
  kAttestMeasurement = 362,  // the policy does not name the enclave's image
  kAttestSigner = 363,       // nor the signer of the release
  kAttestSvn = 364,          // its security version is below the minimum
  kAttestLayers = 365,       // a required layer of confinement is missing
  kAttestRollback = 366,     // weaker protection against old disks than the minimum
  kAttestUnavailable = 367,  // no evidence, or nobody to verify it, in time
  kPolicyFile = 368,         // no policy file
  kPolicyWeaker = 369,       // it cannot be compared with the one in force, which cannot be read

  // 370-379: evidence that proves nothing (trusted/attest, trusted/verifier).
  kEvidenceFormat = 370,     // not exactly the provider's format, or over a bound
  kEvidenceProvider = 371,   // of a provider that is not verified here
  kEvidenceAlgorithm = 372,  // signed with another algorithm or curve than the provider's
  kEvidenceSignature = 373,
  kEvidenceChain = 374,     // a certificate is missing, not a CA's, or not signed by the one above it
  kEvidenceValidity = 375,  // there is no time at which all certificates are valid
  kEvidenceBinding = 376,   // parts that do not belong together: of another report, key or measurement
  kEvidenceTcb = 377,       // security versions that the certificate does not speak of
  kEvidenceKey = 378,       // the attesting key may sign other things than evidence
  kEvidenceGuest = 379,     // a state of the guest that is not accepted: migration, a lower privilege level

  // 380-389: policies and operators' statements.
  kPolicyVersion = 380,      // not a later version of the policy, or more than 100 later
  kPolicyUnconfirmed = 381,  // whether the policy in force is the latest is still being asked of peers
  kStatementLife = 382,      // it says that it is valid for longer than statements may be

  // 390-399: passkeys (trusted/webauthn).
  kWebauthnFormat = 390,       // not the JSON or CBOR that WebAuthn prescribes, or over a bound
  kWebauthnType = 391,         // client data of another ceremony
  kWebauthnChallenge = 392,    // it is not the challenge that was given
  kWebauthnOrigin = 393,       // of a page that the scope does not name, or framed by another one
  kWebauthnRpId = 394,         // for another relying party
  kWebauthnFlags = 395,        // the user was not present or not verified, or flags contradict each other
  kWebauthnAlgorithm = 396,    // neither ES256 nor RS256
  kWebauthnKey = 397,          // not a usable key of that algorithm
  kWebauthnAttestation = 398,  // a statement that does not verify, or that the scope does not accept
  kWebauthnCounter = 399,      // it has not risen: there are two authenticators with this credential

  // 400-409: ceremonies and sessions (trusted/passkey).
  kCeremonyTokens = 400,   // made by too few enclaves of this network, or not for this
  kCeremonyExpired = 401,  // its 60 s are over
  kSessionToken = 402,     // not a session token of ours

  // 460-469: backups (trusted/core).
  kBackupStore = 460,     // the enclave has records of its own
  kBackupOther = 461,     // the statement is for another backup, or for another enclave
  kBackupEpoch = 462,     // the key epoch is not above the one of the backup
  kBackupSvn = 463,       // the release is older than the one that made the backup
  kBackupContent = 464,   // not the records of the node that the statement names
  kBackupRestored = 465,  // all is stored, and the enclave has to start anew

  // 480-489: policies that are weaker than the one in force, by the member that is (claims::WeakerMember).
  kWeakerProviders = 480,      // a provider that is not accepted now
  kWeakerProviderRules = 481,  // less is asked of one that is
  kWeakerMeasurements = 482,
  kWeakerSigners = 483,
  kWeakerSvn = 484,
  kWeakerAge = 485,
  kWeakerLayers = 486,
  kWeakerRollback = 487,
  kWeakerSimulated = 488,
  kWeakerDebug = 489,
};

}  // namespace passport
