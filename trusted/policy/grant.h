// Permission for one signature, as a move-only type that only Authorise makes and signing spends.
#pragma once

#include "trusted/policy/signing_key.h"

namespace passport::policy {

class Grant {
 public:
  Grant(Grant&&) noexcept = default;
  Grant& operator=(Grant&&) noexcept = default;
  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;

  const KeyId& key() const { return key_.id; }
  // The derivation that the signature is under: bound into the run's id, so that no other can be put in.
  const Hash32& path() const { return key_.path; }
  const curve::Scalar& tweak() const { return key_.tweak; }
  // What may be signed: computed by this enclave from the payload the client sent.
  const Digest& digest() const { return digest_; }

 private:
  friend class Authoriser;
  Grant(const SigningKey& key, const Digest& digest) : key_(key), digest_(digest) {}
  SigningKey key_;
  Digest digest_;
};

}  // namespace passport::policy
