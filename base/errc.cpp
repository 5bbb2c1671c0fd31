#include "base/errc.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace base {

std::string_view to_string(errc code) noexcept { return boost::describe::enum_to_string(code, "unknown"); }

} // namespace base
