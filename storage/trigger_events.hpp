#pragma once

#include "messages/records/run.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The read side of `trigger_events`; the journal writes them.
namespace storage::trigger_events {

/// An event and what became of it.
struct seen {
  std::string id;
  base::timestamp received_at{};
  std::string content_type; ///< as sent
  std::int64_t bytes = 0;   ///< of the body, in UTF-8
  std::string excerpt;      ///< the body's first 300 characters; untrusted
  std::string outcome;
  std::optional<std::string> run_id;
  std::optional<records::run_state> run_status; ///< empty: there is no run, or not any more
};
BOOST_DESCRIBE_STRUCT(seen, (), (id, received_at, content_type, bytes, excerpt, outcome, run_id, run_status))

/// Newest first: what came to one endpoint (source `webhook`). The caller has looked whether the endpoint may be seen.
[[nodiscard]] std::vector<seen> list(session& s, const std::string& source, const std::string& source_id,
                                     const records::page& page = {});

/// What of the ledger is wanted.
struct wanted {
  std::optional<std::string> source;    ///< webhook, telegram, schedule, task
  std::optional<std::string> source_id; ///< the endpoint's, the chat's, the agent's
  std::string outcome;                  ///< run, ignored, failed, waiting; empty: all
};

/// An event of any source.
struct ledger_row {
  std::string id;
  std::string source;
  std::string source_id;
  std::string source_name;
  base::timestamp received_at{};
  std::string content_type;
  std::int64_t bytes = 0; ///< of the body, in UTF-8
  std::string excerpt;    ///< the body's first 300 characters; untrusted. Empty: another user's chat
  std::string outcome;
  std::optional<std::string> run_id;
  std::optional<records::run_state> run_status; ///< empty: there is no run, or not any more
};
BOOST_DESCRIBE_STRUCT(ledger_row, (),
                      (id, source, source_id, source_name, received_at, content_type, bytes, excerpt, outcome, run_id,
                       run_status))

/// Newest first: what came, and what became of it, of the viewer's own triggers or of all.
[[nodiscard]] std::vector<ledger_row> ledger(session& s, const records::viewer& by, const wanted& what,
                                             const records::page& page = {});
/// The whole event, where the viewer may see what it says.
[[nodiscard]] std::optional<records::trigger_event> find(session& s, const records::viewer& by, const std::string& id);
/// The agent that an event was for, or is for now: its run's, its webhook's; empty: nothing says so.
[[nodiscard]] std::optional<std::string> agent_of(session& s, const records::trigger_event& event);

/// The newest events of a source, whole; at most `count`.
[[nodiscard]] std::vector<records::trigger_event> newest(session& s, const std::string& source,
                                                         const std::string& source_id, int count);

/// The event that had this one's key first.
struct known {
  std::string id;
  std::optional<std::string> run_id;
  bool same_body = false;
};
BOOST_DESCRIBE_STRUCT(known, (), (id, run_id, same_body))
[[nodiscard]] std::optional<known> find_key(session& s, const records::trigger_event& event);

} // namespace storage::trigger_events
