#include "tools/cli/signed_data.h"

#include "tools/cli/problem.h"

namespace passport::cli {

curve::EcdsaSignature ParseSignature(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  const Bytes bytes = OrProblem(ParseHex(hex), "the signature");
  if (bytes.size() != 65) throw Problem("the signature is not 65 bytes r || s || v; copy it again, whole");
  const ByteSpan span(bytes);
  const std::uint8_t v = bytes[64] >= 27 ? static_cast<std::uint8_t>(bytes[64] - 27) : bytes[64];
  if (v > 1) throw Problem("the signature's last byte is not 27 or 28; copy it again, whole");
  curve::EcdsaSignature out{OrProblem(curve::Scalar::Parse(span.subspan(0, 32)), "r of the signature"),
                            OrProblem(curve::Scalar::Parse(span.subspan(32, 32)), "s of the signature"), v};
  if (out.s.IsHigh()) throw Problem("s is in the upper half: chains refuse such a signature; sign again");
  return out;
}

eth::Address SignerOf(const Digest& digest, const curve::EcdsaSignature& signature) {
  const curve::Point key =
      OrProblem(curve::RecoverEcdsa(digest, signature), "this is no key's signature of that data");
  return eth::AddressOfPublicKey(key.EncodeXY());
}

}  // namespace passport::cli
