#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/errc.hpp"
#include "clients/http/transfer.hpp"
#include "messages/records/outbox.hpp"
#include "messages/records/run.hpp"

#include <any>
#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace storage {
class session;
}

/// What a model can use. A tool is one struct in one file, see `time.cpp` for the smallest.
namespace tools {

/// How much harm a call can do. `read` may be repeated after a crash; all others never are.
enum class risk { read, write, external, destructive };
BOOST_DESCRIBE_ENUM(risk, read, write, external, destructive)

/// Whether a run that nobody watches may use it. `only_if_named`: the agent's list must hold its name.
enum class unattended { yes, only_if_named, never };
BOOST_DESCRIBE_ENUM(unattended, yes, only_if_named, never)

/// On whose behalf a call is made.
struct caller {
  records::run_owner owner;
  std::string run_id;
  std::string trace_id;
  std::optional<std::string> agent_id;
  std::optional<std::string> conversation_id;
  std::string own_folder = {}; ///< the caller's own folder, absolute: what relative paths are shown with in questions
  /// Sites that may be read without asking (`web_whitelist`), lower case, each with its subdomains; null = none.
  std::shared_ptr<const std::vector<std::string>> trusted_domains = {};
};

/// Where files may be: the user's own folder and the whitelist, as read when the call begins.
struct allowed_folder {
  std::string path; ///< absolute, symlinks resolved: one that turned up since is refused
  bool own = false; ///< the caller's own folder; relative paths start here, and it is made (0700) on first use
};

class tool_set;

/// The run that a call is made in: what the agents that it makes, and those that it starts, may not exceed.
struct running {
  std::string agent_id;               ///< empty: a chat turn
  records::run_definition definition; ///< max_tool_calls is there: the bound in force, 0 = none
  bool untrusted_text_entered = false;
  std::shared_ptr<const tool_set> tools;
};

/// How the web is searched, from the settings.
struct web_search {
  std::string engine = "duckduckgo"; ///< duckduckgo (no key), searxng, brave
  std::string url;                   ///< of a SearXNG server
  base::secret key;                  ///< for brave
};

/// All that a tool may touch. Lives as long as the call.
struct tool_context {
  const tools::caller& caller;
  std::stop_token stop;                           ///< the run was stopped
  std::chrono::steady_clock::time_point deadline; ///< the call is given up then
  const base::clock& clock;
  std::size_t max_result_bytes = 64 * 1024;
  std::function<std::vector<allowed_folder>()> folders; ///< blocking; throws failure_error
  /// One outgoing request of trust::open, redirects and all; waits for the answer, ends at once when the run is stopped.
  std::function<net::response(net::request)> fetch = {};
  /// Work for a database connection, by name; waits for it. Throws failure_error.
  std::function<std::any(std::string name, std::function<std::any(storage::session&)> work)> db = {};
  /// Tells the engine that `web_whitelist` or `filesystem_whitelist` changed: in force for the next call.
  std::function<void()> whitelists_changed = {};
  /// Starts the agent of one of the owner's webhooks; answers {run_id, event_id}. Throws failure_error.
  std::function<boost::json::object(const std::string& endpoint_id, base::untrusted_text body)> fire_webhook = {};
  /// Stores what is to be delivered. Throws failure_error.
  std::function<void(records::outbox_record)> deliver = {};
  web_search search = {};                  ///< how the `web` tool searches
  std::shared_ptr<const running> run = {}; ///< for the tool `agents` only
};

/// What a call answers: `{success, data}` or `{success: false, error}`.
struct tool_result {
  bool success = false;
  boost::json::value data;
  std::string error;
  std::vector<records::run_record> children
    = {}; ///< runs to be queued: the call ends when all of them have, with their results

