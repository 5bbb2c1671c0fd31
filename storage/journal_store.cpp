#include "storage/journal_store.hpp"

#include "base/encoding.hpp"
#include "storage/audit_log.hpp"
#include "storage/confirmations.hpp"
#include "storage/journal_arrays.hpp"
#include "storage/journal_sql.hpp"
#include "storage/rows.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>

namespace storage {

namespace {

namespace sql = journal_sql;
using array = binary_array;

/// `$1` becomes `$(1 + by)`.
std::string shifted(std::string_view text, int by) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '$')
      continue;
    int number = 0;
    for (; i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9'; ++i)
      number = number * 10 + (text[i + 1] - '0');
    out += std::to_string(number + by);
  }
  return out;
}

/// Whether the whole batch must be given up: what it did is unknown, or nothing can be done now.
bool ends_the_batch(const base::failure& f) {
  return f.code == base::errc::unavailable || f.code == base::errc::timeout || f.code == base::errc::overloaded;
}

} // namespace

struct journal_store::impl {
  session& s;
  std::optional<audit_chain> chain;    ///< read when the first audit row is written
  std::optional<std::string> in_doubt; ///< as journal_store::audit_in_doubt
  std::set<std::string> prepared;      ///< names of statements: each connection has those that it needs
  std::string keys_freed_until;        ///< id of an event; ids grow with time

  impl(session& connection, std::optional<std::string> doubt) : s(connection), in_doubt(std::move(doubt)) {
    s.exec_script(sql::settings);
  }

  /// `make` gives the statement, the first time.
  template <class F>
  result_set run(const std::string& name, std::vector<parameter> values, F make) {
    if (!prepared.contains(name)) {
      s.prepare(name, make());
      prepared.insert(name);
    }
    return s.exec_prepared(name, std::move(values));
  }

  audit_chain& read_chain() {
    if (chain)
      return *chain;
    audit_chain now;
    const auto last = s.exec("SELECT hash FROM audit_log ORDER BY id DESC LIMIT 1");
    if (!last.empty())
      now.end = std::string(last.text(0, 0).value_or(""));
    if (in_doubt) {
      now.there = audit_log::contents_after(s, *in_doubt);
      if (now.there.empty())
        in_doubt.reset();
    }
    return chain.emplace(std::move(now));
  }

  static std::string select_after(std::string_view cte, std::string_view more = {}) {
    return std::string(cte) + std::string(more) + "SELECT " + columns_of<records::run_record>("r")
           + std::string(sql::with_all_it_needs);
  }

  // --- queue ---------------------------------------------------------------------------------------------------

  using queue_out = std::span<base::result<queued_run>>;

  /// A chat turn that came as an event; each is a statement of its own.
  static bool is_told(const new_run& item) {
    return item.run.kind == records::run_kind::chat && item.event.has_value();
  }

  void queue(std::span<const new_run> in, queue_out out) {
    if (const auto told = std::ranges::find_if(in, is_told); in.size() > 1 && told != in.end()) {
      const auto n = static_cast<std::size_t>(told - in.begin());
      for (const auto& [from, count] : {std::pair{std::size_t{0}, n}, {n, std::size_t{1}}, {n + 1, in.size() - n - 1}})
        if (count > 0)
          queue(in.subspan(from, count), out.subspan(from, count));
      return;
    }
    try {
      queue_once(in, out);
    } catch (const base::failure_error& e) {
      if (ends_the_batch(e.get()))
        throw;
      if (in.size() == 1) {
        out[0] = e.get();
        return;
      }
      const auto half = in.size() / 2; // until only the row that the database refuses is left out
      queue(in.first(half), out.first(half));
      queue(in.subspan(half), out.subspan(half));
    }
  }

