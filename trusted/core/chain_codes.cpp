#include "trusted/core/chain_codes.h"

namespace passport::core {

std::variant<Hash32, api::Error, replica::NeedRecords> ChainCodes::Of(const policy::AccountKey& key) {
  const std::uint64_t epoch = epochs_.Signing(key).value_or(epochs_.Known(key));
  const auto [holding, share] = records_.FindShare(key.id, epoch);
  if (holding == replica::Holding::kMissing) {
    const RecordId id = policy::KeyShareRecordId(key.id, epoch);
    records_.Fetch(id);
    return replica::NeedRecords{{id}};
  }
  if (share != nullptr) return share->chain_code;
  return api::MakeError(
      api::ErrorCode::kTooFewNodes,
      "this node has no share of the key, without which it cannot derive others; ask another "
      "node");
}

}  // namespace passport::core
