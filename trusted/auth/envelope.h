// Opening client envelopes: X-Encrypted-Key to the client's AES key, AES ciphertexts to text (wire-api.md 3,
// 4).
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "trusted/api/errors.h"
#include "trusted/crypto/rsa.h"

namespace passport::auth {

template <class T>
using Checked = Result<T, api::Error>;

// Opens X-Encrypted-Key headers with the network's envelope keys, newest first, and remembers what it opened:
// clients send one and the same header with every request, and an RSA operation costs more than all the rest
// of a request's parsing.
class KeyOpener {
 public:
  explicit KeyOpener(std::size_t remembered_max = 4'096) : remembered_max_(remembered_max) {}
  void AddKey(crypto::EnvelopeKey key) { keys_.insert(keys_.begin(), std::move(key)); }
  bool empty() const { return keys_.empty(); }
  const std::vector<crypto::EnvelopeKey>& keys() const { return keys_; }

  // kBadBase64, or kEnvelope if no key opens it to the base64 of 32 bytes.
  Checked<crypto::SecretKey32> Open(std::string_view header);

 private:
  struct Remembered {
    Hash32 header;
    crypto::SecretKey32 key;
  };
  std::size_t remembered_max_;
  std::vector<crypto::EnvelopeKey> keys_;
  std::list<Remembered> recent_;  // newest first
  std::unordered_map<std::string, std::list<Remembered>::iterator> by_header_;
};

// The text inside one AES-GCM value (base64 of IV || ciphertext || tag). kBadBase64 or kEnvelope, naming the
// value.
Checked<std::string> OpenText(const crypto::SecretKey32& key, std::string_view value, std::string_view name);

}  // namespace passport::auth
