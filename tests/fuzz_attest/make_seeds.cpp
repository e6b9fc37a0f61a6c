// fuzz_attest_seeds FOLDER: first inputs of the targets of this folder, FOLDER/fuzz_<target>/NAME.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/unit/attest/good_evidence.h"
#include "trusted/verifier/verify.h"

namespace {

using namespace passport;

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void Add(const std::string& target, const std::string& name, ByteSpan bytes) const {
    const std::filesystem::path folder = folder_ / ("fuzz_attest_" + target);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path folder_;
};

Bytes Chained(std::initializer_list<Bytes> certificates) {
  Writer out;
  for (const Bytes& der : certificates) out.U16(static_cast<std::uint16_t>(der.size())).Raw(der);
  return out.Take();
}

void WriteAll(const Seeds& seeds) {
  int number = 0;
  for (const attest::Evidence& evidence : attest::GoodEvidence()) {
    const std::string name = std::string(attest::NameOf(evidence.provider)) + "-" + std::to_string(number++);
    seeds.Add("evidence", name, evidence.Encode());
    seeds.Add("findings", name, verifier::Verify(evidence).value().Encode());
    if (evidence.provider == attest::Provider::kTpm2) {
      seeds.Add("tpm2", name, evidence.quote);
      seeds.Add("findings", name + "-quote", evidence.quote);
    }
    if (evidence.provider == attest::Provider::kSgx || evidence.provider == attest::Provider::kTdx)
      seeds.Add("dcap", name, evidence.quote);
    if (evidence.provider == attest::Provider::kNitro) seeds.Add("nitro", name, evidence.quote);
  }
  seeds.Add("nitro", "recorded", kat::Hex(kat::Cases("nitro_document.txt", "document", 1).at(0)[0]));
  for (const std::string name : {"sgx", "tdx"})
    seeds.Add("dcap", "recorded-" + name, kat::Hex(kat::Cases(name + "_quote.txt", "quote", 1).at(0)[0]));
  const attest::TestChip chip;
  Bytes snp = chip.Signed();
  Append(snp, chip.Make().collateral.front());
  seeds.Add("snp", "chip", snp);
  seeds.Add("certificate", "amd", Chained({chip.Leaf(), chip.Middle(), chip.Root()}));
  const std::string pem = attest::TestPlatform{}.Chain();
  seeds.Add("certificate", "pem", AsBytes(pem));
  const attest::Evidence tpm = attest::CertifiedTpm2(
      {.extensions = {{"1.2.840.113741.1.13.1", attest::SgxExtension(attest::TcbRows())}}});
  seeds.Add("certificate", "pck", Chained({tpm.collateral[0], tpm.collateral[1], tpm.collateral[2]}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_attest_seeds FOLDER\n";
    return 2;
  }
  WriteAll(Seeds(argv[1]));
  return 0;
}
