#include "tests/bench/journal_bench.hpp"

#include "base/ids.hpp"
#include "storage/agents.hpp"
#include "storage/journal_store.hpp"
#include "storage/session.hpp"

#include <chrono>
#include <fstream>
#include <iomanip>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

struct figures {
  storage::session connection;
  storage::journal_store store;
  std::string agent_id = base::new_id();

  explicit figures(const base::secret& conninfo) : connection(conninfo), store(connection) {
    records::agent_record a;
    a.id = agent_id;
    a.name = "bench";
    a.prompt = "/say hello";
    a.model = "demo:scripted";
    a.created_at = a.updated_at = base::system_clock()->now();
    storage::agents::create(connection, a);
  }

  [[nodiscard]] std::vector<records::new_run> deliveries(std::size_t count) const {
    std::vector<records::new_run> out(count);
    const auto now = base::system_clock()->now();
    for (auto& each : out) {
      each.run.id = base::new_id();
      each.run.agent_id = agent_id;
      each.run.definition.name = "bench";
      each.run.definition.prompt = "/say hello";
      each.run.definition.model = "demo:scripted";
      each.run.queued_at = now;
      each.run.trace_id = base::new_id();
      records::trigger_event e;
      e.id = base::new_id();
      e.source = "webhook";
      e.source_id = agent_id;
      e.source_name = "bench";
      e.dedupe_key = e.id;
      e.content_type = "application/json";
      e.body = base::untrusted_text(std::string(200, 'x'));
      e.received_at = now;
      each.run.trigger_event_id = e.id;
      each.event = std::move(e);
    }
    return out;
  }

  /// What one run writes: a model step and a tool begun; the tool done with its audit row; the last model step and the end.
  [[nodiscard]] std::vector<records::run_write> round(const std::vector<records::claimed_run>& runs, int number) const {
    std::vector<records::run_write> out;
    const auto now = base::system_clock()->now();
    for (const auto& claimed : runs) {
      records::run_write w;
      w.run_id = claimed.run.id;
      const auto step = [&](int seq, records::step_kind kind, records::step_state state) {
        records::step_record s;
        s.run_id = claimed.run.id;
        s.seq = seq;
        s.kind = kind;
        s.state = state;
        s.name = kind == records::step_kind::model ? "demo:scripted" : "time";
        s.request = boost::json::object{{"call_id", "c1"}, {"arguments", boost::json::object{}}, {"risk", "read"}};
        if (state == records::step_state::done)
          s.response = boost::json::object{{"text", "it is late"}, {"stop_reason", "end_turn"}};
        s.started_at = now;
        s.ended_at = now;
        return s;
      };
      using records::step_kind;
      using records::step_state;
      if (number == 0) {
        w.steps = {step(1, step_kind::model, step_state::done), step(2, step_kind::tool, step_state::begun)};
      } else if (number == 1) {
        w.steps = {step(2, step_kind::tool, step_state::done)};
        records::audit_record a;
        a.timestamp = now;
        a.tool_name = "time";
        a.arguments = boost::json::object{};
        a.result_summary = "ok";
        a.task_id = claimed.run.id;
        w.audit = {a};
      } else {
        w.steps = {step(3, step_kind::model, step_state::done)};
        w.change = records::run_change{};
        w.change->state = records::run_state::success;
        w.change->result = "it is late";
        w.change->ended_at = now;
      }
      out.push_back(std::move(w));
    }
    return out;
  }
};

/// Processor time of a process in microseconds, without that of ended children; 0 if the kernel does not say.
double cpu_us(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/schedstat");
  double ns = 0;
  in >> ns;
  return ns / 1e3;
}

double seconds_since(clock::time_point begin) { return std::chrono::duration<double>(clock::now() - begin).count(); }

} // namespace

void journal_figures(const base::secret& conninfo, std::ostream& out) {
  figures f(conninfo);
  out << std::fixed << std::setprecision(0);
  const std::string backend(*f.connection.exec("SELECT pg_backend_pid()").text(0, 0));
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t batch : {1, 8, 32, 64, 256}) {
      const int batches = batch == 1 ? 300 : static_cast<int>(6'400 / batch);
      double spent = 0;
      auto cpu = cpu_us(backend);
      for (int i = 0; i < batches; ++i) {
        const auto rows = f.deliveries(batch);
        const auto begin = clock::now();
        f.store.queue(rows);
        spent += seconds_since(begin);
      }
      cpu = (cpu_us(backend) - cpu) / (batches * double(batch));
      out << "queue  batch " << std::setw(3) << batch << ": " << std::setw(6) << batches * double(batch) / spent
          << " rows/s, " << std::setw(5) << spent / batches * 1e6 << " us a batch; PostgreSQL's CPU " << cpu
          << " us a row\n";
    }
    for (const int batch : {1, 16, 64, 256}) {
      const int batches = batch == 1 ? 200 : 6'400 / batch;
      double claim = 0;
      double claim_cpu = 0;
      double steps_cpu = 0;
      double end_cpu = 0;
      double steps = 0;
      double end = 0;
      for (int i = 0; i < batches; ++i) {
        auto begin = clock::now();
        auto cpu = cpu_us(backend);
        const auto runs = f.store.claim({"", records::run_priority::autonomous, batch}, base::system_clock()->now());
        claim += seconds_since(begin);
        claim_cpu += cpu_us(backend) - cpu;
        for (const int number : {0, 1, 2}) {
          const auto writes = f.round(runs, number);
          begin = clock::now();
          cpu = cpu_us(backend);
          f.store.write(writes);
          (number == 2 ? end : steps) += seconds_since(begin);
          (number == 2 ? end_cpu : steps_cpu) += cpu_us(backend) - cpu;
        }
      }
      const double n = double(batches) * batch;
      out << "runs   batch " << std::setw(3) << batch << ": " << std::setw(6) << n / (claim + steps + end)
          << " runs/s; a batch: claim " << claim / batches * 1e6 << " us, two writes of steps " << steps / batches * 1e6
          << " us, end " << end / batches * 1e6 << " us; PostgreSQL's CPU a run: claim " << claim_cpu / n
          << " us, steps " << steps_cpu / n << " us, end " << end_cpu / n << " us\n";
    }
  }
}

} // namespace bench
