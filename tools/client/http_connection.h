// One HTTP/1.1 connection that waits for nothing but its own making: one request at a time, kept for the
// next.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tools/client/http.h"

namespace passport::client {

class HttpConnection {
 public:
  using Answer = Result<HttpResponse, HttpError>;

  explicit HttpConnection(Url url) : url_(std::move(url)) {}
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  HttpConnection& operator=(HttpConnection&&) = delete;
  ~HttpConnection() { Close(); }

  const Url& url() const { return url_; }
  int fd() const { return fd_; }
  short wanted_events() const;  // of poll(2)

  // Takes what Serialise made, and connects to the addresses of url().host in turn if there is no connection.
  // One answer at a time.
  Result<Unit, HttpError> Send(std::string request, std::chrono::milliseconds connect_time);
  // Goes on with whatever the socket is ready for; nothing while the answer is not complete. Answers need a
  // Content-Length or end with the connection; chunked ones and those above 8 MiB are errors. After an error
  // the connection is closed, and Send makes a new one.
  std::optional<Answer> Advance();
  void Close();

 private:
  std::optional<Answer> Lose(HttpError reason);
  std::optional<Answer> TakeAnswer(bool at_end);

  Url url_;
  int fd_ = -1;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::string received_;
};

// One request on a connection of its own, all within `timeout`. The error names the server.
HttpConnection::Answer Exchange(const Url& url, const HttpRequest& request,
                                std::chrono::milliseconds timeout);

}  // namespace passport::client
