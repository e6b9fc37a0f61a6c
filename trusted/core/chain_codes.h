// Chain codes of keys, out of this enclave's own shares: everybody who has a share has the same one, by the
// key's certificate (dkls23.md 7.7).
#pragma once

#include "trusted/core/key_epochs.h"

namespace passport::core {

class ChainCodes final : public ChainCodeView {
 public:
  ChainCodes(RecordBook& records, KeyEpochs& epochs) : records_(records), epochs_(epochs) {}
  std::variant<Hash32, api::Error, replica::NeedRecords> Of(const policy::AccountKey& key) override;

 private:
  RecordBook& records_;
  KeyEpochs& epochs_;
};

}  // namespace passport::core
