// Two ends of a session and a hostile network between them: each end reads a beginning of what the other one
// has sealed, in order, once, unchanged, and nothing after its first failure.
#include <deque>
#include <optional>
#include <utility>

#include "edl/base/codec.h"
#include "tests/unit/peer/network.h"

using namespace passport;
using peer::Session;

namespace {

constexpr std::size_t kStepsMax = 256;

struct End {
  Session session;
  std::deque<Bytes> incoming;  // on their way to it
  std::vector<Bytes> sealed;   // by it
  std::vector<Bytes> read;
  bool shown = false;  // its evidence
  bool failed = false;
};

Session::Started StartEnd(std::uint16_t self, std::uint16_t other, const peer::Manifest& manifest,
                          crypto::Rng& rng) {
  static const peer::NodeKeys made[] = {peer::NodeKeys(1), peer::NodeKeys(2)};
  const peer::NodeKeys& keys = made[self - 1];
  const peer::LocalEnd local{
      PartyIndex{self},        0, BootId{{static_cast<std::uint8_t>(self)}}, keys.identity, keys.channel,
      peer::VersionRange{1, 3}};
  return Session::Start(manifest, local, PartyIndex{other}, 0, rng).value();
}

class Wire {
 public:
  explicit Wire(crypto::Rng& rng) {
    static const peer::Manifest manifest = peer::MakeManifest(3, 2);
    auto one = StartEnd(1, 2, manifest, rng);
    auto two = StartEnd(2, 1, manifest, rng);
    ends_.push_back({std::move(one.session), {two.frames.begin(), two.frames.end()}, {}, {}});
    ends_.push_back({std::move(two.session), {one.frames.begin(), one.frames.end()}, {}, {}});
  }

  // One step: what happens, at which end.
  void Step(Reader& in) {
    const std::uint8_t what = in.U8();
    const std::size_t at = what % 2;
    End& end = ends_[at];
    switch (what / 2 % 8) {
      case 0:
        return Seal(at, in.Var(64));
      case 1:
        return Edit(end, in.U16(), in.U8());
      case 2:
        return Deliver(at, ToBytes(in.Var(512)));  // a frame of the network's own
      case 3:
        if (!end.incoming.empty()) end.incoming.pop_front();
        return;
      case 4:
        if (!end.incoming.empty()) end.incoming.push_front(end.incoming.front());
        return;
      case 5:
        if (end.incoming.size() > 1) std::swap(end.incoming[0], end.incoming[1]);
        return;
      default:
        return DeliverNext(at);
    }
  }
  void DeliverNext(std::size_t at) {
    if (ends_[at].incoming.empty()) return;
    const Bytes frame = std::move(ends_[at].incoming.front());
    ends_[at].incoming.pop_front();
    Deliver(at, frame);
  }
  void Finish() {
    for (std::size_t i = 0; i < 16; ++i) DeliverNext(i % 2);
    for (const auto& [from, to] : {std::pair(&ends_[0], &ends_[1]), std::pair(&ends_[1], &ends_[0])}) {
      PASSPORT_CHECK(to->read.size() <= from->sealed.size());
      PASSPORT_CHECK(std::ranges::equal(to->read, std::span(from->sealed).first(to->read.size())));
    }
    if (!ends_[0].session.open() || !ends_[1].session.open()) return;
    PASSPORT_CHECK(ends_[0].session.handshake_hash() == ends_[1].session.handshake_hash());
    PASSPORT_CHECK(ends_[0].session.version() == ends_[1].session.version());
  }

 private:
  void Seal(std::size_t at, ByteSpan message) {
    End& end = ends_[at];
    auto frame = end.session.Seal(message);
    PASSPORT_CHECK(frame.ok() == end.session.open());
    if (!frame.ok()) return;
    end.sealed.push_back(ToBytes(message));
    ends_[1 - at].incoming.push_back(std::move(frame).value());
  }
  static void Edit(End& end, std::size_t at, std::uint8_t change) {
    if (end.incoming.empty() || end.incoming.front().empty()) return;
    Bytes& frame = end.incoming.front();
    if (change == 0) return frame.resize(at % frame.size());
    frame[at % frame.size()] ^= change;
  }
  void Deliver(std::size_t at, const Bytes& frame) {
    End& end = ends_[at];
    auto output = end.session.OnFrame(frame);
    PASSPORT_CHECK(!(end.failed && output.ok()));
    if (!output.ok()) {
      PASSPORT_CHECK(!end.failed || output.error() == Status::kBadSession);
      PASSPORT_CHECK(!end.session.open());
      end.failed = true;
      return;
    }
    for (Bytes& out : output.value().frames) ends_[1 - at].incoming.push_back(std::move(out));
    Attest(at, output.value().evidence);
    for (const crypto::SecretBytes& message : output.value().messages)
      end.read.push_back(ToBytes(message.Expose()));
  }

  // What a core does: shows evidence of its own, and accepts what it is shown, which must be the peer's.
  void Attest(std::size_t at, const std::optional<crypto::SecretBytes>& seen) {
    End& end = ends_[at];
    if (end.session.attesting() && !std::exchange(end.shown, true))
      ends_[1 - at].incoming.push_back(end.session.SealEvidence(EvidenceOf(at)).value());
    if (!seen) return;
    PASSPORT_CHECK(Equal(seen->Expose(), EvidenceOf(1 - at)));
    ends_[1 - at].incoming.push_back(end.session.Accept().value());
    PASSPORT_CHECK(!end.session.Accept().ok());  // once
  }
  static Bytes EvidenceOf(std::size_t at) { return Bytes(40, static_cast<std::uint8_t>(at)); }

  std::vector<End> ends_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::SeededRng rng(1);
  Wire wire(rng);
  Reader in({data, size});
  for (std::size_t step = 0; step < kStepsMax && in.remaining() > 0; ++step) wire.Step(in);
  wire.Finish();
  return 0;
}
