// What a request costs besides the protocols: the call into the enclave, the client's envelope, sealing.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/micro/harness.h"
#include "edl/generated/node_host.h"
#include "sealing/sealer.h"
#include "tests/unit/edl/recording_handler.h"
#include "tools/client/developer_key.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/rsa.h"

namespace passport::bench {
namespace {

// Host and enclave ends of the boundary, without the socket between them: a call is encoded, dispatched to a
// handler that answers at once, and the answer decoded.
struct Boundary {
  Boundary() {
    handler.answer = [this](edl::Effects& effects) {
      effects.Reply(1, 1, 0, reply);
      return Status::kOk;
    };
    request.scope_id = AsBytes(scope_id);
    request.encrypted_key = AsBytes(encrypted_key);
    request.encrypted_user = AsBytes(encrypted_user);
    request.encrypted_key_signature = AsBytes(assertion);
    request.body = AsBytes(body);
    peer_frame.frame = frame;
  }
  template <class Call>
  void RoundTrip(const Call& call) {
    const Bytes record = edl::EncodeCall(++seq, call).value();
    const std::vector<Bytes> answer = edl::Dispatch(handler, record, sequence).value();
    edl::AnswerReader reader(seq, Call::kCall);
    for (const Bytes& each : answer) PASSPORT_CHECK(reader.Take(each).ok());
    PASSPORT_CHECK(std::move(reader).Finish().effects.size() == 1);
    handler.calls.clear();
  }

  // The sizes are those of a personal_sign of 64 bytes.
  std::string scope_id = std::string(36, 's'), encrypted_key = std::string(344, 'k'),
              encrypted_user = std::string(76, 'u'), assertion = std::string(628, 'a'),
              body = std::string(260, 'b');
  Bytes reply = Bytes(170);
  Bytes frame = Bytes(sign::Header::kSize + sign::Multiplication::kPayloadSize);
  edl::ClientRequestCall request;
  edl::PeerFrameCall peer_frame;
  edl_test::RecordingHandler handler;
  edl::SequenceState sequence;
  std::uint64_t seq = 0;
};

// The same with the enclave's end in a process of its own, over the kind of socket that passportd makes.
class TwoProcesses : public Boundary {
 public:
  TwoProcesses() {
    int fds[2];
    PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
    enclave_ = fork();
    PASSPORT_CHECK(enclave_ >= 0);
    close(fds[enclave_ == 0 ? 0 : 1]);
    fd_ = fds[enclave_ == 0 ? 1 : 0];
    if (enclave_ == 0) Serve();
  }
  ~TwoProcesses() {
    close(fd_);
    waitpid(enclave_, nullptr, 0);
  }
  TwoProcesses(const TwoProcesses&) = delete;
  TwoProcesses& operator=(const TwoProcesses&) = delete;

  template <class Call>
  void RoundTrip(const Call& call) {
    Send(edl::EncodeCall(++seq, call).value());
    edl::AnswerReader reader(seq, Call::kCall);
    for (;;) {
      const auto last = reader.Take(Receive());
      PASSPORT_CHECK(last.ok());
      if (last.value()) break;
    }
    PASSPORT_CHECK(std::move(reader).Finish().effects.size() == 1);
  }

 private:
  // Until the other end is closed.
  [[noreturn]] void Serve() {
    for (;;) {
      const ByteSpan record = Receive();
      if (record.empty()) _exit(0);
      for (const Bytes& each : edl::Dispatch(handler, record, sequence).value()) Send(each);
      handler.calls.clear();
    }
  }
  void Send(ByteSpan record) {
    PASSPORT_CHECK(send(fd_, record.data(), record.size(), MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(record.size()));
  }
  ByteSpan Receive() {
    const ssize_t size = recv(fd_, incoming_.data(), incoming_.size(), 0);
    PASSPORT_CHECK(size >= 0);
    return {incoming_.data(), static_cast<std::size_t>(size)};
  }

  Bytes incoming_ = Bytes(kRecordBytesMax);
  int fd_ = -1;
  pid_t enclave_ = -1;
};

struct Envelope {
  crypto::SystemRng rng;
  crypto::SecretKey32 aes = rng.Key();
  Bytes sealed = crypto::SealAesGcm(aes.Expose(), Bytes(400), rng);
  crypto::EnvelopeKey rsa = crypto::EnvelopeKey::Generate();
  Bytes wrapped = crypto::SealToEnvelope(rsa.public_spki(), Bytes(44)).value();
};

// A developer's assertion, which every signer of a request verifies for itself.
struct Assertion {
  std::string text = std::string(76, 'u');
  client::DeveloperKey developer = client::DeveloperKey::Generate();
  crypto::P256PublicKey key = crypto::ParseP256(developer.EncodePublic()).value();
  crypto::P256Signature signature = crypto::ParseP256Signature(developer.Sign(text)).value();
};

// A record of the size of a sealed key share.
struct Record {
  crypto::SystemRng rng;
  sealing::Sealer sealer{{rng.Key(), rng.Key(), 1}};
  sealing::RecordHeader header;
  Bytes plaintext = Bytes(400);
  Bytes sealed = sealer.Seal(header, plaintext, rng);
};

}  // namespace

void AddBoundaryRows() {
  AddRow<Boundary>("edl_client_request", [](Boundary& b) { b.RoundTrip(b.request); });
  AddRow<Boundary>("edl_peer_frame_40k", [](Boundary& b) { b.RoundTrip(b.peer_frame); });
  AddWallRow<TwoProcesses>("edl_client_request_wall", [](TwoProcesses& b) { b.RoundTrip(b.request); });
  AddWallRow<TwoProcesses>("edl_peer_frame_40k_wall", [](TwoProcesses& b) { b.RoundTrip(b.peer_frame); });
  AddRow<Envelope>("aes_gcm_open",
                   [](Envelope& e) { PASSPORT_CHECK(crypto::OpenAesGcm(e.aes.Expose(), e.sealed).ok()); });
  AddRow<Envelope>("rsa_open", [](Envelope& e) { PASSPORT_CHECK(e.rsa.Open(e.wrapped).ok()); });
  AddRow<Assertion>("p256_parse", [](Assertion& a) { PASSPORT_CHECK(crypto::ParseP256(a.key).ok()); });
  AddRow<Assertion>("p256_verify", [](Assertion& a) {
    PASSPORT_CHECK(crypto::VerifyP256(a.key, AsBytes(a.text), a.signature));
  });
  AddRow<Record>("seal_record",
                 [](Record& r) { benchmark::DoNotOptimize(r.sealer.Seal(r.header, r.plaintext, r.rng)); });
  AddRow<Record>("unseal_record", [](Record& r) {
    PASSPORT_CHECK(r.sealer.Unseal(r.header.type, r.header.id, r.sealed).ok());
  });
}

}  // namespace passport::bench