  void queue_once(std::span<const new_run> in, queue_out out) {
    const auto n = in.size();
    array id(array::text, n * 40), kind(array::text, n * 12), agent(array::text, n * 40), conversation(array::text),
      owner(array::text, n * 40), parent(array::text), priority(array::integer, n * 8),
      definition(array::text, n * 300), message(array::text), queued_at(array::text, n * 32),
      trace(array::text, n * 40), said(array::text), event(array::text, n * 40), source(array::text, n * 12),
      source_id(array::text, n * 40), source_name(array::text, n * 24), key(array::text, n * 40),
      content_type(array::text, n * 32), body(array::text, n * 256), received(array::text, n * 32),
      replaces(array::text), request(array::text, n * 64), input(array::text), reply(array::text);
    bool chats = false;
    bool replacing = false;
    for (const auto& item : in) {
      const auto& run = item.run;
      id.add(run.id);
      kind.add(base::enum_name(run.kind));
      agent.add(run.agent_id);
      conversation.add(run.conversation_id);
      owner.add(run.owner_user_id);
      parent.add(run.parent_run_id);
      priority.add(static_cast<std::int32_t>(run.priority));
      definition.add(json_text(base::to_json(run.definition)));
      message.add(run.message);
      queued_at.add(base::to_iso8601(run.queued_at));
      trace.add(run.trace_id);
      chats = chats || run.kind == records::run_kind::chat;
      replacing = replacing || item.replaces.has_value();
      replaces.add(item.replaces);
      reply.add(run.reply_to.is_null() ? std::nullopt : std::optional(json_text(run.reply_to)));
      if (run.kind == records::run_kind::chat)
        said.add(
          message_json({.role = "user",
                        .content = item.user_message,
                        .tool_calls = {},
                        .run_id = run.id,
                        .at = run.queued_at,
                        .attachments = item.attachments.empty() ? std::nullopt : std::optional(item.attachments)}));
      else
        said.add_null();
      if (item.event) {
        const auto& e = *item.event;
        event.add(e.id);
        source.add(e.source);
        source_id.add(e.source_id);
        source_name.add(e.source_name);
        key.add(e.dedupe_key);
        content_type.add(e.content_type);
        body.add(e.body.str());
        received.add(base::to_iso8601(e.received_at));
        request.add(e.request);
        input.add(e.input.str());
      } else {
        for (auto* column :
             {&event, &source, &source_id, &source_name, &key, &content_type, &body, &received, &request, &input})
          column->add_null();
      }
    }
    const bool events = !chats && std::ranges::all_of(in, [](const auto& item) { return item.event.has_value(); });
    const bool told = n == 1 && is_told(in.front());
    const auto missing
      = run(told        ? "journal_queue_told"
            : replacing ? "journal_queue_replacing"
            : chats     ? "journal_queue_chats"
            : events    ? "journal_queue_events"
                        : "journal_queue",
            take_all({id,      kind,         agent, conversation, owner,    parent,  priority,  definition,
                      message, queued_at,    trace, said,         event,    source,  source_id, source_name,
                      key,     content_type, body,  received,     replaces, request, input,     reply}),
            [&] {
              return std::string(sql::queue) + std::string(told ? sql::queue_told_event : sql::queue_event)
                     + std::string(sql::queue_run) + std::string(events ? sql::queue_fresh : sql::queue_unless_there)
                     + std::string(chats ? sql::queue_said : "") + std::string(replacing ? sql::queue_replaced : "")
                     + std::string(sql::queue_end);
            });
    for (std::size_t i = 0; i < n; ++i)
      out[i] = queued_run{in[i].run.id, in[i].event ? in[i].event->id : std::string{}, false};
    if (!missing.empty())
      explain(missing, in, out);
  }

