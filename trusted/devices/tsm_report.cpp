#include "trusted/devices/tsm_report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "trusted/attest/dcap_quote.h"

namespace passport::devices {
namespace {

using attest::Evidence;
using attest::Provider;
using process::Descriptor;

constexpr char kEntry[] = "passport-platform";
constexpr std::size_t kShortBytesMax = 64;  // generation, provider
constexpr int kReportTries = 3;

Refusal Failed(std::string_view doing, std::string_view attribute, int error) {
  return "configfs-tsm: cannot " + std::string(doing) + " " + std::string(attribute) + ": " +
         ErrorName(error) + "; see the kernel's log";
}

// A whole attribute. A binary one is made at the first read after it was opened, so it is never kept open.
Result<Bytes, Refusal> ReadAttribute(int entry, const char* name, std::size_t size_max) {
  const Descriptor file(openat(entry, name, O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Fail(Failed("open", name, errno));
  Bytes out(size_max + 1);
  std::size_t have = 0;
  for (;;) {
    const ssize_t size = read(file.get(), out.data() + have, out.size() - have);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Fail(Failed("read", name, errno));
    have += static_cast<std::size_t>(size);
    if (have > size_max) return Fail(Failed("take all of", name, E2BIG));
    if (size == 0) break;
  }
  out.resize(have);
  return out;
}

// The kernel takes a binary attribute when it is closed.
Result<Unit, Refusal> WriteAttribute(int entry, const char* name, ByteSpan value) {
  const Descriptor file(openat(entry, name, O_WRONLY | O_CLOEXEC));
  if (!file.ok()) return Fail(Failed("open", name, errno));
  ssize_t size;
  do {
    size = write(file.get(), value.data(), value.size());
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(value.size())) return Fail(Failed("write", name, size < 0 ? errno : EIO));
  return Unit{};
}

Result<std::uint64_t, Refusal> Generation(int entry) {
  PASSPORT_TRY(const Bytes text, ReadAttribute(entry, "generation", kShortBytesMax));
  const std::string_view digits = AsText(text);
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  const std::string_view rest(end, static_cast<std::size_t>(digits.data() + digits.size() - end));
  if (error != std::errc{} || (!rest.empty() && rest != "\n"))
    return Fail(Failed("understand", "generation", EBADMSG));
  return out;
}

}  // namespace

Result<TsmEntry, Refusal> OpenTsm(const std::string& folder, std::optional<uid_t> owner) {
  const Descriptor report(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!report.ok()) return Fail("no configfs-tsm: " + ErrorName(errno));
  if (mkdirat(report.get(), kEntry, 0700) != 0 && errno != EEXIST)
    return Fail("configfs-tsm makes no entry: " + ErrorName(errno));
  TsmEntry out;
  out.folder = Descriptor(openat(report.get(), kEntry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!out.folder.ok()) return Fail("configfs-tsm opens no entry: " + ErrorName(errno));
  PASSPORT_TRY(const Bytes provider, ReadAttribute(out.folder.get(), "provider", kShortBytesMax));
  const std::string_view name = AsText(provider);
  if (name == "sev_guest\n") {
    out.provider = Provider::kSnp;
  } else if (name == "tdx_guest\n") {
    out.provider = Provider::kTdx;
  } else {
    return Fail(Refusal("configfs-tsm is there with a provider of another kind"));
  }
  if (owner && (fchownat(out.folder.get(), "inblob", *owner, *owner, AT_SYMLINK_NOFOLLOW) != 0 ||
                fchown(out.folder.get(), *owner, *owner) != 0))
    return Fail("configfs-tsm gives its entry to nobody: " + ErrorName(errno));
  return out;
}

Result<Evidence, Refusal> QuoteByTsm(int entry, Provider provider, const ByteArray<64>& report_data) {
  for (int i = 0; i < kReportTries; ++i) {
    PASSPORT_TRY(const std::uint64_t before, Generation(entry));
    PASSPORT_TRY_VOID(WriteAttribute(entry, "inblob", report_data));
    PASSPORT_TRY(Bytes report, ReadAttribute(entry, "outblob", attest::kEvidenceBytesMax));
    // Some hosts pad a TDX quote with zeros, which are no part of it.
    const std::size_t size = provider == Provider::kTdx ? attest::DcapQuoteBytes(report) : 0;
    if (size != 0) report.resize(size);
    Evidence out{provider, std::move(report), {}};
    if (provider == Provider::kSnp) {
      PASSPORT_TRY(Bytes certificates, ReadAttribute(entry, "auxblob", attest::kEvidenceBytesMax));
      if (!certificates.empty()) out.collateral.push_back(std::move(certificates));
    }
    PASSPORT_TRY(const std::uint64_t after, Generation(entry));
    if (after != before + 1) continue;
    if (out.quote.empty() || !out.Fits()) return Fail(Failed("use the length of", "outblob", EMSGSIZE));
    return out;
  }
  return Fail(Refusal(
      "somebody else uses our entry of configfs-tsm all the time; stop the second node on this machine"));
}

}  // namespace passport::devices
