// A manifest that reaches a node which has one already.
#include <gtest/gtest.h>

#include "tests/sim/client.h"

namespace passport::sim {
namespace {

class ManifestAgain : public ::testing::Test {
 protected:
  ManifestAgain() : network({}), manifest((network.Form(), network.signed_manifest())) {}
  Network network;
  peer::SignedManifest manifest;
};

TEST_F(ManifestAgain, TheSameOneIsNoChange) {
  EXPECT_EQ(network.GiveManifest(kOne, manifest), Status::kOk);
  EXPECT_EQ(network.Logged(Event::kManifestTaken, kOne), 1u);
}

// Its hash is that of the node's manifest, but it is no manifest: nobody may take it for a good copy.
TEST_F(ManifestAgain, ADamagedCopyIsRefused) {
  manifest.signatures[1].signature[5] ^= 1;
  EXPECT_EQ(network.GiveManifest(kOne, manifest), Status::kManifestSignature);
  manifest = network.signed_manifest();
  manifest.signatures.pop_back();
  EXPECT_EQ(network.GiveManifest(kOne, manifest), Status::kManifestSigners);
  EXPECT_EQ(network.Logged(Event::kManifestRefused, kOne), 2u);
  EXPECT_TRUE(network.Serving(kOne));
}

TEST_F(ManifestAgain, AnotherOneIsDenied) {
  manifest.manifest.rows[0].api_address += "1";
  for (auto& [party, key] : network.operators()) manifest.Sign(party, key);
  ASSERT_TRUE(peer::VerifyGenesis(manifest).ok());
  EXPECT_EQ(network.GiveManifest(kOne, manifest), Status::kDenied);
}

}  // namespace
}  // namespace passport::sim
