// The channel between enclaves: static and ephemeral keys and what travels are secret, what is on the wire is
// not.
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_protocol.h"
#include "tests/unit/peer/network.h"

namespace passport::ct {

using crypto::SecretKey32;

void NoiseHandshake() {
  SecretRng rng(1);
  const SecretKey32 one = rng.Key();
  const SecretKey32 two = rng.Key();
  const crypto::X25519PublicKey public_one = crypto::PublicX25519(one);
  const crypto::X25519PublicKey public_two = crypto::PublicX25519(two);
  Publish(public_one);  // in the manifest
  Publish(public_two);  // in the manifest
  auto first = peer::WriteMessage1({{}, one, public_two}, rng.Key(), {}).value();
  Publish(first.message);  // message 1
  auto second = peer::ReadMessage1({{}, two, public_one}, first.message).value();
  auto responder = std::move(second.next).WriteMessage2(rng.Key(), {}).value();
  Publish(responder.message);  // message 2
  auto initiator = std::move(first.next).ReadMessage2(responder.message).value();
  peer::CipherState& send = initiator.transport.send;
  peer::CipherState& receive = responder.transport.receive;
  Bytes plaintext(300);
  for (int i = 0; i < 2; ++i) {
    rng.Fill(plaintext);
    Bytes sealed = send.Encrypt({}, plaintext);
    Require(HasSecretBits(sealed), "the ciphertext has lost its secret");
    Publish(sealed);  // a transport message
    Bytes forged = sealed;
    forged[5] ^= 1;
    Require(!receive.Decrypt({}, forged).ok(), "a forged message");
    const auto opened = receive.Decrypt({}, sealed);
    Require(opened.ok() && HasSecretBits(opened.value().Expose()), "the message opens");
    send.Rekey();
    receive.Rekey();
  }
}

namespace {

peer::Session::Started StartEnd(const peer::Manifest& manifest, std::uint16_t own, std::uint16_t other) {
  ByteArray<32> identity = peer::RepeatedKey(own).Expose();
  ByteArray<32> channel = peer::RepeatedKey(own + 64u).Expose();
  Poison(identity);
  Poison(channel);
  const crypto::SigningKey key{SecretKey32(identity)};
  Publish(key.public_key());  // in the manifest
  const SecretKey32 channel_key(channel);
  BootId boot;
  boot.bytes.fill(static_cast<std::uint8_t>(own));
  SecretRng rng(own);
  return peer::Session::Start(manifest, {PartyIndex{own}, 0, boot, key, channel_key, {}}, PartyIndex{other},
                              0, rng)
      .value();
}

// Delivers frames, which the host sees; gives what the receiver answers.
std::vector<Bytes> Deliver(const std::vector<Bytes>& frames, peer::Session& to,
                           std::vector<crypto::SecretBytes>* messages = nullptr) {
  std::vector<Bytes> answers;
  for (const Bytes& frame : frames) {
    Publish(frame);  // on the wire
    auto output = to.OnFrame(frame).value();
    for (Bytes& answer : output.frames) answers.push_back(std::move(answer));
    if (to.attesting() && !output.evidence) {
      // Once; a second time is refused.
      if (auto shown = to.SealEvidence(AsBytes("evidence")); shown.ok())
        answers.push_back(std::move(shown).value());
    }
    if (output.evidence) answers.push_back(to.Accept().value());
    for (crypto::SecretBytes& message : output.messages) {
      if (messages != nullptr) messages->push_back(std::move(message));
    }
  }
  return answers;
}

}  // namespace

void PeerSession() {
  const peer::Manifest manifest = peer::MakeManifest(2, 2);
  auto low = StartEnd(manifest, 1, 2);
  auto high = StartEnd(manifest, 2, 1);
  std::vector<Bytes> to_high = std::move(low.frames);
  std::vector<Bytes> to_low = std::move(high.frames);
  while (!to_high.empty() || !to_low.empty()) {
    for (Bytes& answer : Deliver(std::exchange(to_high, {}), high.session))
      to_low.push_back(std::move(answer));
    for (Bytes& answer : Deliver(std::exchange(to_low, {}), low.session))
      to_high.push_back(std::move(answer));
  }
  Require(low.session.open() && high.session.open(), "the session opens");
  SecretRng rng(3);
  Bytes message(100);
  rng.Fill(message);
  std::vector<crypto::SecretBytes> received;
  Deliver({low.session.Seal(message).value()}, high.session, &received);
  Require(received.size() == 1 && HasSecretBits(received[0].Expose()), "the message arrives");
}

}  // namespace passport::ct
