#include "trusted/process/helper.h"

#include <sys/socket.h>

#include "trusted/crypto/secret.h"

namespace passport::process {

using platform_link::HelperAnswer;
using platform_link::Op;

bool Helper::Send(Op op, ByteSpan body) const {
  const crypto::SecretBytes request(platform_link::HelperRequest{op, body}.Encode());
  return send(peer.get(), request.Expose().data(), request.Expose().size(), MSG_NOSIGNAL) > 0;
}

Result<Bytes, Problem> Helper::Receive(Op op) {
  const std::string name(NameOf(program));
  if (!running()) return Fail(name + " does not run; start passportd with it");
  if (!FirstReadable({peer.get()}, kHelperMs)) {
    peer.Close();
    return Fail(name + " does not answer; look after its devices");
  }
  crypto::SecretBytes record{Bytes(platform_link::kHelperBytesMax + 1)};
  const ssize_t size = recv(peer.get(), record.ExposeMutable().data(), record.Expose().size(), 0);
  const ByteSpan bytes = record.Expose().first(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  const Result<HelperAnswer> answer = HelperAnswer::Parse(bytes);
  if (!answer.ok() || answer.value().op != op) {
    peer.Close();
    return Fail(name + (bytes.empty() ? " ended during a request; see passportd's log"
                                      : " is of another build; install all programs of one build"));
  }
  if (!answer.value().ok) return Fail(Problem(AsText(answer.value().body)));
  return ToBytes(answer.value().body);
}

Result<Bytes, Problem> Helper::Ask(Op op, ByteSpan body) {
  if (running()) Send(op, body);  // a failure shows in what is received
  return Receive(op);
}

ExitReason Helper::Stop(std::int64_t grace_ms) {
  peer.Close();
  return AwaitEnd(child, grace_ms);
}

}  // namespace passport::process
