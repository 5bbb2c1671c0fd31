#include "actors/runs/agent_run.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/encoding.hpp"
#include "storage/attachments.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

/// A model may think for long; after this nobody waits for it any more.
constexpr std::chrono::minutes model_time{30};
/// Tries after a failed model call, with 0.5, 1, 2 and 4 s between them and up to a quarter more, so that many runs do not
/// come back together.
constexpr int model_retries = 4;
constexpr std::chrono::milliseconds first_retry{500};
/// What a model is told whose answer broke off.
constexpr std::string_view go_on
  = "Your answer broke off there, as the connection was lost. Go on exactly where it stopped: repeat nothing, do not "
    "greet, and do not mention the interruption.";
/// The longest Retry-After that is waited for: a person looks on, or nobody does.
constexpr std::chrono::minutes longest_wait_in_chat{1};
constexpr std::chrono::minutes longest_wait{15};
/// How long a stopped tool may take to end before its outcome counts as unknown.
constexpr std::chrono::milliseconds stop_patience{700};
constexpr std::chrono::seconds write_retry{1};
constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout
/// What the timeline shows of an input; the whole stands in the trigger event.
constexpr std::size_t shown_input_bytes = 4000;
/// What a conversation keeps of an answer's reasoning; the whole stands in the run's steps.
constexpr std::size_t most_reasoning_bytes = 64 * 1024;

} // namespace

agent_run::agent_run(caf::actor_config& cfg, engine::place at, std::shared_ptr<const run_services> services,
                     messages::run_supervisor_actor supervisor, messages::set_run_limits limits,
                     records::claimed_run claimed)
  : observed(cfg, std::move(at)), services_(std::move(services)), supervisor_(std::move(supervisor)), limits_(limits) {
  staged_.steps.clear();
  t_ = make_transcript(claimed, *services_->tools, now(), staged_.steps);
  known_confirmations_ = std::move(claimed.confirmations);
  orphaned_ = claimed.orphaned;
  run_ = std::move(claimed.run);
  caller_.owner = std::move(claimed.owner);
  caller_.run_id = run_.id;
  caller_.trace_id = run_.trace_id;
  caller_.agent_id = run_.agent_id;
  caller_.conversation_id = run_.conversation_id;
  for (const auto& lost : staged_.steps)
    stage_audit(lost.name, lost.request.at("arguments"), summary_of(lost.response), false);
  model_ = run_.definition.model;
  offered_ = offered_tools();
  const auto settings = services_->settings->get();
  personality who{settings->personality_soul, settings->personality_user};
  const auto profiles = services_->profiles->get();
  if (const auto own = profiles->find(caller_.owner.user_id); own != profiles->end()) {
    if (!own->second.soul.empty())
      who.soul = own->second.soul;
    if (!own->second.about.empty())
      who.about = own->second.about;
  }
  prompt_ = make_prompt(run_, who, !t_.input.empty());
  topic_ = is_chat() ? "conversation/" + run_.conversation_id.value_or("") : "run/" + run_.id;
  last_model_call_ = t_.model_calls + t_.summaries;
}

