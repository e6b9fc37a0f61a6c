// Permission for one signature, as a move-only type that only Authorise makes and signing spends.
#pragma once

#include "edl/base/ids.h"

namespace passport::policy {

class Grant {
 public:
  Grant(Grant&&) noexcept = default;
  Grant& operator=(Grant&&) noexcept = default;
  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;

  const KeyId& key() const { return key_; }
  // What may be signed: computed by this enclave from the payload the client sent.
  const Digest& digest() const { return digest_; }

 private:
  friend class Authoriser;
  Grant(const KeyId& key, const Digest& digest) : key_(key), digest_(digest) {}
  KeyId key_;
  Digest digest_;
};

}  // namespace passport::policy
