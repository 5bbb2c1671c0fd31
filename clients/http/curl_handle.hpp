#pragma once

#include <curl/curl.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <string.h>

/// libcurl's handles as values that end themselves.
namespace net {

/// Before the first use of libcurl; the first caller does it. Throws std::bad_alloc.
inline void start_curl() {
  static const auto code = ::curl_global_init(CURL_GLOBAL_DEFAULT); // never undone: other libraries may use libcurl too
  if (code != CURLE_OK)
    throw std::bad_alloc();
}

struct easy_end {
  void operator()(CURL* e) const noexcept { ::curl_easy_cleanup(e); }
};
using easy_handle = std::unique_ptr<CURL, easy_end>;

struct multi_end {
  void operator()(CURLM* m) const noexcept { ::curl_multi_cleanup(m); }
};
using multi_handle = std::unique_ptr<CURLM, multi_end>;

/// A list of lines for libcurl. They may hold credentials, so they are wiped at the end.
class curl_list {
public:
  void add(const std::string& line) {
    auto* longer = ::curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc();
    (void)list_.release();
    list_.reset(longer);
  }
  void clear() noexcept { list_.reset(); }
  [[nodiscard]] curl_slist* get() const noexcept { return list_.get(); }

private:
  struct wipe_end {
    void operator()(curl_slist* list) const noexcept {
      for (auto* line = list; line != nullptr; line = line->next)
        ::explicit_bzero(line->data, std::strlen(line->data));
      ::curl_slist_free_all(list);
    }
  };
  std::unique_ptr<curl_slist, wipe_end> list_;
};

} // namespace net