agent_run::behavior_type agent_run::make_behavior() {
  begin();
  return {
    [this](messages::model_piece& m) {
      if (m.call != model_call_ || stopping_)
        return;
      if (m.reasoning)
        return publish_reasoning(std::move(m.text));
      streamed_ += m.text;
      publish_text(std::move(m.text));
    },
    [this](const messages::stop_run&) { stop(); },
    [this](messages::resume_engine) {
      if (waiting_ == waiting_for::resume) {
        waiting_ = waiting_for::nothing;
        next();
      }
    },
    [this](messages::place_given) {
      if (waiting_ == waiting_for::place)
        go_on_with_place();
    },
    [this](const messages::confirmation_answered& m) { confirmed(m.confirmation); },
    [this](messages::retry_model) {
      if (waiting_ == waiting_for::retry) {
        waiting_ = waiting_for::nothing;
        next();
      }
    },
    [this](const messages::confirmation_due& m) {
      auto* call = find_call(m.call_id);
      if (waiting_ != waiting_for::confirmation || call == nullptr || !call->confirmation)
        return;
      auto expired = *call->confirmation;
      expired.state = records::confirmation_state::expired;
      expired.answered_at = now();
      confirmed(expired);
    },
    [this](messages::stop_due) {
      if (stopping_ && !finishing_ && running_tools_ > 0) {
        for (auto& call : t_.pending)
          if (call.at == pending_call::phase::running)
            settle(call, {{"success", false}, {"error", "The run was stopped while this call was under way."}},
                   records::step_state::unknown);
        running_tools_ = 0;
        next();
      }
    },
    [this](messages::retry_write) { send_write(); },
    [this](const messages::child_ended&) { look_at_children(); },
    [this](messages::look_at_children) {
      watching_children_ = false;
      look_at_children();
    },
    [this](const messages::run_time_over& m) {
      if (finishing_ || stopping_)
        return;
      time_over_ = "The run worked for "
                   + (m.minutes == 1 ? std::string("a minute") : std::to_string(m.minutes) + " minutes")
                   + ", which is its limit.";
      stop();
    },
    [this](messages::drain_runs) -> caf::result<messages::done> {
      if (at_rest())
        return messages::done{};
      drained_ = make_response_promise<messages::done>();
      return drained_;
    },
  };
}

void agent_run::on_exit() {
  if (drained_.pending())
    drained_.deliver(messages::done{});
  if (model_call_ != 0)
    send(services_->gateway, messages::cancel_model_call{run_.id, model_call_});
  stop_source_.request_stop();
  committing(false);
  destroy(supervisor_);
  writes_.clear();
}

void agent_run::begin() {
  publish_state(records::run_state::running, {});
  replay();
  if (orphaned_)
    return finish(records::run_state::stopped, "The run that waited for this one has ended.");
  if (!caller_.owner.is_active)
    return finish(records::run_state::error, "The account of the run's owner is switched off.");
  load_files();
}

/// The files of the conversation's messages, where the run has any.
void agent_run::load_files() {
  std::vector<std::string> ids;
  for (const auto* list : t_.files())
    for (const auto& file : *list)
      ids.push_back(file.id);
  if (ids.empty())
    return next();
  waiting_ = waiting_for::files;
  auto job = make_job("attachments.load", [user = caller_.owner.user_id, ids](storage::session& s) {
    return storage::attachments::load(s, user, ids);
  });
  request(services_->db, database_time, std::move(job))
    .then(
      [this](const messages::db_result& r) {
        t_.take_files(std::any_cast<const std::vector<records::attachment>&>(r.value));
        waiting_ = waiting_for::nothing;
        next();
      },
      [this](const caf::error& e) {
        waiting_ = waiting_for::nothing;
        finish(records::run_state::error,
               "The files of this conversation could not be read: " + messages::to_failure(e).message + '.');
      });
}

/// The owner as he is now: a run that began under an administrator does not go on as one after he was demoted.
void agent_run::look_at_owner() {
  const auto profiles = services_->profiles->get();
  if (const auto now = profiles->find(caller_.owner.user_id); now != profiles->end()) {
    caller_.owner.role = now->second.role;
    caller_.owner.is_active = now->second.is_active;
  }
}

/// The one place that decides what comes next, from the transcript.
void agent_run::next() {
  if (finishing_ || waiting_ != waiting_for::nothing || model_call_ != 0)
    return;
  if (stopping_)
    return time_over_.empty() ? finish(records::run_state::stopped) : finish(records::run_state::error, time_over_);
  look_at_owner();
  if (!caller_.owner.is_active)
    return finish(records::run_state::error, "The account of the run's owner is switched off.");
  if (services_->paused->load(std::memory_order_acquire)) {
    waiting_ = waiting_for::resume;
    if (!staged_.steps.empty())
      commit([this] {
        if (stopping_)
          next();
      });
    return;
  }
  if (t_.finished)
    return finish(records::run_state::success);
  if (auto over = over_output(); !over.empty())
    return finish(records::run_state::error, std::move(over));
  if (!t_.all_calls_done())
    return advance_calls();
  if (!staged_.steps.empty())
    return commit([this] { next(); });
  if (is_chat() && makes_room())
    return;
  call_model();
}

