#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"

namespace passport::ct {

std::span<const Target> Targets() {
  static constexpr Target kTargets[] = {
      {"compare", Compare},
      {"masks", Masks},
      {"sha256", Sha256},
      {"keccak", Keccak},
      {"hkdf", Hkdf},
      {"aead", Aead},
      {"envelope-aead", EnvelopeAead},
      {"identity", Identity},
      {"channel-keys", ChannelKeys},
      {"hpke", Hpke},
      {"scalar-arithmetic", ScalarArithmetic},
      {"scalar-inverse", ScalarInverse},
      {"scalar-select", ScalarSelect},
      {"scalar-parse", ScalarParse},
      {"scalar-random", ScalarRandom},
      {"hash-to-scalar", HashToScalar},
      {"inner-product", InnerProducts},
      {"field", FieldArithmetic},
      {"mul-base", MultiplyBase},
      {"mul", MultiplyPoint},
      {"point-coordinates", PointCoordinates},
      {"hash-to-curve", HashToCurve},
      {"ed25519-scalars", Ed25519Scalars},
      {"ed25519-points", Ed25519Points},
  };
  return kTargets;
}

}  // namespace passport::ct
