// Boost.Asio's own code, compiled once.
#include <utility>

#include <boost/asio/impl/src.hpp>