void agent_run::call_model() {
  t_.order_results();
  messages::call_model m;
  m.run_id = run_.id;
  m.trace_id = run_.trace_id;
  m.call = ++last_model_call_;
  m.user_id = caller_.owner.user_id;
  m.model = model_;
  m.system = prompt_.system;
  m.turn = prompt_.turn;
  m.task = t_.task;
  m.input = t_.input;
  m.attachments = t_.attachments;
  m.tools = offered_;
  m.history = t_.history;
  m.since_task = t_.since_task;
  if (!cut_.empty()) { // any model can go on in this way; what was shown is not shown again
    auto& part = m.since_task.emplace_back();
    part.role = models::role::assistant;
    part.text = base::trusted_text(cut_);
    m.since_task.emplace_back().text = base::trusted_text(std::string(go_on));
  }
  m.failed_calls = failed_calls_;
  m.streamed = is_chat() || watched();
  summarising_ = 0;
  send_call(std::move(m));
}

/// Every call of a model, those that summarise too.
void agent_run::send_call(messages::call_model m) {
  m.agent_ids = run_.definition.budgets_above;
  if (run_.agent_id)
    m.agent_ids.push_back(*run_.agent_id);
  model_call_ = m.call;
  call_began_ = now();
  streamed_.clear();
  reasoned_.clear();
  separated_ = separated_ && !cut_.empty();
  const auto call = m.call;
  request(services_->gateway, model_time, std::move(m))
    .then(
      [this, call](messages::model_reply& reply) {
        if (call == model_call_)
          answered(reply);
      },
      [this, call](const caf::error& e) {
        if (call != model_call_)
          return;
        send(services_->gateway, messages::cancel_model_call{run_.id, call}); // nobody waits for it any more
        messages::model_reply failed;
        failed.error = "The model did not answer: " + messages::to_failure(e).message + '.';
        model_failed(failed);
      });
}

void agent_run::answered(messages::model_reply& reply) {
  if (!reply.error.empty())
    return model_failed(reply);
  model_call_ = 0;
  failed_in_a_row_ = 0;
  auto& answer = reply.answer;
  if (summarising_ > 0)
    return summarised(answer);
  if (answer.stop_reason == models::stop_reason::refusal && answer.text.empty())
    answer.text
      = answer.refusal.empty() ? "The model declined to answer." : "The model declined to answer: " + answer.refusal;
  if (reasoned_.empty() && answer.reasoning && !answer.reasoning->text.empty() && watched())
    publish_reasoning(answer.reasoning->text);
  reasoned_.clear();
  if (streamed_.empty() && !answer.text.empty() && watched())
    publish_text(answer.text);
  if (!cut_.empty()) {
    answer.text.insert(0, std::exchange(cut_, {}));
    if (answer.reasoning)
      t_.add_reasoning(answer.reasoning->text);
    answer.reasoning.reset(); // it belongs to the second part alone
  }
  const bool first = !prompt_noted_; // of this actor: a fork says what it was told itself
  t_.add_answer(answer);
  auto& s = staged_.steps.emplace_back();
  s.run_id = run_.id;
  s.seq = t_.next_seq++;
  s.kind = records::step_kind::model;
  s.state = records::step_state::done;
  s.name = model_;
  boost::json::object shown;
  if (first) {
    shown.emplace("task", t_.task.str());
    if (prompt_.turn.str() != run_.message)
      shown.emplace("turn", prompt_.turn.str());
    if (!t_.input.empty())
      shown.emplace("input", base::cut_utf8(t_.input.str(), shown_input_bytes));
  }
  if (note_prompt())
    shown.emplace("prompt", t_.prompt_hash);
  s.request = std::move(shown);
  s.response = base::to_json(answer);
  s.input_tokens = answer.input_tokens;
  s.output_tokens = answer.output_tokens;
  s.cost_usd = answer.cost_usd;
  s.started_at = call_began_;
  s.ended_at = now();
  publish_step(s);
  next();
}