  /// Says of each run that was not stored why.
  void explain(const result_set& missing, std::span<const new_run> in, queue_out out) {
    std::unordered_map<std::string, bool> is_there;
    for (std::size_t i = 0; i < missing.size(); ++i)
      is_there.emplace(*missing.text(i, 0), missing.text(i, 1) == "t");
    std::vector<std::size_t> deliveries;
    std::vector<std::size_t> others;
    std::vector<std::size_t> replacing;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto found = is_there.find(in[i].run.id);
      if (found == is_there.end())
        continue;
      if (!found->second && in[i].replaces)
        replacing.push_back(i); // also one that this batch had stored before its connection broke
      else if (!found->second)
        out[i] = base::fail(base::errc::not_found, in[i].run.agent_id ? "the agent is not there any more"
                                                                      : "the conversation is not there any more");
      else
        (in[i].event ? deliveries : others).push_back(i);
    }
    if (!deliveries.empty())
      find_first_deliveries(deliveries, in, out);
    if (!others.empty())
      find_existing(others, in, out, "a turn is under way in this conversation");
    if (!replacing.empty())
      find_existing(replacing, in, out,
                    "the message that was to be replaced is not there any more; load the chat again");
  }

  void find_first_deliveries(const std::vector<std::size_t>& which, std::span<const new_run> in, queue_out out) {
    array source(array::text), source_id(array::text), key(array::text), body(array::text);
    for (const auto i : which) {
      source.add(in[i].event->source);
      source_id.add(in[i].event->source_id);
      key.add(in[i].event->dedupe_key);
      body.add(in[i].event->body.str());
      out[i] = base::fail(base::errc::conflict,
                          is_told(in[i]) ? "a turn is under way in this conversation" : "the event's id is taken");
    }
    const auto found = s.exec_with(sql::first_deliveries, take_all({source, source_id, key, body}));
    for (std::size_t row = 0; row < found.size(); ++row) {
      const auto i = which.at(std::stoul(std::string(*found.text(row, 0))) - 1);
      if (found.text(row, 3) == "f") {
        out[i] = base::fail(base::errc::conflict, "This id came before, with another body.");
        continue;
      }
      if (is_told(in[i]) && found.text(row, 2).value_or("").empty())
        continue; // it waits on
      queued_run first{std::string(found.text(row, 2).value_or("")), std::string(*found.text(row, 1)), false};
      first.duplicate = first.run_id != in[i].run.id; // our own run: this batch was given before
      out[i] = std::move(first);
    }
  }

  /// Those that are there were stored by this very batch, given a second time; the others are a conflict.
  void find_existing(const std::vector<std::size_t>& which, std::span<const new_run> in, queue_out out,
                     const char* otherwise) {
    array ids(array::text);
    for (const auto i : which) {
      ids.add(in[i].run.id);
      out[i] = base::fail(base::errc::conflict, otherwise);
    }
    const auto found = s.exec_with(sql::existing_runs, take_all({ids}));
    std::set<std::string_view> there;
    for (std::size_t row = 0; row < found.size(); ++row)
      there.insert(*found.text(row, 0));
    for (const auto i : which)
      if (there.contains(in[i].run.id))
        out[i] = queued_run{in[i].run.id, {}, false};
  }

  // --- write ---------------------------------------------------------------------------------------------------

  using write_out = std::span<write_outcome>;

  void write_all(std::span<const run_write> in, write_out out) {
    if (!in_doubt && std::ranges::any_of(in, [](const auto& w) { return !w.audit.empty(); }))
      in_doubt = read_chain().end; // parts of a batch may be committed before another part fails
    try {
      write(in, out);
    } catch (...) {
      chain.reset(); // read anew, with what is there of this batch
      throw;
    }
    if (chain && chain->there.empty())
      in_doubt.reset();
  }

  void write(std::span<const run_write> in, write_out out) {
    try {
      write_once(in);
    } catch (const base::failure_error& e) {
      if (ends_the_batch(e.get()))
        throw;
      if (in.size() == 1) {
        out[0] = e.get();
        return;
      }
      const auto half = in.size() / 2;
      write(in.first(half), out.first(half));
      write(in.subspan(half), out.subspan(half));
    }
  }

  void write_once(std::span<const run_write> in) {
    std::vector<parameter> values;
    std::vector<const sql::part*> parts;
    int combination = 0;
    const auto add = [&](const sql::part& part, int bit, std::vector<parameter>&& more) {
      if (more.empty())
        return;
      parts.push_back(&part);
      combination |= bit;
      std::ranges::move(more, std::back_inserter(values));
    };
    add(sql::steps, 1, step_arrays(in));
    std::optional<audit_chain> longer;
    if (std::ranges::any_of(in, [](const auto& w) { return !w.audit.empty(); })) {
      longer = read_chain();
      add(sql::audit, 2, audit_arrays(in, *longer));
    }
    add(sql::questions, 4, question_arrays(in));
    add(sql::changes, 8, change_arrays(in));
    add(sql::answers, 16, answer_arrays(in));
    add(sql::begun, 32, begun_arrays(in));
    add(sql::prompts, 64, prompt_arrays(in));
    add(sql::events, 128, event_arrays(in));
    if (!parts.empty())
      run("journal_write_" + std::to_string(combination), std::move(values), [&] { return joined(parts); });
    if (longer)
      chain = std::move(longer);
  }

  static std::string joined(const std::vector<const sql::part*>& parts) {
    std::string statement = "WITH ";
    int shift = 0;
    for (const auto* part : parts) {
      statement += (shift == 0 ? "" : ", ") + shifted(part->sql, shift);
      shift += part->parameters;
    }
    return statement + " SELECT 1";
  }

  // --- claim and recover ---------------------------------------------------------------------------------------

  std::vector<records::claimed_run> read_claimed(const result_set& answer) {
    auto runs = read_rows<records::run_record>(answer);
    auto events = read_rows<records::trigger_event>(answer, "e_");
    const auto username = answer.column("u_username").value();
    const auto role = answer.column("u_role").value();
    const auto is_active = answer.column("u_is_active").value();
    const auto history = answer.column("history").value();
    const auto orphaned = answer.column("orphaned").value();
    std::vector<records::claimed_run> out(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      auto& c = out[i];
      c.run = std::move(runs[i]);
      if (!events[i].id.empty())
        c.event = std::move(events[i]);
      if (!c.run.owner_user_id) {
        c.owner.role = records::user_role::admin; // a system agent
      } else {
        c.owner.user_id = *c.run.owner_user_id;
        c.owner.username = std::string(answer.text(i, username).value_or(""));
        c.owner.role = base::enum_value<records::user_role>(answer.text(i, role).value_or("user"))
                         .value_or(records::user_role::user);
        c.owner.is_active = answer.text(i, is_active).value_or("f") == "t"; // an owner who is gone may do nothing
      }
      c.orphaned = answer.text(i, orphaned).value_or("f") == "t";
      if (const auto messages = answer.text(i, history)) {
        detail::read_column(*messages, c.history, "messages");
        for (const auto& m : c.history)
          if (m.run_id == c.run.id && m.attachments)
            c.attachments = *m.attachments;
        std::erase_if(c.history, [&](const auto& m) { return m.run_id == c.run.id; }); // this turn's own words
      }
    }
    return out;
  }

  /// Steps and confirmations of those that were begun before, and what was approved for the whole chat.
  void add_past(std::vector<records::claimed_run>& runs) {
    for (auto& c : runs)
      if (c.run.kind == records::run_kind::chat && c.run.conversation_id)
        c.confirmations = confirmations::approved_for_chat(s, *c.run.conversation_id);
    std::unordered_map<std::string, records::claimed_run*> by_id;
    array ids(array::text);
    for (auto& c : runs)
      if (c.run.attempts > 1 || c.run.forked_from) {
        by_id.emplace(c.run.id, &c);
        ids.add(c.run.id);
      }
    if (by_id.empty())
      return;
    const std::vector<parameter> which{ids.take()};
    for (auto& step : read_rows<records::step_record>(
           s.exec_with("SELECT * FROM run_steps WHERE run_id = ANY($1::text[]) ORDER BY run_id, seq", which)))
      by_id.at(step.run_id)->steps.push_back(std::move(step));
    for (auto& question : read_rows<records::confirmation_record>(
           s.exec_with("SELECT * FROM confirmations WHERE run_id = ANY($1::text[]) ORDER BY id", which)))
      by_id.at(question.run_id)->confirmations.push_back(std::move(question));
  }
};

