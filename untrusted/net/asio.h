// The part of Boost.Asio that this host uses. <utility> comes first because Asio 1.74 forgets it.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace passport::host::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// As a completion token: the coroutine goes on and finds the outcome in `error` instead of an exception.
inline auto Into(ErrorCode& error) { return asio::redirect_error(asio::use_awaitable, error); }

}  // namespace passport::host::net
