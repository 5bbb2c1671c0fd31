#include "base/secret.hpp"

#include <cstring>

namespace base {

void secret::wipe() noexcept {
  // explicit_bzero is not removed by the optimiser. The whole capacity is wiped: a moved-from or shortened
  // string may keep old bytes there.
  if (text_.capacity() != 0) {
    text_.resize(text_.capacity());
    ::explicit_bzero(text_.data(), text_.size());
    text_.clear();
  }
}

} // namespace base
