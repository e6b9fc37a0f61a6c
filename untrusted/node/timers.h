// The timers of a node, apart so that node.h needs no Asio.
#pragma once

#include "untrusted/net/asio.h"
#include "untrusted/node/node.h"

namespace passport::host::node {

struct Node::Timers {
  explicit Timers(boost::asio::io_context& io) : tick(io), stop(io), listen(io) {}
  net::asio::steady_timer tick;
  net::asio::steady_timer stop;
  net::asio::steady_timer listen;
  std::chrono::steady_clock::time_point tick_at;
};

}  // namespace passport::host::node
