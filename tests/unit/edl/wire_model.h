// An independent writer of message bodies, driven by the checked EDL instead of by generated code.
#pragma once

#include <random>

#include "edl/base/bytes.h"
#include "tools/edlgen/surface.h"

namespace passport::edl_test {

// A value of one byte to eight bytes in a body, and what stands around it.
struct Slot {
  edlgen::Field::Kind kind;
  std::string type;
  Bytes before;
  Bytes after;
};

class WireModel {
 public:
  WireModel(const edlgen::Unit& unit, std::uint64_t seed) : unit_(unit), random_(seed) {}

  // A body that must decode: random values, variable parts mostly small.
  Bytes Body(const std::vector<edlgen::Field>& fields);
  // The same with the variable field at `index` at this size, or for arrays count.
  Bytes BodyWithSize(const std::vector<edlgen::Field>& fields, std::size_t index, std::uint64_t size);
  // The same with every variable part at its maximum.
  Bytes LargestBody(const std::vector<edlgen::Field>& fields);
  // Every scalar in such a body, those in structs and in one item of each array included.
  std::vector<Slot> Slots(const std::vector<edlgen::Field>& fields);

  const edlgen::Enum& EnumNamed(const std::string& name) const;

 private:
  Bytes One(const edlgen::Field& field);
  Bytes Sized(const edlgen::Field& field, std::uint64_t size);
  std::vector<Slot> SlotsOf(const edlgen::Field& field);
  const edlgen::Struct& StructNamed(const std::string& name) const;
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  Bytes RandomBytes(std::uint64_t size);

  const edlgen::Unit& unit_;
  std::mt19937_64 random_;
};

// Little endian.
Bytes Number(std::uint64_t value, std::size_t size);
bool IsVariable(const edlgen::Field& field);

}  // namespace passport::edl_test
