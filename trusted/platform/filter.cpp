#include "trusted/platform/filter.h"

#include <fcntl.h>
#include <seccomp.h>
#include <unistd.h>

#include <cerrno>

namespace passport::platform {
namespace {

bool AddRow(scmp_filter_ctx context, const AllowedCall& call) {
  std::array<scmp_arg_cmp, 4> arguments{};
  for (std::size_t i = 0; i < call.argument_count; ++i) {
    const ArgumentRule& rule = call.arguments[i];
    arguments[i] = {rule.index, SCMP_CMP_MASKED_EQ, rule.mask, rule.value};
  }
  return seccomp_rule_add_exact_array(context, SCMP_ACT_ALLOW, call.number,
                                      static_cast<unsigned>(call.argument_count), arguments.data()) == 0;
}

// Reads a pipe until its writers are gone.
Result<Bytes> ReadAll(int descriptor) {
  Bytes out;
  for (;;) {
    ByteArray<1024> block;
    const ssize_t size = read(descriptor, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Fail(Status::kInternal);
    if (size == 0) return out;
    Append(out, ByteSpan(block).first(static_cast<std::size_t>(size)));
  }
}

}  // namespace

void Filter::Release::operator()(void* context) const { seccomp_release(context); }

Result<Filter> Filter::Build(std::span<const AllowedCall> calls) {
  Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  scmp_filter_ctx context = filter.context_.get();
  if (context == nullptr) return Fail(Status::kInternal);
  if (seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
      seccomp_attr_set(context, SCMP_FLTATR_CTL_TSYNC, 1) != 0) {
    return Fail(Status::kInternal);
  }
  for (const AllowedCall& call : calls) {
    if (!AddRow(context, call)) return Fail(Status::kInternal);
  }
  return filter;
}

Result<Bytes> Filter::Export() const {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Fail(Status::kInternal);
  // The program is far smaller than a pipe's buffer, so writing it all before reading does not block.
  const bool written = seccomp_export_bpf(context_.get(), ends[1]) == 0;
  close(ends[1]);
  Result<Bytes> program = ReadAll(ends[0]);
  close(ends[0]);
  if (!written) return Fail(Status::kInternal);
  return program;
}

int Filter::Install() const { return -seccomp_load(context_.get()); }

}  // namespace passport::platform
