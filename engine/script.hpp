#pragma once

#include "base/described.hpp"
#include "base/errc.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Scripts of injected messages: JSON lines that are read and checked here, by the server and by `oai-web inject`.
namespace engine {

/// `{"to": "/runs/supervisor", "message": "start_run", "body": {…}, "as": "first"}`
struct script_send {
  std::string to;      ///< path of an actor
  std::string message; ///< type
  boost::json::value body;
  std::string as; ///< names the answer for later lines; empty = no name

  static std::span<const base::field_rule> rules();
};
BOOST_DESCRIBE_STRUCT(script_send, (), (to, message, body, as))

/// `{"wait_ms": 500}`
struct script_wait {
  int wait_ms = 0;

  static std::span<const base::field_rule> rules();
};
BOOST_DESCRIBE_STRUCT(script_wait, (), (wait_ms))

/// `{"expect": "run_finished", "from": "/runs/supervisor", "where": {…}, "within_ms": 5000}`
struct script_expect {
  std::string expect; ///< type
  std::string from;   ///< path of the sender; may end in `*`
  std::string to;     ///< path of the receiver; empty = any
  boost::json::value where;
  int within_ms = 5'000;
  std::string as; ///< names the message for later lines

  static std::span<const base::field_rule> rules();
};
BOOST_DESCRIBE_STRUCT(script_expect, (), (expect, from, to, where, within_ms, as))

struct script_line {
  int number = 0; ///< from 1
  std::variant<script_send, script_wait, script_expect> what;
};

constexpr std::size_t max_script_bytes = 1024 * 1024;
constexpr std::size_t max_script_lines = 1'000; ///< that do something
constexpr std::size_t max_script_faults = 100;  ///< told of at once

/// Reads a script: a JSON object a line; empty lines and those that begin with `#` are skipped. Everything that can be known
/// without a server is checked: form, names of messages and members, references to earlier lines. What is wrong is added
/// to `errors`, each with its line and member as path: `line 3: body.agent_id`.
[[nodiscard]] std::vector<script_line> read_script(std::string_view text, base::field_errors& errors);

/// The senders that the script's expectations name, as patterns for engine::tap.
[[nodiscard]] std::vector<std::string> watched_paths(std::span<const script_line> lines);

/// The paths that must be there from the beginning, with their lines' numbers: those of actors that live with the server,
/// which have at most two parts. A run's path, or one with a reference, is looked up when its line's turn comes.
[[nodiscard]] std::vector<std::pair<int, std::string>> lasting_paths(std::span<const script_line> lines);

/// What earlier lines gave names to. A text of a later line may refer to it: `${first.run_id}`. A text that is one
/// reference becomes the value itself; `$${` stands for `${`.
class script_values {
public:
  void set(const std::string& name, boost::json::value value) { values_[name] = std::move(value); }

  /// `in` with its references replaced, in texts at any depth. invalid: a value has no such member.
  [[nodiscard]] base::result<boost::json::value> filled(const boost::json::value& in) const;
  [[nodiscard]] base::result<std::string> filled(const std::string& text) const;

private:
  std::map<std::string, boost::json::value> values_; ///< at most one a line
};

} // namespace engine
