// passport verify: checks signatures without asking any node.
#include <iostream>

#include "tools/cli/command.h"
#include "tools/cli/inputs.h"
#include "tools/cli/problem.h"
#include "tools/cli/raw_transaction.h"
#include "tools/cli/signed_data.h"
#include "trusted/eth/message.h"
#include "trusted/eth/transaction.h"
#include "trusted/eth/typed_data.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

void AddOptions(po::options_description& options, const char* signature) {
  options.add_options()("address", po::value<std::string>(), "the address that should have signed (needed)")(
      "signature", po::value<std::string>(), signature)("json", "print one JSON object");
}

// Says whether the signer is the address that was expected.
int Judge(const po::variables_map& values, const eth::Address& signer) {
  const eth::Address expected = OrProblem(eth::ParseAddress(Required(values, "address")), "--address");
  const bool valid = signer == expected;
  if (values.contains("json")) {
    std::cout
        << json::ObjectWriter().Bool("valid", valid).Text("signer", eth::ToChecksumText(signer)).Finish()
        << std::endl;
  } else if (valid) {
    std::cout << "valid: signed by " << eth::ToChecksumText(signer) << std::endl;
  } else {
    std::cout << "NOT valid: signed by " << eth::ToChecksumText(signer) << ", not by "
              << eth::ToChecksumText(expected) << std::endl;
  }
  return valid ? 0 : kExitFailed;
}

constexpr const char* kSignatureHelp = "65 bytes r || s || v as hex (needed)";

}  // namespace

int VerifyMessage(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  AddOptions(options, kSignatureHelp);
  AddMessageOptions(options);
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const curve::EcdsaSignature signature = ParseSignature(Required(*values, "signature"));
  return Judge(*values, SignerOf(eth::PersonalMessageDigest(ReadMessage(*values)), signature));
}

int VerifyTypedData(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  AddOptions(options, kSignatureHelp);
  AddObjectOptions(options);
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const curve::EcdsaSignature signature = ParseSignature(Required(*values, "signature"));
  const eth::TypedData data = OrProblem(eth::ParseTypedData(ReadObject(*values)), "the typed data");
  return Judge(*values, SignerOf(data.digest, signature));
}

int VerifyTransaction(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  AddOptions(options, "the raw signed transaction as hex (needed)");
  options.add_options()("data", po::value<std::string>(),
                        "what should have been signed: a JSON object, or the file of one");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  std::string hex = Required(*values, "signature");
  if (hex.starts_with("0x")) hex.erase(0, 2);
  const Bytes raw = OrProblem(ParseHex(hex), "the raw transaction");
  const RawTransaction transaction = OrProblem(ParseRawTransaction(raw), "the raw transaction");
  if (const auto data = Optional<std::string>(*values, "data")) {
    const eth::Transaction expected =
        OrProblem(eth::ParseTransaction(ObjectFrom(*data, "--data")), "the transaction of --data");
    if (expected.SigningDigest() != transaction.digest)
      throw Problem("the raw transaction is not the one of --data; do not send it, compare both");
  }
  return Judge(*values, SignerOf(transaction.digest, transaction.signature));
}

}  // namespace passport::cli
