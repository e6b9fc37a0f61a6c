// The quickstart page (quickstart/README.md): a fixed list of files, read once when the host starts. A
// request is looked up in that list; no path that somebody asks for is ever opened.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "edl/base/result.h"
#include "untrusted/net/http_server.h"

namespace passport::host::rpc {

inline constexpr std::size_t kPageBytesMax = 4 << 20;  // of one file; the SDK and what it needs are 1 MiB

struct PageError {
  enum class Kind { kUnreadable, kNotAFile, kTooLarge };
  Kind kind;
  std::string file;
  int number = 0;  // errno of what could not be read

  std::string Text() const;
};

class Page {
 public:
  // None: it knows no path.
  Page() = default;
  // Reads every file of the list from `folder`; all must be there.
  static Result<Page, PageError> Load(const std::string& folder);

  // What GET of `path` answers, with the headers that keep the page apart from other pages; nothing if the
  // path is not in the list.
  std::optional<net::HttpReply> Find(std::string_view path) const;

 private:
  struct File {
    std::string content_type;
    std::string body;
  };
  std::map<std::string, File, std::less<>> files_;  // by path
};

}  // namespace passport::host::rpc
