#include "trusted/core/policy_book.h"

#include <algorithm>

namespace passport::core {
namespace {

constexpr std::uint8_t kPolicyFileAlone = 1;
constexpr std::uint8_t kWithoutStatement = 2;
constexpr std::uint8_t kPolicyBookFormat = 3;

claims::Policy BuiltIn(const peer::Manifest& manifest) {
  if (manifest.profile == peer::Profile::kDevnet) return claims::DevnetPolicy();
  std::vector<Hash32> measurements;
  for (const peer::ManifestRow& row : manifest.rows)
    measurements.insert(measurements.end(), row.measurements.begin(), row.measurements.end());
  return claims::ProductionPolicy(std::move(measurements));
}

}  // namespace

Bytes StoredPolicy::Encode() const {
  Writer out;
  out.U8(kPolicyBookFormat).Text(file).Bool(proven).Text(base).Var(statement);
  return out.Take();
}

Result<StoredPolicy> StoredPolicy::Parse(ByteSpan bytes) {
  Reader in(bytes);
  StoredPolicy out;
  const std::uint8_t format = in.U8();
  if (format < kPolicyFileAlone || format > kPolicyBookFormat) return Fail(Status::kMalformed);
  out.file = std::string(in.Text(claims::kPolicyBytesMax));
  out.proven = format == kPolicyFileAlone || in.Bool();
  if (format >= kWithoutStatement) out.base = std::string(in.Text(claims::kPolicyBytesMax));
  if (format == kPolicyBookFormat) out.statement = ToBytes(in.Var(kPolicyStatementBytesMax));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

PolicyBook::PolicyBook(const peer::Manifest& manifest, RecordBook& records)
    : records_(records),
      peers_to_prove_(std::min<std::size_t>(manifest.t, manifest.n - 1u)),
      policy_(BuiltIn(manifest)),
      base_(policy_) {
  const crypto::SecretBytes* bytes = records.Own(policy::RecordKind::kPolicy);
  if (bytes == nullptr) return;
  readable_ = false;
  auto stored = StoredPolicy::Parse(bytes->Expose());
  policy_ = claims::Policy{};  // whatever comes, the built-in one is replaced
  if (!stored.ok()) return;
  stored_ = std::move(stored).value();
  auto policy = claims::ReadTaken(stored_.file);
  readable_ = policy.ok();
  policy_ = readable_ ? std::move(policy).value() : claims::NobodysPolicy(stored_.file);
  if (!stored_.proven && stored_.base.empty()) return;
  auto base = claims::ReadTaken(stored_.proven ? stored_.file : stored_.base);
  if (base.ok()) {
    base_ = std::move(base).value();
  } else if (readable_) {
    base_ = policy_;  // what it may fall to is not known: to nothing
  }                   // else nothing is known but the built-in one
}

// By the network's time: nothing weaker than the policy in force. By the operators' word on this start and
// what is in force in it: nothing weaker than what a session has opened under, so that a policy under which
// none ever did can be replaced (docs/adr/0019).
Result<Unit> PolicyBook::MayFollow(const PolicyStatement& statement, PartyIndex self,
                                   const claims::Policy& next) const {
  if (!claims::Follows(policy_.version, next.version)) return Fail(Status::kPolicyVersion);
  if (statement.replaces.empty()) return NotWeaker(next);
  const auto replaced = statement.replaces.find(self);
  if (replaced == statement.replaces.end() || replaced->second.policy != policy_.hash)
    return Fail(Status::kPeerUnknown);
  return claims::NotWeaker(base_, next);
}

Result<Unit> PolicyBook::NotWeaker(const claims::Policy& next) const {
  return readable_ ? claims::NotWeaker(policy_, next) : Result<Unit>(Fail(Status::kPolicyWeaker));
}

Result<Unit> PolicyBook::Take(const PolicyStatement& statement, const claims::Claims& own) {
  auto next = claims::ParsePolicy(statement.file);
  if (!next.ok()) return Fail(Status::kPolicyFile);
  PASSPORT_TRY_VOID(MayFollow(statement, own.node, next.value()));
  return PutInForce(statement, std::move(next).value(), own);
}

// A statement for starts was for another one of this node, or never for this node, and may have been given up
// since: it lowers nothing here.
Result<Unit> PolicyBook::TakeShown(const PolicyStatement& statement, const claims::Claims& own) {
  auto next = claims::ParsePolicy(statement.file);
  if (!next.ok()) return Fail(Status::kPolicyFile);
  if (!claims::Follows(policy_.version, next.value().version)) return Fail(Status::kPolicyVersion);
  PASSPORT_TRY_VOID(NotWeaker(next.value()));
  return PutInForce(statement, std::move(next).value(), own);
}

Result<Unit> PolicyBook::PutInForce(const PolicyStatement& statement, claims::Policy next,
                                    const claims::Claims& own) {
  if (const auto met = claims::JudgeClaims(own, next); !met.ok()) {
    unmet_ = Unmet{next.version, claims::Shortfall(own, next)};
    return met;
  }
  policy_ = std::move(next);
  stored_ = {statement.file, false, stored_.proven ? stored_.file : stored_.base, statement.Encode()};
  readable_ = true;
  unmet_.reset();
  opened_.clear();
  records_.PutOwn(policy::RecordKind::kPolicy, stored_.Encode());
  return Ok();
}

void PolicyBook::OnSessionOpened(PartyIndex peer, const Hash32& shown) {
  if (stored_.proven || policy_.version == 0 || shown != policy_.hash) return;
  opened_.insert(peer);
  if (opened_.size() < peers_to_prove_) return;
  stored_.proven = true;
  stored_.base.clear();
  base_ = policy_;
  records_.PutOwn(policy::RecordKind::kPolicy, stored_.Encode());
}

}  // namespace passport::core
