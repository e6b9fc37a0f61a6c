// The client API for tests: a server, its routes and a fake enclave, in a thread of their own.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <semaphore>

#include "tests/unit/host/fake_enclave.h"
#include "tests/unit/host/raw_client.h"
#include "untrusted/net/asio.h"
#include "untrusted/rpc/api.h"
// After Asio itself, which needs repair first.
#include <boost/asio/post.hpp>

namespace passport::host {

using std::chrono::milliseconds;

class Api : public testing::Test {
 protected:
  Api() {
    http.every_reply = rpc::CorsHeaders();
    // Echoes what the enclave saw.
    fake.on_client_request = [](const edl::ClientRequestCall& call, edl::Effects& effects) {
      std::string seen =
          std::string(AsText(call.scope_id)) + "|" + std::string(AsText(call.encrypted_key)) + "|" +
          std::string(AsText(call.encrypted_user)) + "|" + std::string(AsText(call.encrypted_session)) + "|" +
          std::string(AsText(call.encrypted_key_signature)) + "|" +
          std::string(AsText(call.encrypted_webauthn_signature)) + "|" + std::to_string(call.body.size()) +
          "|" + std::string(AsText(call.body).substr(0, 40));
      effects.Reply(call.token, 3, 4, ToBytes(seen));
      return Status::kOk;
    };
  }
  ~Api() override { Stop(); }

  std::uint16_t Start(const std::vector<std::string>& addresses = {"127.0.0.1", "::1"}) {
    enclave.emplace(
        io, fake.host_fd(), enclave_options,
        [](std::span<const store::Change>) -> Result<Unit, store::StoreError> { return Unit{}; },
        enclave::Enclave::Handlers{[this](const edl::Answer& answer) {
                                     for (const edl::Effect& effect : answer.effects) {
                                       const auto* reply = std::get_if<edl::ReplyEffect>(&effect);
                                       if (reply != nullptr) api->OnReply(*reply);
                                     }
                                   },
                                   [](const std::string&) {}},
        metrics);
    api.emplace(*enclave, options, "salt", metrics);
    server.emplace(
        io, http,
        [this](net::HttpRequest request, net::ReplyFunction reply) {
          api->Handle(std::move(request), std::move(reply));
        },
        metrics);
    const auto listening = server->Listen(addresses, 0);
    EXPECT_TRUE(listening.ok());
    fake.Start();
    guard.emplace(io.get_executor());
    thread = std::thread([this] { io.run(); });
    return listening.value();
  }
  void Stop() {
    if (!thread.joinable()) return;
    io.stop();
    thread.join();
    fake.Stop();
  }

  rpc::ApiOptions options;
  net::HttpOptions http;
  enclave::Enclave::Options enclave_options;
  FakeEnclave fake;
  metrics::Registry metrics;
  net::asio::io_context io;
  std::optional<net::asio::executor_work_guard<net::asio::io_context::executor_type>> guard;
  std::optional<enclave::Enclave> enclave;
  std::optional<rpc::Api> api;
  std::optional<net::HttpServer> server;
  std::thread thread;
};

}  // namespace passport::host
