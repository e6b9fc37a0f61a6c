// Asio's TCP with the options that peers' connections get, and reading one frame.
#pragma once

#include <string>

#include "edl/base/bytes.h"
#include "untrusted/net/asio.h"
// After the header above, which repairs Asio.
#include <boost/asio/ip/tcp.hpp>

namespace passport::host::mesh {

using net::asio::awaitable;
using net::asio::ip::tcp;

// A frame on the wire: its size as u32 little endian, then that many bytes, 1 to this many.
inline constexpr std::size_t kFrameBytesMax = 163840;

// No delay, keep-alive and a limit on unacknowledged data, so that a dead peer is noticed within about 20 s.
void SetPeerOptions(tcp::socket& socket);

// The next frame of at most `bytes_max` bytes. On failure `problem` says why and the result is empty: an end
// of file or an error of the system, or "garbage framing".
awaitable<Bytes> ReadFrame(tcp::socket& socket, std::size_t bytes_max, std::string& problem);

inline constexpr const char* kGarbage = "garbage framing";

}  // namespace passport::host::mesh