/// Whether the step has to say what its call was told: it is the first, or that is another than before. What the database
/// does not have of it goes with the next commit.
bool agent_run::note_prompt() {
  if (std::exchange(prompt_noted_, true)) // it stays the same as long as this actor lives
    return false;
  auto hash = known_prompts::hash_of(prompt_.system.str(), offered_);
  if (hash == t_.prompt_hash)
    return false;
  t_.prompt_hash = std::move(hash);
  if (services_->prompts->has(t_.prompt_hash))
    return true;
  auto& row = staged_.prompts.emplace_back();
  row.hash = t_.prompt_hash;
  row.system = prompt_.system.str();
  boost::json::array told;
  for (const auto& name : offered_)
    if (const auto* tool = services_->tools->find(name))
      told.push_back({{"name", tool->name()}, {"description", tool->description()}, {"schema", tool->schema()}});
  row.tools = std::move(told);
  row.created_at = now();
  return true;
}

/// Tries again, then with the fallback model. Where a part of the answer was shown, the model is asked to go on behind it.
/// The retries are here and not with the provider, so that the kill switch and a stop hold between them without a word.
void agent_run::model_failed(const messages::model_reply& reply) {
  model_call_ = 0;
  ++failed_calls_;
  cut_ += std::exchange(streamed_, {});
  keep_reasoning();
  const std::chrono::milliseconds asked{reply.retry_after_ms};
  const bool worth_waiting = asked <= (is_chat() ? longest_wait_in_chat : longest_wait);
  if (reply.retryable && worth_waiting && failed_in_a_row_ < model_retries) {
    auto delay = first_retry * (1 << failed_in_a_row_++);
    delay += delay
             * static_cast<int>((std::hash<std::string>{}(run_.id) + static_cast<std::size_t>(failed_calls_)) % 26)
             / 100;
    waiting_ = waiting_for::retry;
    spdlog::info("model_call_retried run={} model={} status={} failures={}", run_.id, model_, reply.status,
                 failed_in_a_row_);
    delayed_send(this, std::max(delay, asked), messages::retry_model{});
    return;
  }
  const auto& own = run_.definition.fallback_model;
  const auto fallback = own ? *own : services_->settings->get()->fallback_model;
  if (!reply.over_budget && !fallback.empty() && model_ == run_.definition.model && fallback != model_) {
    spdlog::warn("model_fell_back run={} from={} to={} error=\"{}\"", run_.id, model_, fallback, reply.error);
    model_ = fallback;
    failed_in_a_row_ = 0;
    return next();
  }
  keep_shown();
  finish(records::run_state::error, reply.error);
}

/// What was shown of the reasoning of a call that does not come to its end stays in the conversation.
void agent_run::keep_reasoning() { t_.add_reasoning(std::exchange(reasoned_, {})); }

/// What was shown of an answer that does not come to its end stays in the conversation.
void agent_run::keep_shown() {
  const auto shown = std::exchange(cut_, {}) + std::exchange(streamed_, {});
  if (shown.empty())
    return;
  if (!t_.text.empty())
    t_.text += answer_separator;
  t_.text += shown;
  t_.last_text = shown;
}

void agent_run::stop() {
  if (finishing_ || stopping_)
    return;
  stopping_ = true;
  stop_source_.request_stop();
  if (model_call_ != 0) {
    send(services_->gateway, messages::cancel_model_call{run_.id, model_call_});
    model_call_ = 0;
    keep_reasoning();
  }
  keep_shown();
  if (running_tools_ > 0) {
    delayed_send(this, stop_patience, messages::stop_due{});
    return;
  }
  waiting_ = waiting_for::nothing;
  if (writes_.empty())
    next(); // else what follows the write under way sees that the run stops
}

/// Why the model may write no more in this run; empty: it may.
std::string agent_run::over_output() const {
  const auto most = limits_.max_run_output_tokens;
  if (most <= 0 || t_.output_tokens < most)
    return {};
  return "The model has written " + std::to_string(t_.output_tokens) + " tokens in this run, and its limit is "
         + std::to_string(most) + '.';
}

