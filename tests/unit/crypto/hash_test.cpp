// Hashes, HMAC, HKDF and tagged hashes against hashlib, the RFCs and libsodium; every way to compress
// SHA-256.
#include "trusted/crypto/hash.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <cstdio>
#include <cstring>

#include "tests/kat/vectors.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/sha256_block.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::crypto {
namespace {

TEST(Hashes, AreThoseOfPythonForEverySizeAroundABlock) {
  for (const kat::Fields& f : kat::Cases("crypto.txt", "hash", 3)) {
    const Bytes message = kat::Message(std::stoul(f[0]));
    EXPECT_EQ(ToHex(HashSha256(message)), f[1]) << f[0];
    EXPECT_EQ(ToHex(HashKeccak256(message)), f[2]) << f[0];
  }
}

TEST(Hashes, OfStandardTexts) {
  // FIPS 180-4 examples; Keccak-256 as used by Ethereum for the empty string and "abc".
  EXPECT_EQ(ToHex(HashSha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(HashSha256(ByteSpan{})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(HashKeccak256({})), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(ToHex(HashKeccak256(AsBytes("abc"))),
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(Sha256, OfAMillionLettersA) {
  const Bytes chunk(1000, 'a');
  Sha256 state;
  for (int i = 0; i < 1000; ++i) state.Update(chunk);
  EXPECT_EQ(ToHex(state.Final()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DependsOnTheBytesAndNotOnHowTheyAreCut) {
  const Bytes message = kat::Message(300);
  const ByteSpan all(message);
  const Hash32 whole = HashSha256(message);
  for (std::size_t first = 0; first <= 130; ++first) {
    for (const std::size_t second :
         {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}}) {
      EXPECT_EQ(HashSha256({all.first(first), all.subspan(first, second), all.subspan(first + second)}),
                whole);
    }
  }
}

TEST(Sha256, ACopiedStateGoesItsOwnWay) {
  for (const std::size_t prefix_size : {std::size_t{0}, std::size_t{5}, std::size_t{64}, std::size_t{100}}) {
    const Bytes prefix(prefix_size, 9);
    Sha256 first;
    first.Update(prefix);
    Sha256 second = first;
    EXPECT_EQ(first.Update(AsBytes("one")).Final(), HashSha256({prefix, AsBytes("one")}));
    EXPECT_EQ(second.Update(AsBytes("two")).Final(), HashSha256({prefix, AsBytes("two")}));
  }
}

// SHA-256 of a message with nothing of class Sha256: padded whole, compressed by one of the two functions.
Hash32 HashWith(void (*compress)(std::uint32_t*, const std::uint8_t*, std::size_t), Bytes message) {
  const std::uint64_t bits = 8 * message.size();
  message.push_back(0x80);
  while (message.size() % 64 != 56) message.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8) message.push_back(static_cast<std::uint8_t>(bits >> shift));
  std::uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  compress(state, message.data(), message.size() / 64);
  Hash32 out;
  for (std::size_t i = 0; i < 32; ++i) out[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

// Calls body with every path that this processor can run, and says which ones it cannot.
template <class Function, std::size_t kCount, class Body>
void ForEachPath(const std::array<Path<Function>, kCount>& paths, Body body) {
  for (const auto& path : paths) {
    if (path.Runs()) {
      SCOPED_TRACE(path.name);
      body(path.function);
    } else {
      std::printf("not tested: this processor does not have %s\n", path.name);
    }
  }
}

TEST(Sha256, EveryCompressionFunctionAgreesWithLibsodium) {
  SeededRng rng(7);
  for (std::size_t size = 0; size < 700; ++size) {
    Bytes message(size);
    rng.Fill(message);
    Hash32 expected;
    crypto_hash_sha256(expected.data(), message.data(), message.size());
    EXPECT_EQ(HashSha256(message), expected) << size;
    ForEachPath(kCompressPaths, [&](CompressFunction* compress) {
      EXPECT_EQ(HashWith(compress, message), expected) << size;
    });
  }
}

TEST(Sha256Lanes, EveryPathHashesSixteenMessagesOfTwoBlocks) {
  SeededRng rng(8);
  const Bytes prefix(128, 7);
  std::vector<Bytes> messages(kLanes, Bytes(64 + 23));
  std::array<LaneBlocks, 2> blocks;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    rng.Fill(messages[lane]);
    ByteArray<64> block;
    std::copy_n(messages[lane].begin(), 64, block.begin());
    SetLane(blocks[0], lane, block);
    std::copy_n(messages[lane].begin() + 64, 23, block.begin());
    EndOfInput(block, 23, prefix.size() + messages[lane].size());
    SetLane(blocks[1], lane, block);
  }
  const Sha256 start = Sha256().Update(prefix);
  ForEachPath(kCompressLanesPaths, [&](CompressLanesFunction* compress) {
    LaneStates states;
    StartLanes(start, states);
    for (const LaneBlocks& each : blocks) compress(states, each);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      EXPECT_EQ(LaneDigest(states, lane), HashSha256({prefix, messages[lane]})) << lane;
    }
  });
  LaneStates chosen;
  StartLanes(start, chosen);
  for (const LaneBlocks& each : blocks) UpdateLanes(chosen, each);
  EXPECT_EQ(LaneDigest(chosen, 15), HashSha256({prefix, messages[15]}));
}

TEST(Sha256Lanes, APrefixThatEndsInsideABlockStopsTheProcess) {
  LaneStates states;
  EXPECT_DEATH(StartLanes(Sha256().Update(Bytes(63, 1)), states), "");
}

TEST(Hmac, IsThatOfPython) {
  for (const kat::Fields& f : kat::Cases("crypto.txt", "hmac", 3)) {
    const Bytes message = kat::Message(std::stoul(f[0]));
    const Bytes key = kat::Hex(f[2]);
    EXPECT_EQ(ToHex(HmacSha256(key, {message})), f[1]);
    const ByteSpan all(message);
    const std::size_t half = message.size() / 2;
    EXPECT_EQ(ToHex(HmacSha256(key, {all.first(half), all.subspan(half)})), f[1]);
  }
}

TEST(Hmac, OfSha512IsThatOfRfc4231) {
  const Bytes key(20, 0x0b);
  EXPECT_EQ(ToHex(HmacSha512(key, {AsBytes("Hi "), AsBytes("There")})),
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
}

std::string Hkdf(std::string_view key, std::string_view salt, std::string_view info, std::size_t size) {
  Bytes out(size);
  HkdfSha256(kat::Hex(salt), kat::Hex(key), kat::Hex(info), out);
  return ToHex(out);
}

TEST(Hkdf, GivesTheOutputsOfRfc5869) {
  // Appendix A.1, A.2, A.3.
  EXPECT_EQ(Hkdf("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
                 "f0f1f2f3f4f5f6f7f8f9", 42),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(
      Hkdf("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
           "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
           "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
           "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
           "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
           "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
           82),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
      "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(Hkdf("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", 42),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, GivesEverySizeThatPythonGives) {
  for (const kat::Fields& f : kat::Cases("crypto.txt", "hkdf", 2)) {
    Bytes out(std::stoul(f[0]));
    HkdfSha256(kat::Message(20), kat::Message(40), kat::Message(10), out);
    EXPECT_EQ(ToHex(HashSha256(out)), f[1]) << f[0];
  }
}

TEST(TaggedHash, IsThatOfThePythonReference) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "tagged", 6)) {
    const Tag tag{f[0]};
    const Hash32 context = kat::HexArray<32>(f[1]);
    const Bytes data = kat::Hex(f[5]);
    EXPECT_EQ(ToHex(TaggedHash(tag, context, {data})), f[2]);
    EXPECT_EQ(TaggedState(tag, context).Update(data).Final(), TaggedHash(tag, context, {data}));
    ByteArray<100> stream;
    TaggedXof(tag, context, {data}, stream);
    EXPECT_EQ(ToHex(stream), f[3]);
    ByteArray<33> shorter;
    TaggedXof(tag, context, {data}, shorter);
    EXPECT_EQ(ToHex(shorter), f[3].substr(0, 66));
  }
}

TEST(LittleEndian, PutsTheLowByteFirst) {
  EXPECT_EQ(ToHex(Le16(0x1234)), "3412");
  EXPECT_EQ(ToHex(Le32(0x12345678)), "78563412");
  EXPECT_EQ(ToHex(Le64(0x123456789abcdef0)), "f0debc9a78563412");
}

}  // namespace
}  // namespace passport::crypto
