// What a signing run is called, and what it needs from outside: identifiers of dkls23.md 1.5.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "trusted/mul/pair_state.h"
#include "trusted/sharing/key_share.h"

namespace passport::sign {

enum class SsidPurpose : std::uint8_t { kPresign = 1, kSign = 2 };

// Everything that the signers of one run agree on before its first message.
struct SsidInput {
  KeyId key;
  Hash32 manifest{};
  std::uint16_t t = 0;
  std::vector<PartyIndex> quorum;  // rising
  Hash32 path{};                   // digest of the derivation path; its tweak is in SessionInput
  std::optional<Digest> digest;    // absent for a presignature
  Hash32 coordinator_nonce{};
  std::vector<Hash32> nonces;  // one fresh nonce of each signer, in quorum order; or none (dkls23.md 1.5)
  std::uint64_t epoch = 0;     // of the key's shares that sign
};

// ssid = TH("ssid", epoch_ctx, suite || LE16 t || quorum || path || purpose || digest if signing ||
// coordinator nonce || nonces), with epoch_ctx = TH("epoch", key, LE64 epoch || manifest). The suite is that
// of this build.
Hash32 MakeSsid(const SsidInput& input);

// TH("pair", ssid, LE16 alice || LE16 bob || setup id): the context of one multiplication of a run. The setup
// id is in it by rules.md 5.
Hash32 PairSsid(const Hash32& ssid, PartyIndex alice, PartyIndex bob, const SetupId& setup);

// The OT setups with the counterparties of a run. The caller owns them, gives the same ones to every round,
// and drops the run when it drops a setup.
using Peers = std::map<PartyIndex, const mul::PairState*>;

struct SessionInput {
  PartyIndex self;
  std::vector<PartyIndex> quorum;  // rising, exactly t, with self
  Hash32 ssid{};
  const sharing::KeyShare& key;
  curve::Scalar tweak;  // of the derived key: sum of the I_L along the path, 0 for the root (dkls23.md 7.7)
  // How many runs this enclave has begun before: with it, two runs of one id draw different things from a
  // generator that gives always the same.
  std::uint64_t number = 0;
};

// What stays known of a run through all its states; public.
struct Session {
  PartyIndex self;
  std::vector<PartyIndex> quorum;
  Hash32 ssid{};
  KeyId key;
  curve::Point public_key;               // of the derived key
  std::map<PartyIndex, SetupId> setups;  // with each counterparty
};

}  // namespace passport::sign
