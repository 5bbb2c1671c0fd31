#include "base/ids.hpp"

#include "base/encoding.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <vector>

#include <sys/random.h>

namespace base {

namespace {

/// Random bytes are taken from the kernel in blocks: a system call for each id would cost more than the id.
class random_pool {
public:
  std::uint64_t next() {
    if (used_ == words_.size()) {
      random_bytes(std::as_writable_bytes(std::span{words_}));
      used_ = 0;
    }
    return words_[used_++];
  }

private:
  std::array<std::uint64_t, 128> words_{};
  std::size_t used_ = 128;
};

} // namespace

void random_bytes(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string new_id() {
  static std::mutex mutex;
  static random_pool pool;
  static std::uint64_t last_tick = 0; // milliseconds << 12 | counter: 60 bits, never goes back

  std::uint64_t tick = 0;
  std::uint64_t tail = 0;
  {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
    const std::scoped_lock lock{mutex};
    tick = std::max(static_cast<std::uint64_t>(now) << 12, last_tick + 1);
    last_tick = tick;
    tail = pool.next();
  }
  const std::uint64_t high = (tick >> 12 << 16) | 0x7000U | (tick & 0xFFFU);
  const std::uint64_t low = (tail & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U;

  static constexpr char digits[] = "0123456789abcdef";
  std::string id(36, '-');
  std::size_t at = 0;
  const auto put = [&](std::uint64_t word) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (at == 8 || at == 13 || at == 18 || at == 23)
        ++at;
      id[at++] = digits[(word >> shift) & 0xFU];
    }
  };
  put(high);
  put(low);
  return id;
}

std::string random_token(std::size_t bytes) {
  std::vector<std::byte> raw(bytes);
  random_bytes(raw);
  return to_base64url(raw);
}

} // namespace base
