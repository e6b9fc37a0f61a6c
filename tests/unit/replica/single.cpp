#include "tests/unit/replica/single.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"

namespace passport::replica {

Single::Single(std::uint16_t n, std::uint16_t t, bool confirmed, bool strict) : rng(1) {
  Config config;
  config.self = PartyIndex{1};
  const auto w = static_cast<std::uint16_t>(std::max(n / 2 + 1, n - t + 1));
  config.ack_quorum = std::max(w, t);
  config.confirm_quorum = static_cast<std::uint16_t>(strict ? n - w + 1 : t - 1);
  config.confirm_needs_confirmed = strict;
  config.fresh = confirmed;
  config.boot = boot = BootId{rng.Array<16>()};
  for (std::uint16_t i = 1; i <= n; ++i) {
    const auto& [party, key] = *keys.emplace(PartyIndex{i}, crypto::SigningKey::Generate(rng)).first;
    config.identities[party] = key.public_key();
    if (i > 1) connected.push_back(party);
  }
  replica = std::make_unique<Replica>(config, *this, rules, rng);
  rules.view = [this](const RecordId& id) { return replica->Local(id); };
  replica->OnTick(1'000);
}

Version Single::After(const RecordId& id, const Version& before, std::uint64_t number) const {
  Writer value;
  value.Raw(before.value).U64(number);
  return {before.number + 1, before.number == 0 ? Hash32{} : before.HashFor(id), value.Take()};
}

crypto::Ed25519Signature Single::SignAs(PartyIndex party, const RecordId& id, const Version& version) const {
  const Hash32 hash = crypto::TaggedHash(crypto::tag::kReplicaAccepted, version.HashFor(id), {});
  return keys.at(party).Sign(hash);
}

Committed Single::Certified(const RecordId& id, const Version& version, std::set<PartyIndex> by) const {
  Committed out{version, {}};
  for (const PartyIndex party : by) out.certificate[party] = SignAs(party, id, version);
  return out;
}

Version Single::Give(const RecordId& id, std::uint64_t number) {
  const Version version = After(id, {}, number);
  Register record;
  record.committed = Certified(id, version, {PartyIndex{1}, PartyIndex{2}});
  record.promised = {1, PartyIndex{2}};
  held[id] = record;
  return version;
}

std::pair<Holding, const Register*> Single::Find(const RecordId& id) {
  if (missing.contains(id)) return {Holding::kMissing, nullptr};
  const auto record = held.find(id);
  if (record == held.end()) return {Holding::kAbsent, nullptr};
  return {Holding::kPresent, &record->second};
}

void Single::Store(const RecordId& id, Register value) {
  PASSPORT_CHECK(!missing.contains(id));
  held.insert_or_assign(id, std::move(value));
}

void Single::Forked(const RecordId&, const Committed& ours, const Committed& theirs) {
  forks.emplace_back(ours, theirs);
}

}  // namespace passport::replica
