// EIP-191 personal messages.
#include "trusted/eth/message.h"

#include <string>

#include "trusted/crypto/hash.h"

namespace passport::eth {

Result<Bytes> ParsePersonalMessage(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  return ParseHex(hex);
}

Digest PersonalMessageDigest(ByteSpan message) {
  Bytes signed_bytes = ToBytes(
      "\x19"
      "Ethereum Signed Message:\n" +
      std::to_string(message.size()));
  Append(signed_bytes, message);
  return {crypto::HashKeccak256(signed_bytes)};
}

}  // namespace passport::eth
