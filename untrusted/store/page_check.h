// Whether every page that LMDB would follow in a data file is one that it may follow. LMDB itself trusts its
// file: a damaged number in one sends it to any address, or into an assertion.
#pragma once

#include "edl/base/bytes.h"

namespace passport::host::store {

// `file`: all of data.mdb. The newest of its two meta pages, the trees of records and of free pages below it:
// page numbers inside the file and used once, page kinds, offsets and sizes inside their pages, keys in
// order, counts as stated. The contents of records are not looked at; their sizes are. False for a file of
// another version or page size range, too.
bool PagesAreSound(ByteSpan file);

// The same for the file of that name. True if there is none, or an empty one: LMDB makes it. False if it
// cannot be read.
bool FileIsSound(const std::string& path);

}  // namespace passport::host::store
