// The targets of ct_protocol: what enclaves do with secrets, alone and with each other.
#pragma once

namespace passport::ct {

// key_targets.cpp
void Polynomial();
void ZeroShare();
void KeyShareRecord();
void DlogProof();
void DleqProof();
void KeyGeneration();

// ot_targets.cpp
void BaseOt();
void Pprf();
void PairSetup();
void OtExtension();
void Multiplication();

// sign_targets.cpp
void SigningRounds();
void Presignature();

// frost_targets.cpp
void FrostEd25519();
void FrostBip340();

// life_targets.cpp
void Resharing();
void Repair();
void Derivation();
void ImportKey();
void ExportKey();

// channel_targets.cpp
void NoiseHandshake();
void PeerSession();

// storage_targets.cpp
void Sealing();
void RecordIndex();
void QuorumKey();
void EnvelopeKey();

}  // namespace passport::ct
