// Shares of keys that were made for an account whose record does not name them yet. A key generation that
// fails after this node has confirmed leaves one that nothing will ever sign with: it is erased as soon as
// that is certain.
#pragma once

#include <deque>

#include "trusted/core/record_book.h"

namespace passport::core {

class MadeKeys {
 public:
  explicit MadeKeys(RecordBook& records);

  // A share was stored of a key for a reserved account.
  void OnMade(const KeyId& key, const RecordId& account);
  // A later version of a record was chosen. An account that is active has its keys for ever (changes.cpp),
  // and versions only rise.
  void OnVersion(const RecordId& record, const replica::Version& version);

  Bytes Encode() const;  // first byte 1
  Result<Unit> Load(ByteSpan bytes);

 private:
  struct Made {
    KeyId key;
    RecordId account;
  };

  RecordBook& records_;
  std::deque<Made> made_;  // oldest first
};

}  // namespace passport::core
