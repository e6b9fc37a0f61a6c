// Tpm: one conversation with a TPM 2.0 through libtss2's ESAPI, its two keys, and its sessions.
#pragma once

#include <tss2/tss2_esys.h>

#include <memory>
#include <optional>

#include "trusted/devices/refusal.h"
#include "trusted/devices/tpm_link.h"

namespace passport::devices {

// What libtss2 allocated for us.
template <class T>
class Received {
 public:
  Received() = default;
  Received(Received&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;
  ~Received() { Esys_Free(value_); }
  T** slot() { return &value_; }
  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_ = nullptr;
};

// A transient object or session of the TPM, which has room for three of each: flushed when it dies.
class TpmObject {
 public:
  TpmObject(ESYS_CONTEXT* context, ESYS_TR handle) : context_(context), handle_(handle) {}
  TpmObject(TpmObject&& other) noexcept
      : context_(other.context_), handle_(std::exchange(other.handle_, ESYS_TR_NONE)) {}
  TpmObject(const TpmObject&) = delete;
  TpmObject& operator=(const TpmObject&) = delete;
  ~TpmObject() {
    if (handle_ != ESYS_TR_NONE) Esys_FlushContext(context_, handle_);
  }
  ESYS_TR get() const { return handle_; }

 private:
  ESYS_CONTEXT* context_;
  ESYS_TR handle_;
};

// A key that the TPM makes anew from its seed and our template whenever it is needed: always the same one.
struct TpmKey {
  TpmObject object;
  Bytes area;  // TPMT_PUBLIC as the TPM marshals it
};

class Tpm {
 public:
  explicit Tpm(int descriptor) : link_(descriptor) {}

  // libtss2's context, made anew after Forget. Null if libtss2 does not start.
  ESYS_CONTEXT* esys();
  // Ends a request: what libtss2 kept of it, such as an unsealed key, is freed, and with M_PERTURB (lock.h)
  // overwritten.
  void Forget() { esys_.reset(); }

  // Parent of what is sealed, in the owner hierarchy. Sessions are salted with it, so once Pin was called it
  // must be that very key: somebody between us and the TPM could otherwise put his own in its place.
  Result<TpmKey, Refusal> StorageKey();
  void Pin(const Hash32& storage_key) { pinned_ = storage_key; }
  // Signs quotes and nothing else (restricted), in the endorsement hierarchy.
  Result<TpmKey, Refusal> AttestationKey();

  // A session that encrypts the first parameter of command and response, and authenticates both, under a salt
  // that only the TPM can decrypt: who listens on the bus learns nothing.
  Result<TpmObject, Refusal> StartSession(const TpmKey& storage_key, TPM2_SE type);

  // Why the TPM did not `doing`, in words, for every code that has an action of its own.
  Refusal Explain(std::string_view doing, TSS2_RC code) const;
  // It did not answer a command in time, or its descriptor broke.
  bool lost() const { return link_.lost(); }

 private:
  struct Finalize {
    void operator()(ESYS_CONTEXT* context) const { Esys_Finalize(&context); }
  };
  Result<TpmKey, Refusal> MakeKey(ESYS_TR hierarchy, const TPM2B_PUBLIC& pattern);

  TpmLink link_;
  std::unique_ptr<ESYS_CONTEXT, Finalize> esys_;
  std::optional<Hash32> pinned_;  // SHA-256 of the storage key's area
};

// Whether a code is this response of the TPM, whatever handle, session or parameter it names.
bool IsTpmCode(TSS2_RC code, TSS2_RC which);

// The storage key is not the one that something was sealed by.
Refusal OtherTpm();

// The SHA-256 bank's registers 0 to 9 and 14.
TPML_PCR_SELECTION QuotedPcrs();

}  // namespace passport::devices
