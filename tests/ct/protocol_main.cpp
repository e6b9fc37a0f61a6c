#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"

namespace passport::ct {

std::span<const Target> Targets() {
  static constexpr Target kTargets[] = {
      {"polynomial", Polynomial},
      {"zero-share", ZeroShare},
      {"key-share-record", KeyShareRecord},
      {"dlog-proof", DlogProof},
      {"dleq-proof", DleqProof},
      {"key-generation", KeyGeneration},
      {"base-ot", BaseOt},
      {"pprf", Pprf},
      {"pair-setup", PairSetup},
      {"ot-extension", OtExtension},
      {"multiplication", Multiplication},
      {"signing-rounds", SigningRounds},
      {"presignature", Presignature},
      {"frost-ed25519", FrostEd25519},
      {"frost-bip340", FrostBip340},
      {"resharing", Resharing},
      {"repair", Repair},
      {"derivation", Derivation},
      {"import", ImportKey},
      {"export", ExportKey},
      {"noise", NoiseHandshake},
      {"peer-session", PeerSession},
      {"sealing", Sealing},
      {"record-index", RecordIndex},
      {"quorum-key", QuorumKey},
      {"envelope-key", EnvelopeKey},
  };
  return kTargets;
}

}  // namespace passport::ct
