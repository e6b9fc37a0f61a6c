// The epochs of one key as this enclave knows them, and what nodes tell each other about them (dkls23.md
// 7.3).
#pragma once

#include "trusted/dkg/certificate.h"
#include "trusted/reshare/activation.h"

namespace passport::core {

// The stored form of a key that was ever refreshed; without one there is its generated epoch 0 alone.
struct KeyState {
  RecordId account;  // whose key it is
  reshare::Activation activation;
  std::map<std::uint64_t, dkg::KeyFacts> facts;  // of the epochs above 0 whose shares are held

  Bytes Encode() const;  // first byte 1
  static Result<KeyState> Parse(ByteSpan bytes);
  // The certificate of an epoch above 0, as far as it is complete.
  dkg::KeyCertificate CertificateOf(std::uint64_t epoch) const;
  const KeyId& key() const { return activation.key(); }
};

// Of one key; to whoever may lack it. The notices are checked one by one and prove themselves.
struct EpochNews {
  KeyId key;
  bool all = false;  // that the sender knows: the answer to a question
  std::vector<reshare::Notice> notices;
  Bytes Encode() const;
  static Result<EpochNews> Parse(ByteSpan bytes);
};

// Asks for all that the receiver knows of a key: answered with EpochNews.
struct EpochAsk {
  KeyId key;
  Bytes Encode() const { return ToBytes(key.bytes); }
  static Result<EpochAsk> Parse(ByteSpan bytes);
};

}  // namespace passport::core
