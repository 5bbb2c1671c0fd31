#pragma once

#include "actors/runs/prompt.hpp"
#include "actors/runs/run_services.hpp"
#include "actors/runs/summary.hpp"
#include "actors/runs/transcript.hpp"
#include "messages/runs.hpp"
#include "storage/subagents.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace actors {

/// One run: a chat turn, or an agent started by hand or by a trigger. It calls the model and its tools in turn until an
/// answer asks for no tool, and has each step committed before the next begins.
///
/// It acts from its transcript alone, so that it goes on after a crash as it would have without one. It handles one
/// thing at a time: a journal write, a model call, or the calls of one answer side by side.
class agent_run : public engine::observed<messages::agent_run_actor::base> {
public:
  agent_run(caf::actor_config& cfg, engine::place at, std::shared_ptr<const run_services> services,
            messages::run_supervisor_actor supervisor, messages::set_run_limits limits, records::claimed_run claimed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using step = std::function<void()>;
  enum class waiting_for { nothing, files, window, retry, confirmation, children, place, resume };

  // agent_run.cpp: the loop
  void begin();
  void load_files();
  void look_at_owner();
  void next();
  void call_model();
  void send_call(messages::call_model m);
  void answered(messages::model_reply& reply);
  bool note_prompt();
  void model_failed(const messages::model_reply& reply);
  void keep_reasoning();
  void keep_shown();
  void stop();
  [[nodiscard]] std::string over_output() const;
  void finish(records::run_state state, std::string error = {});
  void ended(records::run_state state, const std::string& error);
  void commit(step then);
  void send_write();
  void written(const caf::error* e);
  void committing(bool now);
  [[nodiscard]] bool at_rest() const { return running_tools_ == 0 && writes_.empty(); }

  // run_summary.cpp: room for long conversations
  [[nodiscard]] bool makes_room();
  void ask_for_window();
  void summarise(summary_plan plan);
  void summarised(models::answer& answer);

  // run_tools.cpp: the calls of one answer
  void advance_calls();
  void settle(pending_call& call, const boost::json::value& result, records::step_state state);
  void start(pending_call& call);
  /// What a worker brings back from a call.
  struct tool_outcome {
    boost::json::value result;
    std::vector<records::run_record> children;
  };
  void tool_ended(const std::string& call_id, const boost::json::value& result);
  void ask(pending_call& call, const tools::question& question);
  void confirmed(const records::confirmation_record& answer);
  void go_on_with_place();
  [[nodiscard]] pending_call* find_call(const std::string& call_id);
  [[nodiscard]] tools::call_situation situation() const;
  [[nodiscard]] std::vector<std::string> offered_tools() const;
  [[nodiscard]] std::shared_ptr<const tools::running> running_for(const std::string& tool) const;
  [[nodiscard]] bool approved_for_chat(const tools::tool& tool, const tools::question& question) const;
  records::step_record& stage_step(pending_call& call);
  void stage_audit(const std::string& tool, const boost::json::value& arguments, std::string summary,
                   bool was_confirmed);

  // run_children.cpp: calls that wait for other runs
  void delegate(const std::string& call_id, std::vector<records::run_record> children);
  void wait_for_children();
  void look_at_children();
  void children_seen(const std::vector<storage::subagents::run_end>& ended);
  void want_place_again();
  std::vector<std::string> give_children_up();
  void stop_children();
  [[nodiscard]] std::vector<std::string> children_waited_for() const;

  // run_events.cpp: what listeners see
  void publish(std::string_view name, const boost::json::value& data);
  void publish_text(std::string text);
  void publish_reasoning(std::string text);
  void publish_start(const pending_call& call);
  void publish_done(const pending_call& call);
  void publish_state(records::run_state state, const std::string& why);
  void publish_step(const records::step_record& s);
  void publish_end(records::run_state state, const std::string& error);
  void replay();
  [[nodiscard]] bool watched() const;

  [[nodiscard]] bool is_chat() const { return run_.kind == records::run_kind::chat; }
  [[nodiscard]] base::timestamp now() const { return services_->clock->now(); }

  std::shared_ptr<const run_services> services_;
  messages::run_supervisor_actor supervisor_;
  messages::set_run_limits limits_;
  records::run_record run_;
  tools::caller caller_;
  std::vector<records::confirmation_record> known_confirmations_; ///< of this run, and those given for the whole chat
  transcript t_;
  prompt prompt_;
  std::vector<std::string> offered_; ///< names of the tools that the model is told of
  bool prompt_noted_ = false;        ///< whether a step of this actor's has said what it is told
  std::string model_;                ///< the run's own, or the fallback once that took over
  std::string topic_;

  records::run_write staged_; ///< what the next commit writes
  struct pending_write {
    records::run_write write;
    step then;
  };
  bool committing_ = false;          ///< counted in run_services::committing
  std::deque<pending_write> writes_; ///< the first one is under way; bounded by the calls of one answer

  caf::typed_response_promise<messages::done> drained_; ///< pending while the server stops and this run is not at rest

  waiting_for waiting_ = waiting_for::nothing;
  bool stopping_ = false;
  std::string time_over_; ///< why it is being ended; empty: by a person, or not at all
  bool finishing_ = false;
  bool orphaned_ = false; ///< the run that waited for this one has ended
  int running_tools_ = 0;
  bool looking_at_children_ = false;
  bool look_again_ = false;           ///< another one ended while they were looked at
  bool watching_children_ = false;    ///< the tick is on its way
  std::vector<std::string> given_up_; ///< children to be stopped when the end of this run is committed
  std::stop_source stop_source_;
  int model_call_ = 0; ///< the number of the call under way; 0 = none
  int last_model_call_ = 0;
  base::timestamp call_began_{};
  std::string streamed_;     ///< text of the call under way that was shown
  std::string cut_;          ///< text of this answer that was shown by calls whose streams were cut before
  std::string reasoned_;     ///< reasoning of the call under way that was shown
  std::string window_model_; ///< whose window window_ is; empty = not asked yet
  context_window window_;
  std::int64_t summarising_ = 0; ///< messages that the call under way summarises; 0 = it makes the answer
  std::string summary_input_;    ///< the beginning of what is being summarised
  bool separated_ = false;       ///< the separator before this answer was shown
  int failed_calls_ = 0;         ///< model calls of this run that failed
  int failed_in_a_row_ = 0;
};

} // namespace actors
