#include "trusted/policy/record_ids.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::policy {
namespace {

constexpr std::uint8_t kGroup = 0;  // today every record's replica group is all nodes (rules.md 20)

}  // namespace

RecordId MakeRecordId(RecordKind kind, ByteSpan subject) {
  const std::uint8_t head[2] = {static_cast<std::uint8_t>(kind), kGroup};
  const Hash32 hash = crypto::TaggedHash(crypto::tag::kRecordId, Hash32{}, {head, subject});
  RecordId out;
  std::copy(hash.begin(), hash.end(), out.bytes.begin());
  out.bytes[0] = head[0];
  out.bytes[1] = head[1];
  return out;
}

RecordId ScopeRecordId(const ScopeId& scope) { return MakeRecordId(RecordKind::kScope, scope.bytes); }

RecordId AccountRecordId(const ScopeId& scope, std::string_view username) {
  Writer subject;
  subject.Raw(scope.bytes).Text(username);
  return MakeRecordId(RecordKind::kAccount, subject.bytes());
}

RecordId CeremonyRecordId(const Hash32& challenge) { return MakeRecordId(RecordKind::kCeremony, challenge); }

RecordId EnvelopeRecordId() { return MakeRecordId(RecordKind::kEnvelope, {}); }

namespace {

RecordId OfEpoch(RecordKind kind, const KeyId& key, std::uint64_t epoch) {
  Writer subject;
  subject.Raw(key.bytes);
  if (epoch > 0) subject.U64(epoch);
  return MakeRecordId(kind, subject.bytes());
}

}  // namespace

RecordId KeyShareRecordId(const KeyId& key, std::uint64_t epoch) {
  return OfEpoch(RecordKind::kKeyShare, key, epoch);
}

RecordId RestoredShareRecordId(const KeyId& key, std::uint64_t epoch) {
  return OfEpoch(RecordKind::kRestoredShare, key, epoch);
}

RecordId KeyStateRecordId(const KeyId& key) { return MakeRecordId(RecordKind::kKeyState, key.bytes); }

}  // namespace passport::policy
