#include "tests/bench/actors_bench.hpp"

#include "actors/system/tree.hpp"
#include "messages/monitor.hpp"
#include "messages/runs.hpp"
#include "messages/schema.hpp"

#include <caf/all.hpp>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <vector>

namespace bench {

namespace {

constexpr int rounds = 7;
constexpr int ticks = 2'000'000; ///< messages of one reading
constexpr int requests = 30'000;
constexpr int idle_actors = 20'000;

using answering_actor = caf::typed_actor<caf::replies_to<messages::get_queue>::with<messages::done>>;

/// Sends itself the next message until `left` is used up: enqueue and consume on one thread, nothing else.
template <class Base>
class ticker : public Base {
public:
  template <class... Ts>
  explicit ticker(caf::actor_config& cfg, std::atomic<int>* left, Ts&&... more)
    : Base(cfg, std::forward<Ts>(more)...), left_(left) {}
  typename Base::behavior_type make_behavior() override {
    return {[this](messages::look_at_actors m) {
      if (left_->fetch_sub(1, std::memory_order_relaxed) > 1)
        this->send(this, m);
      else
        left_->notify_one();
    }};
  }

private:
  std::atomic<int>* left_;
};

template <class Base>
class answerer : public Base {
public:
  using Base::Base;
  typename Base::behavior_type make_behavior() override {
    return {[](messages::get_queue) { return messages::done{}; }};
  }
};

/// CPU that this process has used, in ns: unlike the time that passed it is steady on a busy machine.
double cpu_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

template <class Actor, class... Ts>
double tick_time(caf::actor_system& sys, Ts&&... more) {
  std::atomic<int> left = ticks;
  caf::scoped_actor self(sys);
  const auto a = sys.spawn<Actor>(&left, std::forward<Ts>(more)...);
  const auto began = cpu_ns();
  self->send(a, messages::look_at_actors{});
  for (int seen = left; seen > 0; seen = left)
    left.wait(seen);
  const auto out = (cpu_ns() - began) / ticks;
  self->send_exit(a, caf::exit_reason::user_shutdown);
  return out;
}

template <class Actor, class... Ts>
double request_time(caf::actor_system& sys, Ts&&... more) {
  caf::scoped_actor self(sys);
  const auto a = sys.spawn<Actor>(std::forward<Ts>(more)...);
  const auto began = cpu_ns();
  for (int i = 0; i < requests; ++i)
    self->request(a, caf::infinite, messages::get_queue{}).receive([](messages::done) {}, [](const caf::error&) {});
  const auto out = (cpu_ns() - began) / requests;
  self->send_exit(a, caf::exit_reason::user_shutdown);
  return out;
}

long resident_bytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

void show(std::ostream& out, const char* what, std::vector<double> values, const char* unit) {
  std::ranges::sort(values);
  out << std::left << std::setw(40) << what << std::right << std::fixed << std::setprecision(1) << "min "
      << std::setw(8) << values.front() << "  median " << std::setw(8) << values[values.size() / 2] << ' ' << unit
      << '\n';
}

} // namespace

void actor_figures(std::ostream& out) {
  caf::actor_system_config cfg;
  messages::register_all(cfg);
  cfg.set("scheduler.policy", caf::atom("sharing"));
  cfg.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system sys(cfg);
  const actors::tree tree{std::make_shared<engine::registry>(), {}};
  using plain_tick = ticker<messages::monitor_actor::base>;
  using seen_tick = ticker<engine::observed<messages::monitor_actor::base>>;
  using plain_answer = answerer<answering_actor::base>;
  using seen_answer = answerer<engine::observed<answering_actor::base>>;
  std::vector<double> plain, seen, more, plain_asked, seen_asked;
  for (int i = 0; i < rounds; ++i) {
    plain.push_back(tick_time<plain_tick>(sys));
    const auto place = tree.at("/bench/ticker/" + std::to_string(i), "ticker");
    seen.push_back(tick_time<seen_tick>(sys, place));
    more.push_back(seen.back() - plain.back());
    plain_asked.push_back(request_time<plain_answer>(sys));
    seen_asked.push_back(request_time<seen_answer>(sys, tree.at("/bench/answerer/" + std::to_string(i), "answerer")));
  }
  show(out, "a message to itself, plain", plain, "ns");
  show(out, "a message to itself, observed", seen, "ns");
  show(out, "observed costs (target: at most 40)", more, "ns a message");
  show(out, "a request from outside, plain", plain_asked, "ns");
  show(out, "a request from outside, observed", seen_asked, "ns");

  caf::scoped_actor self(sys);
  std::vector<answering_actor> idle;
  idle.reserve(idle_actors);
  const auto before = resident_bytes();
  for (int i = 0; i < idle_actors; ++i)
    idle.push_back(sys.spawn<seen_answer>(tree.work("/bench/idle/" + std::to_string(i), "idle")));
  for (const auto& a : idle)
    self->request(a, caf::infinite, messages::get_queue{}).receive([](messages::done) {}, [](const caf::error&) {});
  out << "an idle observed actor holds " << (resident_bytes() - before) / idle_actors << " bytes\n";
  for (const auto& a : idle)
    self->send_exit(a, caf::exit_reason::user_shutdown);
}

} // namespace bench
