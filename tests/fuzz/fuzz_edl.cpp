// EDL text: the generator refuses it with its own error or writes all files; it never crashes.
#include "tools/edlgen/emit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace passport::edlgen;
  static const Source effects{"effects.edl",
                              "enclave { trusted { //@ effect id=0x8001 order=1\n"
                              "public void stop(); }; untrusted { }; };"};
  try {
    const Surface surface = Load({"calls.edl", std::string(data, data + size)}, effects);
    Generate(surface, {});
    SurfaceMarkdown(surface);
  } catch (const Error&) {
  }
  return 0;
}
