#pragma once

#include "clients/http/engine.hpp"
#include "tests/clients/http_fixture.hpp"
#include "tests/tools/tool_fixture.hpp"
#include "tools/web.hpp"

#include <map>

namespace tests {

/// The tool `web` on a real engine, whose names of sites are all this machine.
class web_test : public tool_test {
protected:
  using server = test::loopback_server;

  void trust(std::vector<std::string> domains) {
    by.trusted_domains = std::make_shared<const std::vector<std::string>>(std::move(domains));
  }

  /// Makes the tool reach these servers; without, nothing.
  template <class... Servers>
  void reach(const Servers&... servers) {
    net::engine_settings with;
    with.keep_addresses = std::chrono::seconds{0};
    with.connecting = [this](const std::string& address) {
      connects.add(address);
      return true;
    };
    with.resolve = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
    (with.guard.declare_public(servers.at()), ...);
    engine = std::make_unique<net::engine>(std::move(with));
    fetch = [this](net::request what) { return engine->fetch(std::move(what), stop.get_token(), deadline); };
  }

  /// `http://site.test:4010/path`
  static std::string at(const server& s, std::string_view site, std::string_view path = "/") {
    return "http://" + std::string(site) + ':' + std::to_string(s.port()) + std::string(path);
  }

  tools::tool_result read(const std::string& url) {
    return call(*web(), boost::json::object{{"action", "fetch_page"}, {"url", url}});
  }
  tools::tool_result find(const std::string& query) {
    return call(*web(), boost::json::object{{"action", "search"}, {"query", query}});
  }
  [[nodiscard]] std::unique_ptr<tools::tool> web() const { return tools::web_tool_with(settings); }

  static std::string text(const tools::tool_result& r, std::string_view name) {
    const auto* value = r.data.is_object() ? r.data.get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
  }

  tools::web_settings settings;
  test::connect_log connects;
  std::unique_ptr<net::engine> engine;
};

/// Answers each path with what the map has for it: a whole answer after the status line; other paths with 404.
inline test::loopback_server::script answering(std::map<std::string, std::string> pages) {
  return [pages = std::move(pages)](test::peer& p) {
    for (auto request = p.read_request(); !request.empty(); request = p.read_request()) {
      const auto begin = request.find(' ') + 1;
      const auto found = pages.find(request.substr(begin, request.find(' ', begin) - begin));
      if (found == pages.end()) {
        p.answer("404 Not Found", "Content-Type: text/html\r\n", "<title>Gone</title><p>There is no such page.");
        continue;
      }
      const auto head = found->second.find("\n\n");
      std::string headers;
      for (const char c : found->second.substr(found->second.find('\n') + 1, head - found->second.find('\n')))
        headers += c == '\n' ? "\r\n" : std::string(1, c);
      p.answer(found->second.substr(0, found->second.find('\n')), headers, found->second.substr(head + 2));
    }
  };
}

} // namespace tests
