// The quickstart page: a fixed list of files, read once when the host starts.
#include "untrusted/rpc/page.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace passport::host::rpc {
namespace {

struct Row {
  const char* path;
  const char* file;
  const char* content_type;
};
constexpr Row kRows[] = {
    {"/quickstart", "index.html", "text/html; charset=utf-8"},
    {"/quickstart/quickstart.css", "quickstart.css", "text/css; charset=utf-8"},
    {"/quickstart/quickstart.js", "quickstart.js", "text/javascript; charset=utf-8"},
};

// Only its own files run in it, it talks to this node alone, and no other page can show it in a frame or keep
// a handle to its window. Scripts cannot make elements of text (trusted types), so a name that somebody
// registered stays a text.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// A link, a device or a FIFO is refused without waiting for it.
Result<std::string, PageError> ReadWhole(const std::string& path) {
  using Kind = PageError::Kind;
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts = {};
  if (fd.get() < 0 || fstat(fd.get(), &facts) != 0) return Fail(PageError{Kind::kUnreadable, path, errno});
  if (!S_ISREG(facts.st_mode)) return Fail(PageError{Kind::kNotAFile, path});
  std::string out(kPageBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = read(fd.get(), out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(PageError{Kind::kUnreadable, path, errno});
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kPageBytesMax) return Fail(PageError{Kind::kTooLarge, path});
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

}  // namespace

std::string PageError::Text() const {
  switch (kind) {
    case Kind::kUnreadable:
      return "cannot read " + file + ": " + std::strerror(number) +
             "; --quickstart wants the folder that quickstart/build made, readable for the host";
    case Kind::kNotAFile:
      return file + " is not a regular file; --quickstart wants the folder that quickstart/build made";
    case Kind::kTooLarge:
      return file + " is larger than " + std::to_string(kPageBytesMax) + " bytes";
  }
  return file;
}

Result<Page, PageError> Page::Load(const std::string& folder) {
  Page out;
  for (const Row& row : kRows) {
    auto body = ReadWhole(folder + "/" + row.file);
    if (!body.ok()) return Fail(std::move(body).error());
    out.files_.emplace(row.path, File{row.content_type, std::move(body).value()});
  }
  return out;
}

std::optional<net::HttpReply> Page::Find(std::string_view path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  const auto& [content_type, body] = found->second;
  return net::HttpReply{200,
                        content_type,
                        body,
                        {{"Content-Security-Policy", kContentSecurityPolicy},
                         {"X-Content-Type-Options", "nosniff"},
                         {"Referrer-Policy", "no-referrer"},
                         {"Cross-Origin-Opener-Policy", "same-origin"},
                         {"Cache-Control", "no-store"}}};
}

}  // namespace passport::host::rpc
