// Answers of passportd to what the enclave asked it for: read from descriptor 4, handed over unread.
#pragma once

#include <functional>
#include <memory>

#include "edl/base/bytes.h"
#include "untrusted/metrics/metrics.h"

namespace boost::asio {
class io_context;
}

namespace passport::host::enclave {

inline constexpr std::size_t kPlatformAnswerBytesMax = 65'536;

// The end of a SEQPACKET pair on which passportd only sends. When it closes, answers end and nothing else
// does: the enclave stops waiting for them by itself. Must not be destroyed while the io_context runs.
class PlatformAnswers {
 public:
  // False: the enclave's queue is full; the answer is dropped, as one that came too late would be.
  using Take = std::function<bool(ByteSpan answer)>;

  // Takes over `fd`.
  PlatformAnswers(boost::asio::io_context& io, int fd, Take take, metrics::Registry& metrics);
  ~PlatformAnswers();
  PlatformAnswers(const PlatformAnswers&) = delete;
  PlatformAnswers& operator=(const PlatformAnswers&) = delete;

 private:
  class Socket;
  void ReadWhenReady();
  void ReadAll();

  Take take_;
  metrics::Counter& taken_;
  metrics::Counter& dropped_;
  Bytes buffer_;
  std::shared_ptr<Socket> socket_;
};

}  // namespace passport::host::enclave
