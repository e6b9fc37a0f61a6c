// The release enclave, confined, over its socket. PASSPORT_FUZZ_ENCLAVE names the program; without it this
// target does nothing. Whatever a body is, the process lives and answers; it ends only by a broken frame (65)
// or a host that is gone (0), never by a signal: not by its filter (SIGSYS), not by a fault.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "edl/base/codec.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz_processes/enclave_child.h"
#include "tests/unit/peer/network.h"
#include "trusted/json/json.h"
#include "trusted/platform/exit_codes.h"

using namespace passport;
using fuzz::EnclaveChild;
using platform::Exit;

namespace {

constexpr std::size_t kInputsOfOneChild = 500;
constexpr std::size_t kStepsMax = 64;
constexpr edl::Call kCalls[] = {edl::Call::kHello,         edl::Call::kProvision, edl::Call::kResume,
                                edl::Call::kClientRequest, edl::Call::kPeerUp,    edl::Call::kPeerDown,
                                edl::Call::kPeerFrame,     edl::Call::kFetched,   edl::Call::kTick,
                                edl::Call::kAdmin,         edl::Call::kAttest,    edl::Call::kStatus};

class Driver {
 public:
  explicit Driver(const char* program) : child_(program) {}
  bool over() const { return over_ || inputs_ >= kInputsOfOneChild; }
  void Run(Reader& in);

 private:
  std::optional<edl::Answer> Call(edl::Call call, ByteSpan body);
  template <class C>
  std::optional<edl::Answer> Make(const C& call) {
    Writer body;
    call.Encode(body);
    return Call(C::kCall, body.bytes());
  }
  void SendRaw(ByteSpan record);
  void ExpectEnd(Exit code);
  void Form();

  EnclaveChild child_;
  std::uint64_t next_seq_ = 1;
  std::size_t inputs_ = 0;
  bool over_ = false;
};

void Driver::ExpectEnd(Exit code) {
  over_ = true;
  const int status = child_.WaitForEnd();
  const bool as_expected = WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(code);
  if (!as_expected)
    std::fprintf(stderr, "the enclave ended with wait status 0x%x, not with exit code %d\n", status,
                 static_cast<int>(code));
  PASSPORT_CHECK(as_expected);
}

std::optional<edl::Answer> Driver::Call(edl::Call call, ByteSpan body) {
  if (body.size() > kFrameBodyBytesMax) return std::nullopt;
  const FrameHeader header{.kind = FrameKind::kRequest,
                           .call_id = static_cast<std::uint16_t>(call),
                           .seq = next_seq_,
                           .schema = edl::kSchema};
  child_.Send(EncodeFrame(header, body));
  edl::AnswerReader reader(next_seq_++, call);
  for (;;) {
    const auto record = child_.Receive();
    if (!record)
      std::fprintf(stderr, "no answer to call %u of %zu bytes: wait status 0x%x\n", header.call_id,
                   body.size(), child_.WaitForEnd());
    PASSPORT_CHECK(record.has_value());
    const auto last = reader.Take(*record);
    PASSPORT_CHECK(last.ok());
    if (last.value()) return std::move(reader).Finish();
  }
}

// A record as it is: an enclave that can read it answers, any other ends with the code for that.
void Driver::SendRaw(ByteSpan record) {
  const auto frame = ParseFrame(record, edl::kSchema);
  const bool is_request = frame.ok() && frame.value().header.kind == FrameKind::kRequest &&
                          frame.value().header.seq == next_seq_ &&
                          edl::IsKnown(static_cast<edl::Call>(frame.value().header.call_id));
  if (is_request) {
    Call(static_cast<edl::Call>(frame.value().header.call_id), frame.value().body);
    return;
  }
  child_.Send(record);
  PASSPORT_CHECK(!child_.Receive());  // nothing more is said
  ExpectEnd(record.empty() ? Exit::kOrderly : Exit::kFraming);
}

// A network of this enclave and two strangers: it serves, alone.
void Driver::Form() {
  Make(edl::ProvisionCall{edl::ProvisionKind::kRecordsEnd, {}});
  const auto answer = Make(edl::AttestCall{7, {}, false});
  peer::Manifest manifest = peer::MakeManifest(3, 2);
  for (const edl::Effect& effect : answer->effects) {
    const auto* reply = std::get_if<edl::ReplyEffect>(&effect);
    if (reply == nullptr) continue;
    const auto claims = json::Parse(reply->body).value();
    const auto key = [&](std::string_view name) {
      return ToArray<32>(ParseHex(claims.GetString(name).value()).value()).value();
    };
    manifest.rows[0].identity_key = key("identity_key");
    manifest.rows[0].channel_key = key("channel_key");
  }
  const std::string file = peer::EncodeFile(peer::SignedBy(std::move(manifest), {1, 2, 3}), "");
  Make(edl::ProvisionCall{edl::ProvisionKind::kManifest, AsBytes(file)});
}

void Driver::Run(Reader& in) {
  ++inputs_;
  for (std::size_t step = 0; step < kStepsMax && in.remaining() > 0 && !over_; ++step) {
    const std::uint8_t operation = in.U8();
    if (operation < 0xc0) {
      Call(kCalls[operation % std::size(kCalls)], in.Var(kFrameBodyBytesMax));
    } else if (operation < 0xe0) {
      Form();
    } else if (operation < 0xf8) {
      SendRaw(in.Var(kFrameBodyBytesMax));
    } else {
      child_.CloseHostEnd();
      ExpectEnd(Exit::kOrderly);
    }
  }
  if (!over_) PASSPORT_CHECK(Make(edl::StatusCall{1})->status == Status::kOk);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* program = std::getenv("PASSPORT_FUZZ_ENCLAVE");
  static std::unique_ptr<Driver> driver;
  if (program == nullptr) return 0;
  if (driver == nullptr || driver->over()) driver = std::make_unique<Driver>(program);
  Reader in({data, size});
  driver->Run(in);
  return 0;
}
