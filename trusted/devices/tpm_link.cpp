#include "trusted/devices/tpm_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace passport::devices {
namespace {

using process::Descriptor;

// Making a key is the slowest thing that is asked for: well below a second for P-256 on any TPM, so this only
// ends a wait for one that is gone, or that serves somebody else.
constexpr int kAnswerMs = 20'000;
constexpr std::size_t kHeaderBytes = 10;       // tag, size, code
constexpr std::size_t kAnswerBytesMax = 4096;  // TPM2_MAX_RESPONSE_SIZE
constexpr std::uint64_t kContextMagic = 0x70617373706f7274;

Refusal CannotReach(std::string_view name, std::string_view why) {
  return "cannot reach the TPM " + std::string(name) + ": " + std::string(why) +
         "; start it, or correct --tpm2 (swtpm:path=SOCKET, swtpm:host=ADDRESS,port=N or device:/dev/tpmrm0)";
}

Descriptor Connect(int family, int protocol, const sockaddr* address, socklen_t size) {
  Descriptor out(socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol));
  if (out.ok() && connect(out.get(), address, size) != 0) out.Close();
  return out;
}

Descriptor ConnectLocal(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  errno = ENAMETOOLONG;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.data(), path.size());
  return Connect(AF_UNIX, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// text: "ADDRESS,port=N".
Descriptor ConnectTcp(std::string_view text) {
  constexpr std::string_view kPort = ",port=";
  const std::size_t comma = text.find(kPort);
  errno = EINVAL;
  if (comma == std::string_view::npos) return {};
  const std::string host(text.substr(0, comma) == "localhost" ? "127.0.0.1" : text.substr(0, comma));
  const std::string_view digits = text.substr(comma + kPort.size());
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return {};
  Descriptor out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    out = Connect(AF_INET, IPPROTO_TCP, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    out = Connect(AF_INET6, IPPROTO_TCP, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  const int at_once = 1;  // commands are single small writes
  if (out.ok()) setsockopt(out.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  return out;
}

std::optional<std::string_view> After(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

// The size that the header of a response names, once there is a header.
std::size_t NamedSize(ByteSpan response) {
  if (response.size() < kHeaderBytes) return kHeaderBytes;
  std::size_t size = 0;
  for (const std::uint8_t byte : response.subspan(2, 4)) size = size << 8 | byte;
  return size;
}

}  // namespace

Result<Descriptor, Refusal> TpmLink::Open(std::string_view name) {
  Descriptor out;
  if (const auto path = After("swtpm:path=", name)) {
    out = ConnectLocal(*path);
  } else if (const auto address = After("swtpm:host=", name)) {
    out = ConnectTcp(*address);
  } else if (const auto file = After("device:", name)) {
    out = Descriptor(open(std::string(*file).c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  } else {
    return Fail(CannotReach(name, "no such kind of TPM"));
  }
  if (!out.ok()) return Fail(CannotReach(name, ErrorName(errno)));
  return out;
}

TpmLink::TpmLink(int descriptor) : descriptor_(descriptor), context_{} {
  context_.common.magic = kContextMagic;
  context_.common.version = 1;
  context_.common.transmit = Transmit;
  context_.common.receive = Receive;
  context_.link = this;
}

TSS2_RC TpmLink::Transmit(TSS2_TCTI_CONTEXT* context, std::size_t size, const std::uint8_t* command) {
  TpmLink& link = *reinterpret_cast<Context*>(context)->link;
  link.answer_.clear();
  return !link.lost_ && link.Send({command, size}) ? TSS2_RC_SUCCESS : TSS2_TCTI_RC_IO_ERROR;
}

// libtss2 may ask for the size first, without a place for the answer.
TSS2_RC TpmLink::Receive(TSS2_TCTI_CONTEXT* context, std::size_t* size, std::uint8_t* response,
                         std::int32_t) {
  TpmLink& link = *reinterpret_cast<Context*>(context)->link;
  if (link.lost_ || (link.answer_.empty() && !link.AwaitAnswer())) return TSS2_TCTI_RC_IO_ERROR;
  const std::size_t room = *size;
  *size = link.answer_.size();
  if (response == nullptr) return TSS2_RC_SUCCESS;
  if (room < link.answer_.size()) return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
  std::copy(link.answer_.begin(), link.answer_.end(), response);
  link.answer_.clear();
  return TSS2_RC_SUCCESS;
}

bool TpmLink::Send(ByteSpan command) {
  while (!command.empty()) {
    const ssize_t size = write(descriptor_, command.data(), command.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      lost_ = true;
      return false;
    }
    command = command.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

// Reads until the size in the header is reached. A device gives the whole response in one read.
bool TpmLink::AwaitAnswer() {
  Bytes answer(kAnswerBytesMax);
  std::size_t have = 0;
  lost_ = true;  // until it is whole
  do {
    pollfd readable{descriptor_, POLLIN, 0};
    const int ready = poll(&readable, 1, kAnswerMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t size = read(descriptor_, answer.data() + have, answer.size() - have);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    have += static_cast<std::size_t>(size);
  } while (have < NamedSize(ByteSpan(answer).first(have)) && have < answer.size());
  if (NamedSize(ByteSpan(answer).first(have)) != have) return false;
  answer.resize(have);
  answer_ = std::move(answer);
  lost_ = false;
  return true;
}

}  // namespace passport::devices