journal_store::journal_store(session& connection, const std::optional<std::string>& in_doubt)
  : impl_(std::make_unique<impl>(connection, in_doubt)) {}
journal_store::~journal_store() = default;

std::vector<base::result<queued_run>> journal_store::queue(const std::vector<new_run>& runs) {
  std::vector<base::result<queued_run>> out(runs.size(), base::fail(base::errc::internal, "not written"));
  if (!runs.empty())
    impl_->queue(runs, out);
  return out;
}

std::vector<write_outcome> journal_store::write(const std::vector<run_write>& writes) {
  std::vector<write_outcome> out(writes.size());
  if (!writes.empty())
    impl_->write_all(writes, out);
  return out;
}

std::optional<std::string> journal_store::audit_in_doubt() const { return impl_->in_doubt; }

std::vector<records::claimed_run> journal_store::claim(const runs_to_claim& which, base::timestamp now) {
  auto parameters = to_parameters(which.owner_user_id, which.priority, which.count, now);
  const bool by_agent = !which.agent_id.empty() || !which.without.empty();
  if (by_agent) {
    array without(array::text);
    for (const auto& id : which.without)
      without.add(id);
    parameters.push_back(to_parameters(which.agent_id).front());
    parameters.push_back(without.take());
  }
  auto out = impl_->read_claimed(
    by_agent ? impl_->run("journal_claim_by_agent", parameters,
                          [] { return impl::select_after(sql::claim_by_agent, sql::claimed); })
             : impl_->run("journal_claim", parameters, [] { return impl::select_after(sql::claim, sql::claimed); }));
  for (auto& c : out)
    c.from_queue = true;
  impl_->add_past(out);
  return out;
}