void agent_run::finish(records::run_state state, std::string error) {
  if (finishing_)
    return;
  finishing_ = true;
  waiting_ = waiting_for::nothing;
  for (auto& call : t_.pending) // calls that were never begun need no step
    if (call.confirmation && call.confirmation->state == records::confirmation_state::open) {
      call.confirmation->state = records::confirmation_state::expired;
      call.confirmation->answered_at = now();
      staged_.confirmation = call.confirmation;
    }
  given_up_ = give_children_up();
  auto& change = staged_.change.emplace();
  change.state = state;
  change.input_tokens = t_.input_tokens;
  change.output_tokens = t_.output_tokens;
  change.cost_usd = t_.cost_usd;
  change.result = t_.last_text;
  if (!error.empty())
    change.error = error;
  change.ended_at = now();
  if (is_chat()) {
    auto& message = change.answer.emplace();
    message.role = "assistant";
    message.content = t_.text;
    if (!t_.calls.empty())
      message.tool_calls = t_.calls;
    message.run_id = run_.id;
    message.at = now();
    message.model = model_;
    message.status = state;
    if (!error.empty())
      message.error = error;
    message.usage = records::turn_usage{t_.input_tokens, t_.output_tokens, t_.cost_usd};
    if (t_.model_calls > 0)
      message.stop_reason = t_.stop_reason;
    if (!t_.reasoning.empty())
      message.reasoning = base::cut_utf8(t_.reasoning, most_reasoning_bytes);
    message.summary = t_.made_summary;
    staged_.conversation_id = run_.conversation_id;
  }
  commit([this, state, error = std::move(error)] { ended(state, error); });
}

void agent_run::ended(records::run_state state, const std::string& error) {
  publish_end(state, error);
  stop_children();
  if (!run_.reply_to.is_null() || services_->ends_are_told->load(std::memory_order_relaxed))
    send(services_->outbox, messages::look_outbox{});
  messages::run_finished note;
  note.run_id = run_.id;
  note.agent_id = run_.agent_id.value_or("");
  note.status = state;
  note.result = std::move(t_.last_text);
  note.error = error;
  send(supervisor_, std::move(note));
  quit();
}

/// Hands what is staged to the journal; `then` follows the commit.
void agent_run::commit(step then) {
  staged_.run_id = run_.id;
  writes_.push_back({std::exchange(staged_, {}), std::move(then)});
  if (writes_.size() == 1)
    send_write();
}

void agent_run::send_write() {
  if (writes_.empty())
    return;
  committing(true);
  request(services_->journal, caf::infinite, messages::write_run{writes_.front().write})
    .then([this](messages::done) { written(nullptr); }, [this](const caf::error& e) { written(&e); });
}

void agent_run::committing(bool now) {
  if (std::exchange(committing_, now) != now)
    services_->committing->fetch_add(now ? 1 : -1, std::memory_order_relaxed);
}

void agent_run::written(const caf::error* e) {
  if (e != nullptr) {
    const auto failure = messages::to_failure(*e);
    spdlog::error("run_write_failed run={} error={}", run_.id, failure.message);
    if (failure.code != base::errc::invalid) { // the database is away: nothing may go on before it is back
      delayed_send(this, write_retry, messages::retry_write{});
      return;
    }
    // The database refuses the data itself: say so in its place, and end.
    writes_.clear();
    staged_ = {};
    finishing_ = true;
    auto& change = staged_.change.emplace();
    change.state = records::run_state::error;
    change.error = "A step could not be stored: " + failure.message;
    change.ended_at = now();
    staged_.run_id = run_.id;
    writes_.push_back(
      {std::exchange(staged_, {}), [this, error = *change.error] { ended(records::run_state::error, error); }});
    send_write();
    return;
  }
  for (const auto& prompt : writes_.front().write.prompts)
    services_->prompts->add(prompt.hash);
  auto done = std::move(writes_.front().then);
  writes_.pop_front();
  if (writes_.empty())
    committing(false);
  else
    send_write();
  done();
  if (drained_.pending() && at_rest())
    drained_.deliver(messages::done{});
}

} // namespace actors
