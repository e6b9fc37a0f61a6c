#include "tests/unit/protocol/mutation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "trusted/curve/ed25519.h"
#include "trusted/curve/point.h"

namespace passport::test {
namespace {

constexpr std::size_t kElement = 32;  // by which a message is cut or extended

Bytes FromHex(std::string_view hex) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

// SEC 2, 2.4.1.
const Bytes kOrder = FromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const Bytes kPrime = FromHex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");

Bytes Plus(Bytes number, std::uint8_t small) {
  number.back() = static_cast<std::uint8_t>(number.back() + small);
  return number;
}

Bytes Prefixed(std::uint8_t prefix, const Bytes& x) {
  Bytes out{prefix};
  out.insert(out.end(), x.begin(), x.end());
  return out;
}

bool Decodes(FieldType type, const Bytes& value) {
  if (type == FieldType::kPoint) return curve::Point::Parse(value).ok();
  if (type == FieldType::kScalar) return curve::Scalar::Parse(value).ok();
  if (type == FieldType::kEdwardsPoint) return curve::Ed25519Point::Parse(value).ok();
  if (type == FieldType::kLittleScalar) return curve::Ed25519Scalar::Parse(value).ok();
  return type == FieldType::kOpaque;
}

// RFC 8032, 5.1, in its order of bytes.
const Bytes kLittleOrder = FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
const Bytes kLittlePrime = FromHex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

// Of a number whose first byte has room.
Bytes LittlePlus(Bytes number, int small) {
  number.front() = static_cast<std::uint8_t>(number.front() + small);
  return number;
}

// A canonical y-coordinate for which there is no point in the subgroup.
Bytes YOffTheCurve() {
  Bytes y(32, 0);
  y.front() = 2;
  while (curve::Ed25519Point::Parse(y).ok()) ++y.front();
  return y;
}

// A canonical x-coordinate for which there is no point.
Bytes XOffTheCurve() {
  Bytes x(32, 0);
  while (curve::Point::Parse(Prefixed(2, x)).ok()) ++x.back();
  return x;
}

struct Value {
  std::string name;
  Bytes bytes;
};

// Values that do not depend on the message.
std::vector<Value> ConstantsFor(const Field& field) {
  std::vector<Value> out{{"zero", Bytes(field.size, 0)}, {"ones", Bytes(field.size, 0xff)}};
  const curve::Scalar seven = curve::Scalar::FromU64(7);
  if (field.type == FieldType::kPoint) {
    const Bytes valid = ToBytes(curve::MulBase(seven)->Encode());
    const Bytes x(valid.begin() + 1, valid.end());
    out.push_back({"another point", valid});
    for (const std::uint8_t prefix : std::initializer_list<std::uint8_t>{0, 1, 4, 5, 6, 7}) {
      out.push_back({"prefix " + std::to_string(prefix), Prefixed(prefix, x)});
    }
    out.push_back({"x = p", Prefixed(2, kPrime)});
    out.push_back({"x = p + 1", Prefixed(2, Plus(kPrime, 1))});  // 1 is the x of a point
    out.push_back({"off the curve", Prefixed(3, XOffTheCurve())});
  } else if (field.type == FieldType::kScalar) {
    out.push_back({"another scalar", ToBytes(seven.Encode())});
    out.push_back({"q", kOrder});
    out.push_back({"q + 1", Plus(kOrder, 1)});
    out.push_back({"q - 1", ToBytes(curve::Scalar::FromU64(1).Negate().Encode())});
  } else if (field.type == FieldType::kEdwardsPoint) {
    const auto little_seven = curve::Ed25519Scalar::FromU64(7);
    out.push_back({"another point", ToBytes(curve::Ed25519::MulBase(little_seven)->Encode())});
    out.push_back({"the identity", Prefixed(1, Bytes(31, 0))});
    out.push_back({"of order 2", LittlePlus(kLittlePrime, -1)});
    out.push_back({"y = p", kLittlePrime});
    out.push_back({"y = p + 1", LittlePlus(kLittlePrime, 1)});  // the identity once more
    out.push_back({"off the curve", YOffTheCurve()});
  } else if (field.type == FieldType::kLittleScalar) {
    out.push_back({"another scalar", ToBytes(curve::Ed25519Scalar::FromU64(7).Encode())});
    out.push_back({"L", kLittleOrder});
    out.push_back({"L + 1", LittlePlus(kLittleOrder, 1)});
    out.push_back({"L - 1", LittlePlus(kLittleOrder, -1)});
  } else {
    out.push_back({"another value", Bytes(field.size, 0x5a)});
  }
  return out;
}

// The lowest bit of the first, the middle and the last byte, the highest one of the first, and two drawn by
// the field's place.
std::vector<std::size_t> FlippedBits(const Field& field) {
  crypto::SeededRng rng(field.offset);
  const auto drawn = rng.Array<4>();
  const std::size_t bits = field.size * 8;
  return {0,
          7,
          field.size / 2 * 8,
          bits - 8,
          (drawn[0] + 256u * drawn[1]) % bits,
          (drawn[2] + 256u * drawn[3]) % bits};
}

Bytes Part(const Bytes& message, const Field& field) {
  return ToBytes(ByteSpan(message).subspan(field.offset, field.size));
}

void Put(Bytes& message, const Field& field, const Bytes& value) {
  std::copy(value.begin(), value.end(), message.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

}  // namespace

Fields ArrayOf(const Field& first, std::size_t count, std::uint64_t seed) {
  std::set<std::size_t> tried{0, 1, count - 1};
  crypto::SeededRng rng(seed);
  for (int i = 0; i < 3; ++i) {
    const auto drawn = rng.Array<2>();
    tried.insert((drawn[0] + 256u * drawn[1]) % count);
  }
  Fields out;
  for (std::size_t i = 0; i < count; ++i) {
    Field field = first;
    field.name += " " + std::to_string(i);
    field.offset += i * first.size;
    field.array = first.name;
    field.tried = tried.contains(i);
    out.push_back(field);
  }
  return out;
}

Fields Join(std::initializer_list<Fields> parts) {
  Fields out;
  for (const Fields& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

void ExpectTiles(const Fields& fields, std::size_t message_size) {
  std::size_t covered = 0;
  std::set<std::string> names;
  for (const Field& field : fields) {
    EXPECT_EQ(field.offset, covered) << field.name;
    EXPECT_TRUE(names.insert(field.name).second) << field.name << " twice";
    covered = field.offset + field.size;
  }
  EXPECT_EQ(covered, message_size);
}

std::vector<Mutation> MutationsOf(const Fields& fields, std::size_t index, const Sources& sources) {
  const Field& field = fields[index];
  const Bytes& honest = sources.honest;
  std::vector<Mutation> out;
  const auto add = [&](const std::string& how, const Bytes& value) {
    Mutation mutation{field.name + ": " + how, honest, Decodes(field.type, value)};
    Put(mutation.message, field, value);
    if (mutation.message != honest) out.push_back(std::move(mutation));
  };
  for (const std::size_t bit : FlippedBits(field)) {
    Bytes value = Part(honest, field);
    value[bit / 8] = static_cast<std::uint8_t>(value[bit / 8] ^ (1 << (bit % 8)));
    add("bit " + std::to_string(bit) + " flipped", value);
  }
  for (const Value& value : ConstantsFor(field)) add(value.name, value.bytes);
  add("another peer's", Part(sources.other_peer, field));
  add("another session's", Part(sources.other_session, field));
  if (!field.array.empty() && index + 1 < fields.size() && fields[index + 1].array == field.array) {
    const Field& next = fields[index + 1];
    const std::size_t before = out.size();
    add("the next one's", Part(honest, next));
    add("exchanged with the next one", Part(honest, next));
    if (out.size() > before) Put(out.back().message, next, Part(honest, field));
  }
  return out;
}

std::vector<Mutation> WrongSizesOf(const Bytes& honest) {
  const auto at = [](std::size_t offset) { return static_cast<std::ptrdiff_t>(offset); };
  const std::size_t middle = honest.size() / 2;
  std::vector<Mutation> out{{"empty", {}, false}};
  for (const std::size_t size : {std::size_t{1}, kElement}) {
    Mutation cut{"cut by " + std::to_string(size), honest, false};
    cut.message.resize(honest.size() - std::min(size, honest.size()));
    Mutation extended{"extended by " + std::to_string(size), honest, false};
    extended.message.resize(honest.size() + size);
    out.push_back(std::move(cut));
    out.push_back(std::move(extended));
  }
  Mutation inserted{"an element inserted", honest, false};
  inserted.message.insert(inserted.message.begin() + at(middle), honest.begin(), honest.begin() + kElement);
  Mutation twice{"twice in one", honest, false};
  twice.message.insert(twice.message.end(), honest.begin(), honest.end());
  out.push_back(std::move(inserted));
  out.push_back(std::move(twice));
  return out;
}

std::string Describe(const protocol::Abort& abort) {
  return "reason " + std::to_string(static_cast<int>(abort.reason)) + ", culprit " +
         (abort.culprit ? std::to_string(abort.culprit->value) : "none");
}

}  // namespace passport::test
