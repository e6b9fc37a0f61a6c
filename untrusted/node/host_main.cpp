// passport-host: the untrusted process of a node. passportd starts it with the enclave's socket as
// descriptor 3.
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <cstdio>
#include <iostream>

#include "untrusted/config/config.h"
#include "untrusted/net/asio.h"
#include "untrusted/node/node.h"
// After the headers above, which repair Asio.
#include <boost/asio/signal_set.hpp>

namespace passport::host {
namespace {

constexpr int kEnclaveFd = 3;
constexpr int kPlatformFd = 4;  // given by a passportd that has helpers; answers to the enclave come there
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr std::size_t kSaltBytes = 32;

bool IsSeqpacket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

node::NodeOptions ToOptions(const config::Config& config) {
  node::NodeOptions out;
  out.api_bind = config.api_bind;
  out.api_port = config.api_port;
  out.manifest_path = config.manifest;
  out.peer_listen = config.peer_listen;
  out.enclave.client.client_calls_max = config.max_queue;
  out.api.request_time = std::chrono::milliseconds(config.max_request_ms);
  out.api.requests_max = config.max_requests;
  out.api.requests_per_second_address = config.max_address_rate;
  out.api.requests_per_second_scope = config.max_scope_rate;
  out.api.new_keys_per_second_address = config.max_new_key_rate;
  out.http.connections_max = config.max_connections;
  return out;
}

void ListenForSignals(net::asio::signal_set& signals, node::Node& node, bool& stopping,
                      net::asio::io_context& io) {
  signals.async_wait([&](const net::ErrorCode& error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      node.LoadManifest();
    } else if (stopping) {
      return io.stop();  // asked twice: at once
    } else {
      stopping = true;
      node.Stop();
    }
    ListenForSignals(signals, node, stopping, io);
  });
}

int Run(const config::Config& config, const metrics::Log& log) {
  std::string salt(kSaltBytes, '\0');
  node::NodeOptions options = ToOptions(config);
  // Before anything is opened that could get this number.
  if (IsSeqpacket(kPlatformFd)) options.platform_fd = kPlatformFd;
  if (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()) ||
      getrandom(&options.mesh.jitter_seed, sizeof options.mesh.jitter_seed, 0) < 0) {
    log.Write(metrics::Level::kError, "no_randomness", {{"next", "this kernel cannot run a node"}});
    return kExitFailed;
  }
  auto store = store::RecordStore::Open(config.data_dir, {.map_bytes_max = config.max_store_bytes});
  if (!store.ok()) {
    log.Write(metrics::Level::kError, "store_not_opened", {{"reason", store.error().Text()}});
    return kExitFailed;
  }
  if (!config.record.empty()) {
    auto recorder = enclave::Recorder::Open(config.record);
    if (!recorder.ok()) {
      log.Write(metrics::Level::kError, "record_not_opened", {{"reason", recorder.error().Text()}});
      return kExitFailed;
    }
    options.enclave.recorder = std::move(recorder).value();
    log.Write(metrics::Level::kWarn, "recording", {{"path", config.record}});
  }
  if (!config.quickstart.empty()) {
    auto page = rpc::Page::Load(config.quickstart);
    if (!page.ok()) {
      log.Write(metrics::Level::kError, "quickstart_not_loaded", {{"reason", page.error().Text()}});
      return kExitFailed;
    }
    options.api.page = std::move(page).value();
  }
  net::asio::io_context io(1);
  metrics::Registry metrics;
  int exit_code = 0;
  node::Node node(io, kEnclaveFd, std::move(options), store.value(), std::move(salt), log, metrics,
                  {[](std::uint16_t port) { std::cout << "ready api=" << port << std::endl; },
                   [&](int code) {
                     exit_code = code;
                     io.stop();
                   }});
  net::asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
  bool stopping = false;
  ListenForSignals(signals, node, stopping, io);
  const auto listening = node.Start();
  if (!listening.ok()) {
    log.Write(metrics::Level::kError, "clients_not_listening", {{"reason", listening.error()}});
    return kExitFailed;
  }
  io.run();
  log.Write(metrics::Level::kInfo, "stopped", {{"code", std::to_string(exit_code)}});
  return exit_code;
}

int Main(const std::vector<std::string>& arguments) {
  const auto parsed = config::Parse(arguments, config::ReadEnvironment());
  if (!parsed.ok()) {
    std::cerr << parsed.error() << '\n';
    return kExitUsage;
  }
  if (const auto* help = std::get_if<config::HelpText>(&parsed.value())) {
    std::cout << help->text;
    return 0;
  }
  if (!IsSeqpacket(kEnclaveFd)) {
    std::cerr << "descriptor 3 is not the enclave's socket; start this program through passportd\n";
    return kExitUsage;
  }
  // Whoever started this program may have blocked signals for its own use.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const auto& config = std::get<config::Config>(parsed.value());
  if (config.log_file.empty()) return Run(config, metrics::Log());
  auto file = metrics::LogFile::Open(config.log_file, config.log_max_bytes);
  if (!file.ok()) {
    std::cerr << file.error() << '\n';
    return kExitFailed;
  }
  return Run(config, metrics::Log(std::move(file).value()));
}

}  // namespace
}  // namespace passport::host

int main(int argc, char** argv) { return passport::host::Main({argv + 1, argv + argc}); }
