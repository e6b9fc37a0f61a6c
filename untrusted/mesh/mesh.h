// All connections to peers: dials those it should, listens for the others, moves frames that it cannot read.
//
// The dialer's first frame is its claimed party index; the claim only says which peer the enclave should
// expect, whose handshake then proves it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edl/base/bytes.h"
#include "untrusted/metrics/log.h"
#include "untrusted/metrics/metrics.h"

namespace boost::asio {
class io_context;
}

namespace passport::host::mesh {

struct Peer {
  std::uint16_t party = 0;
  bool dial = false;
  std::string address;  // host:port
  bool operator==(const Peer&) const = default;
};

struct MeshOptions {
  std::chrono::milliseconds retry_min{100};  // doubles with each failure, with jitter, up to retry_max
  std::chrono::milliseconds retry_max{5000};
  std::chrono::milliseconds settled_time{5000};  // a link that ended sooner may have been refused
  std::chrono::milliseconds connect_time{5000};
  std::chrono::milliseconds hello_time{5000};         // for an incoming connection to say who it is
  std::chrono::milliseconds first_frame_time{10000};  // and then to send its first frame
  std::size_t strangers_max = 64;                     // incoming connections that have not said who they are
  std::size_t links_per_party_max = 4;                // incoming; the least used one makes room
  std::size_t queue_bytes_max = 8 << 20;              // see LinkLimits
  unsigned frames_open_max = 32;
  std::size_t bytes_open_max = 1 << 20;
  std::uint32_t jitter_seed = 1;
};

struct MeshHandlers {
  std::function<void(std::uint16_t party, std::uint64_t link)> on_up;
  // Exactly once for each on_up, also after Cut.
  std::function<void(std::uint64_t link)> on_down;
  // `taken` is to be called once the frame has been dealt with; until then it counts as open.
  std::function<void(std::uint64_t link, Bytes frame, std::function<void()> taken)> on_frame;
};

class Mesh {
 public:
  Mesh(boost::asio::io_context& io, MeshOptions options, MeshHandlers handlers, const metrics::Log& log,
       metrics::Registry& metrics);
  ~Mesh();
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  // Listens at host:port instead of where it did; a host name other than localhost means every address of
  // this machine. Gives the port, or a sentence for the operator.
  Result<std::uint16_t, std::string> Listen(const std::string& address);
  // The party that this node claims to be, and the peers that it should be connected to, replacing those
  // before. Connections to peers that are gone or have moved are closed.
  void SetPeers(std::uint16_t own_party, std::vector<Peer> peers);
  // A link that is gone drops the frame; one whose queue is full is cut.
  void Send(std::uint64_t link, Bytes frame);
  void Cut(std::uint64_t link);
  void Stop();
  std::size_t link_count() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace passport::host::mesh
