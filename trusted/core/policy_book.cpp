#include "trusted/core/policy_book.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kPolicyBookFormat = 1;

claims::Policy BuiltIn(const peer::Manifest& manifest) {
  if (manifest.profile == peer::Profile::kDevnet) return claims::DevnetPolicy();
  std::vector<Hash32> measurements;
  for (const peer::ManifestRow& row : manifest.rows)
    measurements.insert(measurements.end(), row.measurements.begin(), row.measurements.end());
  return claims::ProductionPolicy(std::move(measurements));
}

Result<claims::Policy> Load(ByteSpan stored) {
  Reader in(stored);
  const std::uint8_t format = in.U8();
  const std::string file(in.Text(claims::kPolicyBytesMax));
  if (!in.Done() || format != kPolicyBookFormat) return Fail(Status::kMalformed);
  auto policy = claims::ParsePolicy(file);
  if (!policy.ok()) return Fail(Status::kPolicyFile);
  return std::move(policy).value();
}

}  // namespace

PolicyBook::PolicyBook(const peer::Manifest& manifest, RecordBook& records)
    : records_(records), policy_(BuiltIn(manifest)) {
  const crypto::SecretBytes* stored = records.Own(policy::RecordKind::kPolicy);
  if (stored == nullptr) return;
  auto loaded = Load(stored->Expose());
  policy_ = loaded.ok() ? std::move(loaded).value() : claims::Policy{};
}

Result<Unit> PolicyBook::Take(const PolicyStatement& statement) {
  auto next = claims::ParsePolicy(statement.file);
  if (!next.ok()) return Fail(Status::kPolicyFile);
  PASSPORT_TRY_VOID(claims::NotWeaker(policy_, next.value()));
  policy_ = std::move(next).value();
  records_.PutOwn(policy::RecordKind::kPolicy, Writer().U8(kPolicyBookFormat).Text(statement.file).Take());
  return Ok();
}

}  // namespace passport::core
