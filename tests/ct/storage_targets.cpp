// Sealed records and client envelopes: keys and contents are secret, what the host stores or the client sent
// is not.
#include "sealing/head.h"
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "trusted/auth/envelope.h"

namespace passport::ct {

namespace {

sealing::Sealer SecretSealer(crypto::Rng& rng) {
  sealing::SealingKeys keys;
  keys.unique = rng.Key();
  keys.product = rng.Key();
  keys.svn = 3;
  return sealing::Sealer(std::move(keys));
}

}  // namespace

void Sealing() {
  SecretRng rng(1);
  const sealing::Sealer sealer = SecretSealer(rng);
  Bytes plaintext(200);
  rng.Fill(plaintext);
  for (const auto policy : {sealing::SealPolicy::kUnique, sealing::SealPolicy::kProduct}) {
    sealing::RecordHeader header;
    header.policy = policy;
    header.type = 7;
    Bytes blob = sealer.Seal(header, plaintext, rng);
    Require(HasSecretBits(blob), "the blob has lost its secret");
    Publish(blob);  // the host stores it
    const auto opened = sealer.Unseal(7, RecordId{}, blob);
    Require(opened.ok() && HasSecretBits(opened.value().plaintext.Expose()), "the record opens");
    for (const std::size_t at : {110u, 200u}) {  // key commitment, ciphertext
      blob[at] ^= 1;
      Require(!sealer.Unseal(7, RecordId{}, blob).ok(), "a forged record");
      blob[at] ^= 1;
    }
  }
}

void RecordIndex() {
  SecretRng rng(2);
  const sealing::Sealer sealer = SecretSealer(rng);
  sealing::RecordIndex index(sealer.IndexKey(2));
  const Bytes blob(300);
  for (std::uint8_t i = 1; i < 4; ++i) {
    RecordId id;
    id.bytes[31] = i;
    index.Put(id, 1, blob);
    index.Put(id, 2, blob);
  }
  Require(HasSecretBits(index.hash()), "the index has lost its secret");
  sealing::Head head;
  head.record_count = index.count();
  head.records_hash = index.hash();
  Require(index.VerifyLoaded(head).ok(), "the head matches");
  Bytes sealed = sealing::SealHead(sealer, head, rng);
  Publish(sealed);  // the host stores it
  const auto opened = sealing::UnsealHead(sealer, sealed);
  Require(opened.ok() && HasSecretBits(opened.value().head.records_hash), "the head opens");
}

namespace {

// Whether the next EnvelopeKey::Open is to give a secret: what RSA gave, from the moment it is ours.
bool poison_opened = false;

}  // namespace

}  // namespace passport::ct

// The linker sends calls of crypto::EnvelopeKey::Open here (tests/ct/CMakeLists.txt): RSA itself is
// OpenSSL's.
extern "C" passport::Result<passport::crypto::SecretBytes>
__real_EnvelopeOpen(const passport::crypto::EnvelopeKey* key, passport::ByteSpan ciphertext) asm(
    "__real__ZNK8passport6crypto11EnvelopeKey4OpenESt4spanIKhLm18446744073709551615EE");
extern "C" passport::Result<passport::crypto::SecretBytes>
__wrap_EnvelopeOpen(const passport::crypto::EnvelopeKey* key, passport::ByteSpan ciphertext) asm(
    "__wrap__ZNK8passport6crypto11EnvelopeKey4OpenESt4spanIKhLm18446744073709551615EE");
passport::Result<passport::crypto::SecretBytes> __wrap_EnvelopeOpen(const passport::crypto::EnvelopeKey* key,
                                                                    passport::ByteSpan ciphertext) {
  auto opened = __real_EnvelopeOpen(key, ciphertext);
  if (opened.ok() && passport::ct::poison_opened) passport::ct::Poison(opened.value().ExposeMutable());
  return opened;
}

namespace passport::ct {

void EnvelopeKey() {
  crypto::SeededRng rng(3);
  auth::KeyOpener opener;
  opener.AddKey(crypto::EnvelopeKey::Generate());
  const std::string text = ToBase64(rng.Array<32>());
  const Bytes header = crypto::SealToEnvelope(opener.keys().front().public_spki(), AsBytes(text)).value();
  poison_opened = true;
  const auto key = opener.Open(ToBase64(header));
  Require(key.ok() && HasSecretBits(key.value()), "the AES key has lost its secret");
  const auto again = opener.Open(ToBase64(header));
  Require(again.ok() && HasSecretBits(again.value()), "the remembered AES key has lost its secret");
}

}  // namespace passport::ct