std::vector<records::claimed_run> journal_store::recover(int limit, const std::string& after, base::timestamp) {
  auto out = impl_->read_claimed(
    impl_->run("journal_recover", to_parameters(limit, after), [] { return impl::select_after(sql::recover); }));
  impl_->add_past(out);
  std::ranges::stable_sort(out, {},
                           [](const auto& c) { return std::pair(c.run.priority, std::string_view(c.run.id)); });
  return out;
}

std::vector<records::claimed_run> journal_store::recover_one(const std::string& run_id) {
  auto out = impl_->read_claimed(
    impl_->run("journal_recover_one", to_parameters(run_id), [] { return impl::select_after(sql::recover_one); }));
  impl_->add_past(out);
  return out;
}

std::int64_t journal_store::note_crash(const std::string& run_id, const std::string& error, base::timestamp now) {
  return std::stoll(std::string(
    impl_->s.exec(sql::note_crash, run_id, now, std::string(base::cut_utf8(error, 2000))).text(0, 0).value()));
}

std::optional<queue_count> journal_store::try_again(const std::string& run_id, const std::string& tried_by,
                                                    base::timestamp now) {
  return read_row<queue_count>(impl_->s.exec(sql::try_again, run_id, now, tried_by));
}

std::optional<stopped_run> journal_store::stop_queued(const std::string& run_id, base::timestamp now) {
  return read_row<stopped_run>(impl_->s.exec(sql::stop_queued, run_id, now));
}

base::result<records::confirmation_record> journal_store::answer_confirmation(const std::string& conversation_id,
                                                                              const std::string& call_id,
                                                                              const std::string& user_id, bool approved,
                                                                              records::confirmation_scope scope,
                                                                              base::timestamp now) {
  const auto state = approved ? records::confirmation_state::approved : records::confirmation_state::denied;
  auto row = read_row<records::confirmation_record>(
    impl_->s.exec(sql::answer_confirmation, conversation_id, call_id, user_id, state, scope, now));
  if (row)
    return std::move(*row);
  const auto there
    = impl_->s.exec("SELECT 1 FROM confirmations WHERE conversation_id = $1 AND call_id = $2 AND owner_user_id = $3",
                    conversation_id, call_id, user_id);
  if (there.empty())
    return base::fail(base::errc::not_found, "there is no such question");
  return base::fail(base::errc::conflict, "this question was answered already, or its time is over");
}

std::int64_t journal_store::forget_old_keys(base::timestamp now) {
  // An event's own id as its key can meet no other delivery. The keys of schedules are how far each has come.
  constexpr int most = 5'000; // a call: the journal has other work
  const auto freed = impl_->s.exec(R"(
    UPDATE trigger_events SET dedupe_key = id WHERE id = ANY (ARRAY(
      SELECT id FROM trigger_events WHERE id > $1 AND received_at < $2 AND dedupe_key <> id AND source <> 'schedule'
      ORDER BY id LIMIT $3))
    RETURNING id)",
                                   impl_->keys_freed_until, now - std::chrono::days(30), most);
  for (std::size_t i = 0; i < freed.size(); ++i)
    impl_->keys_freed_until = std::max(impl_->keys_freed_until, std::string(*freed.text(i, 0)));
  return static_cast<std::int64_t>(freed.size());
}

std::vector<queue_count> count_queued(session& connection) {
  return read_rows<queue_count>(
    connection.exec("SELECT COALESCE(owner_user_id, '') AS owner_user_id, priority, count(*) AS count, "
                    "CASE WHEN kind = 'agent' THEN COALESCE(agent_id, '') ELSE '' END AS agent_id FROM runs "
                    "WHERE state = 'queued' GROUP BY 1, 2, 4 ORDER BY 1, 2, 4"));
}

std::vector<base::timestamp> autonomous_starts_since(session& connection, base::timestamp since, int limit) {
  const auto rows = connection.exec(
    "SELECT started_at FROM runs WHERE priority = 1 AND started_at > $1 ORDER BY started_at DESC LIMIT $2", since,
    limit);
  std::vector<base::timestamp> out;
  for (std::size_t i = rows.size(); i-- > 0;)
    if (const auto t = base::from_iso8601(rows.text(i, 0).value_or("")))
      out.push_back(*t);
  return out;
}

} // namespace storage
