#pragma once

#include "messages/records/model.hpp"
#include "messages/records/run.hpp"
#include "tools/tool.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a run has done so far, as its journal tells it: from this alone it goes on, fresh or after a crash.
namespace actors {

/// A run that a call waits for.
struct child_run {
  std::string run_id;
  std::string agent; ///< its name
};
BOOST_DESCRIBE_STRUCT(child_run, (), (run_id, agent))

/// A tool call that the model has asked for in its last answer.
struct pending_call {
  enum class phase { todo, running, asking, delegated, done };
  models::tool_call call; ///< its call_id is the model's own, which may come again in a later turn
  std::string id;         ///< ours, unique in the conversation: what people and programs are told
  int seq = 0;            ///< its step; 0 = none yet
  phase at = phase::todo;
  bool confirmed = false;
  base::timestamp started_at{};
  std::optional<records::confirmation_record> confirmation;
  std::vector<child_run> children; ///< phase delegated: the call ends when all of them have
};

struct transcript {
  std::string run_id;
  base::trusted_text task;                ///< chat: the user's message; agent: its prompt, then the typed message
  base::untrusted_text input;             ///< what the trigger brought, with a head that says what it is
  std::vector<models::media> attachments; ///< of this turn
  std::vector<models::message> history;   ///< earlier turns of the conversation
  std::vector<models::message> since_task;
  std::vector<pending_call> pending;       ///< of the last answer; all done = the model is next
  std::vector<records::stored_call> calls; ///< of the whole turn, for the conversation
  std::string text;                        ///< all text of the turn; answers are parted by an empty line
  std::string last_text;                   ///< of the last answer
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  int next_seq = 1;
  int model_calls = 0;
  int tool_calls = 0;
  bool untrusted_entered = false; ///< an input or a tool result
  std::string prompt_hash;        ///< what its last model step says that it was told; may be empty
  bool finished = false;          ///< the last answer asked for no tool
  models::stop_reason stop_reason = models::stop_reason::end_turn; ///< of the last answer
  std::string reasoning;                                           ///< of all answers of the turn, parted as `text` is
  int summaries = 0;                                               ///< model calls that summarised earlier turns
  std::int64_t covered = 0; ///< messages of the conversation in whose place history begins with a summary
  std::optional<records::conversation_summary> made_summary;        ///< by this run
  std::vector<std::vector<records::attachment_head>> history_files; ///< as long as history
  std::vector<records::attachment_head> turn_files;

  /// The heads of the files that belong to the messages, those of this turn last.
  [[nodiscard]] std::vector<const std::vector<records::attachment_head>*> files() const;
  /// Puts the files where they belong; one that is not among `loaded` is left out.
  void take_files(const std::vector<records::attachment>& loaded);
  /// Adds what a call used.
  void count(const models::answer& answer);
  /// Takes how the model came to an answer.
  void add_reasoning(const std::string& shown);
  /// Takes a model's answer.
  void add_answer(const models::answer& answer);
  /// The first message of `history` is a summary of `covered` messages.
  [[nodiscard]] bool has_summary() const { return covered > 0; }
  /// Puts a summary in the place of the messages that it covers, an earlier summary among them.
  void take_summary(const records::conversation_summary& summary);
  /// Takes the answer of the call that made a summary.
  void add_summary(const models::answer& answer, std::int64_t covers);
  /// Takes a tool's result: `{success, …}`.
  void add_result(pending_call& call, const boost::json::value& result, std::int64_t ms);
  [[nodiscard]] bool all_calls_done() const;
  /// Puts the last answer's results into the order of its calls: parallel calls end in any order.
  void order_results();
};

/// Member of a model step's request that tells a summary: how many messages of the conversation it covers.
inline constexpr std::string_view summary_covers = "summary_covers";

/// The text that stands between two answers of one turn.
inline constexpr std::string_view answer_separator = "\n\n";

/// The transcript of a run that was taken from the journal. A tool call that had begun and has no result is `todo` again
/// if its risk is `read`; else it is put into `unknown`, as a step with the state unknown and a result that says so.
[[nodiscard]] transcript make_transcript(const records::claimed_run& run, const tools::tool_set& tools,
                                         base::timestamp now, std::vector<records::step_record>& unknown);

/// How long the run worked in its steps: what went on side by side counts once, waiting for other runs and what was copied
/// from another run not at all.
[[nodiscard]] base::timestamp::duration time_worked(const records::claimed_run& run);

/// Gives a copied step's call the id that it has in the copy.
void rename_call(records::step_record& step, const std::string& from_run, const std::string& to_run);

/// A webhook's input: content type and endpoint name, then the body, JSON pretty-printed.
[[nodiscard]] std::string describe_event(const records::trigger_event& event);

/// At most 500 bytes of a tool's result, for lists and the audit log.
[[nodiscard]] std::string summary_of(const boost::json::value& result);

/// JSON with an indentation of two.
[[nodiscard]] std::string pretty_json(const boost::json::value& value);

} // namespace actors
