#include "tools/cli/backup_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "edl/base/codec.h"
#include "tools/cli/problem.h"
#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

constexpr std::string_view kMagic = "passport-backup-1\n";

Problem Failed(const std::string& what, const fs::path& path, const std::string& next) {
  return Problem(what + " " + path.string() + ": " + std::strerror(errno) + next);
}

}  // namespace

BackupFileWriter::BackupFileWriter(fs::path path) : path_(std::move(path)), part_(path_.string() + ".part") {
  std::error_code error;
  for (const fs::path& each : {path_, part_}) {
    if (fs::exists(fs::symlink_status(each, error)))
      throw Problem(each.string() +
                    " exists already and is not overwritten; give another name, or move it away if nobody "
                    "needs it");
  }
  fd_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) throw Failed("cannot make", part_, "; give another --out");
  Write(AsBytes(kMagic));
}

BackupFileWriter::~BackupFileWriter() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(part_.c_str());
}

void BackupFileWriter::Write(ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Failed("cannot write", part_, "; what was written is removed: make room");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void BackupFileWriter::Add(ByteSpan piece) {
  Write(Writer().U32(static_cast<std::uint32_t>(piece.size())).Take());
  Write(piece);
}

// A link never replaces another file.
void BackupFileWriter::Finish() {
  Write(Writer().U32(0).Take());
  if (fsync(fd_) != 0) throw Failed("cannot write", part_, "; what was written is removed: make room");
  if (link(part_.c_str(), path_.c_str()) != 0)
    throw Failed("cannot make", path_, "; what was written is removed");
  close(std::exchange(fd_, -1));
  unlink(part_.c_str());
}

BackupFileReader::BackupFileReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  std::string magic(kMagic.size(), ' ');
  in_.read(magic.data(), static_cast<std::streamsize>(magic.size()));
  if (!in_ || magic != kMagic) Refuse("it is no file of `passport backup export`");
  const std::optional<Bytes> encoded = NextPiece(sealing::kQuorumKeyBytesMax);
  auto key = sealing::QuorumKey::Parse(encoded ? ByteSpan(*encoded) : ByteSpan{});
  if (!key.ok()) Refuse("it is damaged");
  key_ = std::move(key).value();
}

Hash32 BackupFileReader::id() const { return crypto::HashSha256(key_.Encode()); }

std::optional<Bytes> BackupFileReader::NextChunk() { return NextPiece(sealing::kBackupChunkBytesMax); }

std::optional<Bytes> BackupFileReader::NextPiece(std::size_t bytes_max) {
  char head[4] = {};
  if (!in_.read(head, sizeof head)) Refuse("it was cut");
  Reader reader(AsBytes(std::string_view(head, sizeof head)));
  const std::uint32_t size = reader.U32();
  if (size > bytes_max) Refuse("it is damaged");
  if (size == 0) {
    if (in_.peek() != std::istream::traits_type::eof()) Refuse("something was added at its end");
    return std::nullopt;
  }
  std::string piece(size, ' ');
  if (!in_.read(piece.data(), static_cast<std::streamsize>(size))) Refuse("it was cut");
  return ToBytes(AsBytes(piece));
}

void BackupFileReader::Refuse(const std::string& why) const {
  throw Problem("the backup " + name_ + " cannot be read: " + why +
                "; get it anew from where it is kept, or take another one");
}

OpenBackup::OpenBackup(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::is_regular_file(status))
    throw Problem("cannot read the backup " + path.string() + ": " +
                  (fs::exists(status) ? "it is no regular file" : "there is no such file") +
                  "; give the file that `passport backup export` wrote");
  in_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  reader_.emplace(*in_, path.string());
}

}  // namespace passport::cli
