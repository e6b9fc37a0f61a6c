// One HTTP/1.1 connection that is kept and never waits: one request at a time.
#pragma once

#include <optional>
#include <string>

#include "tools/client/http.h"

namespace passport::bench {

// A request as it is sent on a connection that is kept.
std::string Serialise(const client::Url& url, const client::HttpRequest& request);

class HttpConnection {
 public:
  explicit HttpConnection(client::Url url) : url_(std::move(url)) {}
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  HttpConnection& operator=(HttpConnection&&) = delete;
  ~HttpConnection() { Close(); }

  const client::Url& url() const { return url_; }
  int fd() const { return fd_; }
  short wanted_events() const;  // of poll(2)

  // Connects if it is not, which is the one call that may wait, and begins to send. One answer at a time.
  Result<Unit, client::HttpError> Send(std::string request);
  // Goes on with whatever the socket is ready for; nothing while the answer is not complete. After an error
  // the connection is closed, and Send makes a new one.
  std::optional<Result<std::string, client::HttpError>> Advance();
  void Close();

 private:
  Result<Unit, client::HttpError> Connect();
  std::optional<Result<std::string, client::HttpError>> Lose(client::HttpError reason);
  std::optional<Result<std::string, client::HttpError>> TakeAnswer();

  client::Url url_;
  int fd_ = -1;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::string received_;
};

}  // namespace passport::bench
