#include "trusted/peer/manifest.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/golden/golden.h"
#include "tests/unit/peer/network.h"

namespace passport::peer {
namespace {

Manifest Successor(const Manifest& current) {
  Manifest next = current;
  next.epoch = current.epoch + 1;
  next.previous = current.Hash();
  return next;
}

TEST(Manifest, Golden_FirstFormatIsReadForEver) {
  const Bytes file = golden::ReadGolden("manifest-v1.txt");
  const auto parsed = ParseFile(AsText(file));
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(VerifyGenesis(parsed.value()).ok());
  EXPECT_EQ(parsed.value().manifest, MakeManifest(3, 2));
  EXPECT_EQ(EncodeFile(parsed.value(), "three nodes, two sign"), AsText(file));
}

TEST(Manifest, Encode_RoundTripsAndNothingElseParses) {
  Manifest manifest = MakeManifest(3, 2);
  manifest.profile = Profile::kProduction;
  manifest.rows[1].measurements.push_back(Hash32{});
  const Bytes encoded = manifest.Encode();
  EXPECT_EQ(Manifest::Parse(encoded).value(), manifest);
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_EQ(Manifest::Parse(ByteSpan(encoded).first(size)).error(), Status::kMalformed) << size;
  Bytes longer = encoded;
  longer.push_back(0);
  EXPECT_EQ(Manifest::Parse(longer).error(), Status::kMalformed);
  Bytes newer = encoded;
  newer[0] = 2;
  EXPECT_EQ(Manifest::Parse(newer).error(), Status::kMalformed);
}

TEST(Manifest, Hash_ChangesWithEveryByte) {
  const Manifest manifest = MakeManifest(3, 2);
  const Bytes encoded = manifest.Encode();
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    Bytes changed = encoded;
    changed[i] ^= 1;
    const auto parsed = Manifest::Parse(changed);
    if (!parsed.ok()) continue;
    EXPECT_NE(parsed.value().Hash(), manifest.Hash()) << i;
    EXPECT_EQ(parsed.value().Encode(), changed) << i;  // one encoding each
  }
}

TEST(Manifest, W_IsTheMajorityOrWhatReachesEverySigningSet) {
  EXPECT_EQ(MakeManifest(3, 2).W(), 2);
  EXPECT_EQ(MakeManifest(5, 3).W(), 3);
  EXPECT_EQ(MakeManifest(5, 4).W(), 3);
  EXPECT_EQ(MakeManifest(2, 2).W(), 2);
  EXPECT_EQ(MakeManifest(4, 2).W(), 3);  // refused by Validate, but n - t + 1 counts
  EXPECT_EQ(MakeManifest(7, 2).W(), 6);
}

TEST(Manifest, Validate_AcceptsEveryNetworkWhoseSigningSetsOverlap) {
  for (std::uint16_t n = 2; n <= 9; ++n) {
    for (std::uint16_t t = 0; t <= n + 1; ++t) {
      const auto verdict = MakeManifest(n, t).Validate();
      if (t < 2 || t > n) {
        EXPECT_EQ(verdict.error(), Status::kManifestThreshold) << n << ' ' << t;
      } else if (2 * t <= n) {
        EXPECT_EQ(verdict.error(), Status::kManifestOverlap) << n << ' ' << t;
      } else {
        EXPECT_TRUE(verdict.ok()) << n << ' ' << t;
      }
    }
  }
}

TEST(Manifest, Validate_NamesEachRuleThatIsBroken) {
  struct Case {
    const char* name;
    Status expected;
    std::function<void(Manifest&)> breaks;
  };
  const Case cases[] = {
      {"no nodes", Status::kManifestSize, [](Manifest& m) { m.n = 0; }},
      {"too many nodes", Status::kManifestSize, [](Manifest& m) { m = MakeManifest(65, 40); }},
      {"quorum below t", Status::kManifestQuorum, [](Manifest& m) { m.keygen_quorum = 1; }},
      {"quorum above n", Status::kManifestQuorum, [](Manifest& m) { m.keygen_quorum = 4; }},
      {"a row missing", Status::kManifestParties, [](Manifest& m) { m.rows.pop_back(); }},
      {"a row too many", Status::kManifestParties, [](Manifest& m) { m.rows.push_back(MakeRow(4)); }},
      {"a party twice", Status::kManifestParties, [](Manifest& m) { m.rows[2].party.value = 2; }},
      {"rows out of order", Status::kManifestParties, [](Manifest& m) { std::swap(m.rows[0], m.rows[1]); }},
      {"one identity key twice", Status::kManifestKeys,
       [](Manifest& m) { m.rows[0].identity_key = m.rows[1].identity_key; }},
      {"one channel key twice", Status::kManifestKeys,
       [](Manifest& m) { m.rows[0].channel_key = m.rows[1].channel_key; }},
      {"an operator key as identity key", Status::kManifestKeys,
       [](Manifest& m) { m.rows[0].operator_key = m.rows[2].identity_key; }},
      {"a zero key", Status::kManifestKeys, [](Manifest& m) { m.rows[0].channel_key = {}; }},
      {"no peer address", Status::kManifestAddress, [](Manifest& m) { m.rows[0].peer_address.clear(); }},
      {"a long API address", Status::kManifestAddress,
       [](Manifest& m) { m.rows[0].api_address = std::string(257, 'a'); }},
      {"too many measurements", Status::kManifestMeasurements,
       [](Manifest& m) { m.rows[0].measurements.resize(17); }},
      {"no measurement in production", Status::kManifestMeasurements,
       [](Manifest& m) {
         m.profile = Profile::kProduction;
         m.rows[2].measurements.clear();
       }},
  };
  for (const Case& each : cases) {
    Manifest manifest = MakeManifest(3, 2);
    ASSERT_TRUE(manifest.Validate().ok());
    each.breaks(manifest);
    const auto verdict = manifest.Validate();
    ASSERT_FALSE(verdict.ok()) << each.name;
    EXPECT_EQ(verdict.error(), each.expected) << each.name;
  }
  Manifest devnet = MakeManifest(3, 2);
  devnet.rows[2].measurements.clear();
  EXPECT_TRUE(devnet.Validate().ok());
}

TEST(Manifest, Genesis_NeedsEveryOperator) {
  EXPECT_TRUE(VerifyGenesis(SignedBy(MakeManifest(3, 2), {1, 2, 3})).ok());
  EXPECT_EQ(VerifyGenesis(SignedBy(MakeManifest(3, 2), {1, 3})).error(), Status::kManifestSigners);
  EXPECT_EQ(VerifyGenesis(SignedBy(MakeManifest(3, 2), {1, 2, 3, 4})).error(), Status::kManifestSignature);
  EXPECT_EQ(VerifyGenesis(SignedBy(Successor(MakeManifest(3, 2)), {1, 2, 3})).error(),
            Status::kManifestSuccessor);
  EXPECT_EQ(VerifyGenesis(SignedBy(MakeManifest(4, 2), {1, 2, 3, 4})).error(), Status::kManifestOverlap);
}

TEST(Manifest, Genesis_RefusesASignatureForAnotherManifest) {
  SignedManifest first = SignedBy(MakeManifest(3, 2), {1, 2, 3});
  first.manifest.rows[0].api_address = "127.0.0.1:1";
  EXPECT_EQ(VerifyGenesis(first).error(), Status::kManifestSignature);
}

TEST(Manifest, Genesis_CountsNoOperatorTwice) {
  SignedManifest first = SignedBy(MakeManifest(3, 2), {1, 2});
  first.signatures.push_back(first.signatures[1]);
  EXPECT_EQ(VerifyGenesis(first).error(), Status::kManifestSignature);
  EXPECT_EQ(SignedManifest::Parse(first.Encode()).error(), Status::kMalformed);
}

TEST(Manifest, Successor_NeedsTOldOperators) {
  const Manifest current = MakeManifest(3, 2);
  Manifest next = Successor(current);
  next.rows[2] = MakeRow(9);  // node 3 is replaced, keys and all
  next.rows[2].party.value = 3;
  EXPECT_TRUE(VerifySuccessor(current, SignedBy(next, {1, 2})).ok());
  EXPECT_TRUE(VerifySuccessor(current, SignedBy(next, {1, 2, 3})).ok());
  EXPECT_EQ(VerifySuccessor(current, SignedBy(next, {1})).error(), Status::kManifestSigners);
  SignedManifest by_the_new_operator{next, {}};
  by_the_new_operator.Sign(PartyIndex{1}, NodeKeys(1).operator_key);
  by_the_new_operator.Sign(PartyIndex{3}, NodeKeys(9).operator_key);
  EXPECT_EQ(VerifySuccessor(current, by_the_new_operator).error(), Status::kManifestSignature);
}

TEST(Manifest, Successor_MustBeTheNextOfTheSameNetwork) {
  const Manifest current = Successor(MakeManifest(3, 2));
  const std::function<void(Manifest&)> breaks[] = {
      [](Manifest& m) { m.epoch += 1; },
      [](Manifest& m) { m.epoch -= 1; },
      [](Manifest& m) { m.previous[0] ^= 1; },
      [](Manifest& m) { m.network_id[0] ^= 1; },
  };
  ASSERT_TRUE(VerifySuccessor(current, SignedBy(Successor(current), {2, 3})).ok());
  for (const auto& each : breaks) {
    Manifest next = Successor(current);
    each(next);
    EXPECT_EQ(VerifySuccessor(current, SignedBy(next, {2, 3})).error(), Status::kManifestSuccessor);
  }
  Manifest invalid = Successor(current);
  invalid.t = 1;
  EXPECT_EQ(VerifySuccessor(current, SignedBy(invalid, {2, 3})).error(), Status::kManifestThreshold);
}

TEST(Manifest, File_IgnoresCommentsAndRefusesWhatIsNotOne) {
  const SignedManifest signed_manifest = SignedBy(MakeManifest(5, 3), {1, 2, 3, 4, 5});
  const std::string plain = EncodeFile(signed_manifest, "");
  const std::string commented = EncodeFile(signed_manifest, "network of five\nthree sign\n");
  EXPECT_NE(commented.find("\n# three sign\n"), std::string::npos);
  EXPECT_EQ(ParseFile(commented).value().Encode(), signed_manifest.Encode());
  EXPECT_EQ(ParseFile(plain + "# a remark below\n").value().Encode(), signed_manifest.Encode());

  EXPECT_EQ(ParseFile("").error(), Status::kMalformed);
  EXPECT_EQ(ParseFile("passport-manifest-2" + plain.substr(19)).error(), Status::kMalformed);
  EXPECT_EQ(ParseFile(plain.substr(0, plain.size() - 1)).error(), Status::kMalformed);
  EXPECT_EQ(ParseFile(plain.substr(0, plain.size() / 2) + "\n").ok(), false);
  EXPECT_EQ(ParseFile(plain + "!\n").error(), Status::kBadBase64);
  EXPECT_EQ(ParseFile(std::string(200000, 'a')).error(), Status::kTooLong);
}

TEST(Manifest, Encode_OfTheLargestNetworkFitsItsFileLimit) {
  Manifest manifest = MakeManifest(64, 33);
  for (ManifestRow& row : manifest.rows) {
    row.peer_address = row.api_address = std::string(kAddressBytesMax, 'a');
    row.measurements.resize(kMeasurementsMax);
  }
  ASSERT_TRUE(manifest.Validate().ok());
  SignedManifest signed_manifest{manifest, {}};
  for (const ManifestRow& row : manifest.rows) signed_manifest.signatures.push_back({row.party, {}});
  const std::string file = EncodeFile(signed_manifest, "");
  EXPECT_LE(file.size(), kManifestFileBytesMax);
  EXPECT_EQ(ParseFile(file).value().manifest, manifest);
}

}  // namespace
}  // namespace passport::peer