  [[nodiscard]] static tool_result ok(boost::json::value data) { return {true, std::move(data), {}}; }
  [[nodiscard]] static tool_result fail(std::string error) { return {false, nullptr, std::move(error)}; }
  [[nodiscard]] boost::json::object to_object() const;
};

/// Makes every text of `result` clean UTF-8 and holds it to `max_bytes` of JSON (at least 256): the longest texts are cut
/// and end in `[cut: N of M bytes]`; where that is not enough, the data becomes its own JSON text, cut likewise.
void bound_result(tool_result& result, std::size_t max_bytes);

/// A question for a person before a call: one plain sentence of what will happen, and what the approval is bound to.
struct question {
  std::string sentence;
  std::string destination;      ///< folder, site or recipient: "approve for this chat" covers the same one
  bool any_destination = false; ///< an approval may cover every destination in this chat
};

/// A way to use a tool, with arguments that stand for all like it: by these, what an agent may do is told in words. Trusted
/// sites are `trusted.example` there.
struct use {
  std::string what; ///< `Read files`
  boost::json::value arguments;
};

/// A tool as the engine sees it; made by make_tool (make_tool.hpp) from a tool struct.
class tool {
public:
  virtual ~tool() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view description() const noexcept = 0;
  [[nodiscard]] virtual tools::unattended unattended() const noexcept = 0;
  [[nodiscard]] virtual boost::json::object schema() const = 0;
  /// Whether confirm() has a question for some calls: for lists.
  [[nodiscard]] virtual bool may_ask() const noexcept = 0;
  /// The most harm that any call of this tool can do: for lists.
  [[nodiscard]] virtual risk worst_risk() const noexcept = 0;
  /// The harm of a call with these arguments; arguments that cannot be read count as worst_risk().
  [[nodiscard]] virtual risk risk_of(const boost::json::value& arguments) const = 0;
  /// What to ask before this call in a chat; empty: nothing.
  [[nodiscard]] virtual std::optional<question> confirm(const boost::json::value& arguments,
                                                        const caller& by) const = 0;
  /// Whether such a call does nothing by itself but to say which runs it waits for.
  [[nodiscard]] virtual bool delegates(const boost::json::value&) const { return false; }
  /// What it is used for, at least one.
  [[nodiscard]] virtual std::vector<use> uses() const { return {{"Use it", nullptr}}; }
  /// Checks the arguments against the description (all errors at once), runs, and cuts the result at
  /// max_result_bytes with the mark `[cut: N of M bytes]`. Never throws. May block: called on a worker thread.
  [[nodiscard]] virtual tool_result run(const boost::json::value& arguments, tool_context& context) const = 0;
};

/// All tools of this server, by name; made once at start.
class tool_set {
public:
  /// Throws failure_error{conflict} when the name is taken.
  void add(std::unique_ptr<tool> t);
  [[nodiscard]] const tool* find(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::unique_ptr<tool>>& all() const noexcept { return tools_; }

private:
  std::vector<std::unique_ptr<tool>> tools_;
};

/// Every tool of this program; each is one line in all.cpp.
[[nodiscard]] std::shared_ptr<const tool_set> all_tools();

/// Whether `names` holds this tool: by its name, or for `mcp__server__tool` by `mcp__server`. `["none"]` holds nothing.
[[nodiscard]] bool names_tool(const std::vector<std::string>& names, std::string_view tool_name);

/// Whether an agent with this list may use the tool at all. No list, and the `[]` of v28 rows, mean all.
[[nodiscard]] bool may_use(const std::optional<std::vector<std::string>>& allowed_tools, std::string_view tool_name);

/// What may happen with a call, from chapter 5's rule: unattended, a tool that would need confirmation runs only if the
/// agent names it; once untrusted text has entered the run, the same holds for every tool that is not `read`, and in
/// chats it asks.
enum class verdict { run, ask, refuse };
struct call_situation {
  bool interactive_chat = false; ///< a person can be asked
  bool untrusted_text_entered = false;
  const std::optional<std::vector<std::string>>* allowed_tools = nullptr; ///< empty optional or nullptr = all
  const std::vector<std::vector<std::string>>* within = nullptr; ///< see run_definition::within; nullptr = none
  bool can_create_subagents = false;
};
/// The tool of sub-agents. Whether an agent has it, and names it, is its can_create_subagents and not its list.
inline constexpr std::string_view agents_tool_name = "agents";

struct decision {
  tools::verdict verdict = verdict::refuse;
  std::string reason;          ///< why it is refused, for the model
  std::optional<question> ask; ///< with verdict ask
};
[[nodiscard]] decision decide(const tool& t, const boost::json::value& arguments, const caller& by,
                              const call_situation& situation);
/// Why decide() refuses each call of the tool, whatever its arguments are, as it tells the model; empty: it does not.
[[nodiscard]] std::string reason_against_all(const tool& t, const call_situation& situation);

} // namespace tools
