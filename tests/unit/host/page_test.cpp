// The quickstart page: what of a folder can be asked for, what comes with it, and what the folder must be.
#include "untrusted/rpc/page.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/host/api_fixture.h"
#include "tests/unit/host/temp_folder.h"

namespace passport::host {
namespace {

namespace fs = std::filesystem;
using rpc::Page;
using rpc::PageError;

void WriteText(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

class QuickstartPage : public Api {
 protected:
  QuickstartPage() {
    fs::create_directory(folder());
    for (const char* name : {"index.html", "quickstart.css", "quickstart.js"})
      WriteText(File(name), std::string("this is ") + name);
    WriteText(File("private.txt"), "not in the list");
    WriteText(temp.File("secret"), "beside the folder");
  }
  std::string folder() const { return temp.File("page"); }
  std::string File(const std::string& name) const { return folder() + "/" + name; }
  RawReply Ask(const std::string& method, const std::string& target) {
    RawClient client(port);
    client.Send(method + " " + target + " HTTP/1.1\r\nHost: node\r\n\r\n");
    return client.Read();
  }
  void Serve() {
    auto page = Page::Load(folder());
    ASSERT_TRUE(page.ok()) << page.error().Text();
    options.page = std::move(page).value();
    port = Start();
  }

  TempFolder temp;
  std::uint16_t port = 0;
};

TEST_F(QuickstartPage, Get_TheThreeFilesWithWhatKeepsOtherPagesOut) {
  Serve();
  const RawReply html = Ask("GET", "/quickstart");
  EXPECT_EQ(html.status, 200);
  EXPECT_EQ(html.body, "this is index.html");
  EXPECT_TRUE(html.HasHeader("Content-Type: text/html; charset=utf-8"));
  EXPECT_EQ(Ask("GET", "/quickstart?scope=x").body, html.body);
  const RawReply script = Ask("GET", "/quickstart/quickstart.js");
  EXPECT_EQ(script.body, "this is quickstart.js");
  EXPECT_TRUE(script.HasHeader("Content-Type: text/javascript; charset=utf-8"));
  const RawReply style = Ask("GET", "/quickstart/quickstart.css");
  EXPECT_EQ(style.body, "this is quickstart.css");
  EXPECT_TRUE(style.HasHeader("Content-Type: text/css; charset=utf-8"));
  for (const RawReply& reply : {html, script, style}) {
    EXPECT_TRUE(reply.HasHeader("X-Content-Type-Options: nosniff"));
    EXPECT_TRUE(reply.HasHeader("Cache-Control: no-store"));
    EXPECT_TRUE(reply.HasHeader("Referrer-Policy: no-referrer"));
    for (const char* rule : {"default-src 'none'", "script-src 'self'", "connect-src 'self'",
                             "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"}) {
      EXPECT_NE(reply.head.find(rule), std::string::npos) << rule;
    }
    EXPECT_EQ(reply.head.find("unsafe"), std::string::npos);
  }
}

TEST_F(QuickstartPage, Get_NoOtherPathNamesAFile) {
  Serve();
  for (const char* target :
       {"/quickstart/private.txt", "/quickstart/../secret", "/quickstart/%2e%2e/secret",
        "/quickstart/..%2fsecret", "/quickstart//etc/passwd", "//quickstart", "/quickstart/index.html/..",
        "/quickstart/quickstart.js/../private.txt", "/quickstart/./quickstart.js", "/QUICKSTART",
        "/quickstart/quickstart.js%00.html", "/quickstart%3Fscope", "/quickstart/"}) {
    const RawReply reply = Ask("GET", target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.head.find("text/html"), std::string::npos) << target;
  }
}

TEST_F(QuickstartPage, OnlyGetAndHeadReadIt) {
  Serve();
  const RawReply head = Ask("HEAD", "/quickstart");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  RawClient client(port);
  client.Send(Post("x", "", "/quickstart"));
  EXPECT_EQ(client.Read().body, "||||||1|x");  // a client's call, as on any path
}

TEST_F(QuickstartPage, Get_IsLimitedPerAddress) {
  options.operator_requests_per_second_address = 1;
  Serve();
  int served = 0;
  for (int i = 0; i < 20; ++i) served += Ask("GET", "/quickstart").status == 200 ? 1 : 0;
  EXPECT_GE(served, 1);
  EXPECT_LT(served, 20);
}

TEST_F(QuickstartPage, Get_WithoutTheOptionThereIsNone) {
  port = Start();
  for (const char* target : {"/quickstart", "/quickstart/quickstart.js"}) {
    EXPECT_EQ(Ask("GET", target).status, 404);
  }
}

TEST_F(QuickstartPage, Load_ChangesOfTheFolderAfterwardsChangeNothing) {
  Serve();
  WriteText(File("index.html"), "changed");
  fs::remove(File("quickstart.js"));
  EXPECT_EQ(Ask("GET", "/quickstart").body, "this is index.html");
  EXPECT_EQ(Ask("GET", "/quickstart/quickstart.js").body, "this is quickstart.js");
}

// Nothing if the folder is taken.
std::optional<PageError::Kind> WhyNot(const std::string& folder) {
  const auto page = Page::Load(folder);
  if (page.ok()) return std::nullopt;
  EXPECT_NE(page.error().Text().find("quickstart.js"), std::string::npos) << page.error().Text();
  return page.error().kind;
}

TEST_F(QuickstartPage, Load_SaysWhichFileIsMissingOrNoFile) {
  const std::string script = File("quickstart.js");
  fs::remove(script);
  EXPECT_EQ(WhyNot(folder()), PageError::Kind::kUnreadable);
  fs::create_symlink(temp.File("secret"), script);
  EXPECT_EQ(WhyNot(folder()), PageError::Kind::kUnreadable);
  fs::remove(script);
  fs::create_directory(script);
  EXPECT_EQ(WhyNot(folder()), PageError::Kind::kNotAFile);
  fs::remove(script);
  ASSERT_EQ(mkfifo(script.c_str(), 0600), 0);
  EXPECT_EQ(WhyNot(folder()), PageError::Kind::kNotAFile);
}

TEST_F(QuickstartPage, Load_TakesTheLargestFileAndNoLarger) {
  WriteText(File("quickstart.js"), std::string(rpc::kPageBytesMax, 'x'));
  EXPECT_TRUE(Page::Load(folder()).ok());
  WriteText(File("quickstart.js"), std::string(rpc::kPageBytesMax + 1, 'x'));
  EXPECT_EQ(WhyNot(folder()), PageError::Kind::kTooLarge);
}

}  // namespace
}  // namespace passport::host
