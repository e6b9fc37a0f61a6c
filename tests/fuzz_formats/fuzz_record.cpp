// Every record that an enclave stores, and every form that leaves one and is not a message between cores:
// what is read encodes to the bytes it was read from. First byte: which form.
#include "trusted/core/changes.h"
#include "trusted/core/key_state.h"
#include "trusted/core/made_keys.h"
#include "trusted/core/refresh_book.h"
#include "trusted/curve/ed25519.h"
#include "trusted/dkg/certificate.h"
#include "trusted/frost/messages.h"
#include "trusted/policy/account.h"
#include "trusted/policy/scope.h"
#include "trusted/reshare/activation.h"
#include "trusted/reshare/notice.h"
#include "trusted/reshare/repair.h"
#include "trusted/transfer/export.h"
#include "trusted/transfer/import.h"

using namespace passport;

namespace {

using curve::Ed25519;
using curve::Secp256k1;

template <class T>
Result<Bytes> Again(ByteSpan bytes) {
  PASSPORT_TRY(const T parsed, T::Parse(bytes));
  if constexpr (requires { parsed.EncodeSecret(); }) {
    return ToBytes(parsed.EncodeSecret().Expose());
  } else {
    return parsed.Encode();
  }
}

Result<Bytes> AgainChange(ByteSpan bytes) {
  PASSPORT_TRY(const core::Change parsed, core::ParseChange(bytes));
  return core::EncodeChange(parsed);
}

Result<Bytes> AgainEnvelopeKeys(ByteSpan bytes) {
  PASSPORT_TRY(const std::vector<Bytes> parsed, core::ParseEnvelopeKeys(bytes));
  return core::EncodeEnvelopeKeys(parsed);
}

// What a core keeps for itself is read by the part that keeps it.
struct OwnRecords {
  peer::Manifest manifest;
  core::Outbox outbox;
  crypto::SeededRng rng{1};
  core::RecordBook records{sealing::SealingKeys{}, 1, outbox, rng};
};

Result<Bytes> AgainRefreshBook(ByteSpan bytes) {
  OwnRecords own;
  core::RefreshBook book(own.manifest, {1}, own.records);
  PASSPORT_TRY_VOID(book.Load(bytes));
  return book.Encode();
}

Result<Bytes> AgainMadeKeys(ByteSpan bytes) {
  OwnRecords own;
  core::MadeKeys made(own.records);
  PASSPORT_TRY_VOID(made.Load(bytes));
  return made.Encode();
}

// New forms go to the end: the corpus knows them by their place.
constexpr Result<Bytes> (*kForms[])(ByteSpan) = {
    Again<policy::Account>,
    Again<policy::Scope>,
    Again<core::KeyState>,
    AgainChange,
    AgainEnvelopeKeys,
    AgainRefreshBook,
    AgainMadeKeys,
    Again<sharing::KeyShareOf<Secp256k1>>,
    Again<sharing::KeyShareOf<Ed25519>>,
    Again<dkg::KeyCertificateOf<Secp256k1>>,
    Again<dkg::KeyCertificateOf<Ed25519>>,
    Again<dkg::OpeningOf<Ed25519>>,
    Again<dkg::ConfirmationOf<Ed25519>>,
    Again<reshare::Activation>,
    Again<reshare::Notice>,
    Again<reshare::RepairPartOf<Secp256k1>>,
    Again<reshare::RepairSumOf<Secp256k1>>,
    Again<reshare::RepairPartOf<Ed25519>>,
    Again<reshare::RepairSumOf<Ed25519>>,
    Again<transfer::ExportedShare>,
    Again<transfer::ImportOfferOf<Secp256k1>>,
    Again<frost::NonceCommitmentOf<Secp256k1>>,
    Again<frost::SignatureShareOf<Secp256k1>>,
    Again<frost::NonceCommitmentOf<Ed25519>>,
    Again<frost::SignatureShareOf<Ed25519>>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan input(data + 1, size - 1);
  const auto again = kForms[data[0] % std::size(kForms)](input);
  if (again.ok()) PASSPORT_CHECK(Equal(again.value(), input));
  return 0;
}
