// A backup as a file: what `passport backup export` writes and `restore` reads. "passport-backup-1\n", then
// the encoded quorum key and every chunk, each after its LE32 length, and a length of 0 at the end: a file
// that was cut is known as such by whoever has no key.
#pragma once

#include <istream>
#include <memory>
#include <optional>

#include "sealing/backup.h"
#include "tools/cli/files.h"

namespace passport::cli {

// Writes beside the file, which must not exist, and gives it its name when it is whole. Throws a Problem.
class BackupFileWriter {
 public:
  explicit BackupFileWriter(fs::path path);
  ~BackupFileWriter();  // removes what is not finished
  BackupFileWriter(const BackupFileWriter&) = delete;
  BackupFileWriter& operator=(const BackupFileWriter&) = delete;

  void Add(ByteSpan piece);
  void Finish();

 private:
  void Write(ByteSpan bytes);

  fs::path path_;
  fs::path part_;
  int fd_ = -1;
};

class BackupFileReader {
 public:
  // Reads the beginning. Throws a Problem that names the file if it is none.
  BackupFileReader(std::istream& in, std::string name);

  const sealing::QuorumKey& key() const { return key_; }
  // SHA-256 of the encoded key: which backup it is.
  Hash32 id() const;
  // Nothing at the end. Throws a Problem if the file ends before.
  std::optional<Bytes> NextChunk();

 private:
  std::optional<Bytes> NextPiece(std::size_t bytes_max);
  [[noreturn]] void Refuse(const std::string& why) const;

  std::istream& in_;
  std::string name_;
  sealing::QuorumKey key_;
};

// Opens a file for it. Throws a Problem if it is not there, or is a FIFO, a device or a folder.
class OpenBackup {
 public:
  explicit OpenBackup(const fs::path& path);
  BackupFileReader& operator*() { return *reader_; }
  BackupFileReader* operator->() { return &*reader_; }

 private:
  std::unique_ptr<std::istream> in_;
  std::optional<BackupFileReader> reader_;
};

}  // namespace passport::cli
