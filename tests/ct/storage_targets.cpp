// Sealed records and client envelopes: keys and contents are secret, what the host stores or the client sent
// is not.
#include "sealing/head.h"
#include "sealing/quorum.h"
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "tests/sim/fixture_keys.h"
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
  sealing::RecordIndex index(sealer.IndexKey({0, 2}));
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
  const bool matches = index.VerifyLoaded(head).ok();
  Publish(matches);  // the verdict
  Require(matches, "the head matches");
  Bytes sealed = sealing::SealHead(sealer, head, rng);
  Publish(sealed);  // the host stores it
  const auto opened = sealing::UnsealHead(sealer, sealed);
  Require(opened.ok() && HasSecretBits(opened.value().head.records_hash), "the head opens");
}

void QuorumKey() {
  SecretRng rng(4);
  std::map<PartyIndex, crypto::X25519PublicKey> holders;
  std::map<PartyIndex, crypto::SecretKey32> secrets;
  for (std::uint16_t party = 1; party <= 3; ++party) {
    const crypto::SecretKey32& secret = secrets.emplace(PartyIndex{party}, rng.Key()).first->second;
    holders[{party}] = crypto::PublicX25519(secret);
    Publish(holders[{party}]);  // named in the operators' statement
  }
  auto made = sealing::MakeQuorumKey(Hash32{5}, {1, 1}, 2, holders, rng);
  Require(made.ok() && HasSecretBits(made.value().key.commitment), "the key has lost its secret");
  sealing::QuorumKey key = made.value().key;
  Publish(key.id);  // what is public of a key is kept beside what it seals
  Publish(key.commitment);
  for (auto& [holder, share] : key.shares) {
    Publish(share.commitment);
    Publish(share.sealed);
  }
  const crypto::SecretKey32 own = rng.Key();
  const crypto::X25519PublicKey to = crypto::PublicX25519(own);
  Publish(to);
  sealing::QuorumCollector collector(key, Hash32{6});
  for (const PartyIndex holder : {PartyIndex{1}, PartyIndex{3}}) {
    const auto share = sealing::OpenQuorumShare(key, holder, secrets.at(holder));
    Require(share.ok() && HasSecretBits(share.value().Expose()), "the share has lost its secret");
    const Bytes sealed = sealing::HandOverShare(key, holder, share.value(), to, Hash32{6}, rng).value();
    Publish(sealed);  // sent through the host
    Require(collector.Take(holder, sealed, own).ok(), "the share is taken");
  }
  const auto sealer = collector.Finish();
  Require(sealer.ok(), "two shares make the key");
}

void EnvelopeKey() {
  crypto::SeededRng rng(3);
  auth::KeyOpener opener;
  opener.AddKey(crypto::EnvelopeKey::Parse(ParseBase64(sim::kEnvelopeKeyPkcs8).value()).value());
  const auto aes_key = rng.Array<32>();
  const auto open = [&](const std::string& text) {
    const Bytes header = crypto::SealToEnvelope(opener.keys().front().public_spki(), AsBytes(text)).value();
    return opener.Open(ToBase64(header));
  };
  std::string text = ToBase64(aes_key);
  const auto key = open(text);
  Require(key.ok() && HasSecretBits(key.value()), "the AES key has lost its secret");
  Publish(key.value().Expose());  // to look at it
  Require(key.value().Expose() == aes_key, "the AES key is the one that was sent");
  text[7] = '-';  // the other alphabet
  Require(!open(text).ok(), "text that is not base64");
}

}  // namespace passport::ct
