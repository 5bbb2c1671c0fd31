#include "engine/tap.hpp"

#include "engine/observed.hpp"
#include "messages/db.hpp"
#include "messages/guardian.hpp"
#include "tests/support/actor_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Hands each restart_now that it gets on to the next one, once.
class forwarder : public engine::observed<caf::typed_actor<caf::reacts_to<messages::restart_now>>::base> {
public:
  forwarder(caf::actor_config& cfg, engine::place at, caf::typed_actor<caf::reacts_to<messages::restart_now>> next)
    : observed(cfg, std::move(at)), next_(std::move(next)) {}
  behavior_type make_behavior() override {
    return {[this](const messages::restart_now& m) {
      if (next_)
        send(next_, m);
    }};
  }

private:
  caf::typed_actor<caf::reacts_to<messages::restart_now>> next_;
};

/// Keeps what it is told of, and takes it off the tap's count when it is told to.
struct Tap : support::actor_fixture {
  Tap() {
    listener = sys.spawn([this]() -> messages::injector_actor::behavior_type {
      return {
        [](const messages::begin_injection&) { return messages::injection_begun{}; },
        [](const messages::inject_message&) { return messages::injection_outcome{}; },
        [](const messages::expect_message&) { return messages::injection_outcome{}; },
        [](const messages::end_injection&) {},
        [this](const messages::message_seen& m) { seen.push_back(m.from + " > " + m.to + ' ' + m.message + m.body); },
        [](const messages::expectation_due&) {},
        [](messages::sweep_injections) {},
      };
    });
  }
  ~Tap() override {
    tap().watch({}, {}, {});
    end(first);
    end(last);
    end(listener);
  }
  engine::tap& tap() { return tree.registry->tap(); }
  void send(const std::string& path = "/x") {
    self->send(first, messages::restart_now{path});
    drain();
  }

  using actor = caf::typed_actor<caf::reacts_to<messages::restart_now>>;
  actor last = sys.spawn<forwarder>(tree.at("/test/last", "forwarder"), actor{});
  actor first = sys.spawn<forwarder>(tree.at("/test/first", "forwarder"), last);
  messages::injector_actor listener;
  std::vector<std::string> seen;
};

TEST_F(Tap, shows_what_a_watched_actor_sends_and_nothing_else) {
  send();
  EXPECT_THAT(seen, IsEmpty()) << "nobody is watched";
  tap().watch({"/test/first"}, listener, "/front/injector");
  send();
  EXPECT_THAT(seen, ElementsAre(R"(/test/first > /test/last restart_now{"path":"/x"})"))
    << "what a thread sends has no path";
  tap().watch({"/test/last"}, listener, "/front/injector");
  send();
  EXPECT_EQ(seen.size(), 1U);
  tap().watch({"/test/*"}, listener, "/front/injector");
  send();
  EXPECT_EQ(seen.size(), 2U) << "a pattern";
  tap().watch({}, listener, "/front/injector");
  EXPECT_FALSE(tap().on());
  send();
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(Tap, does_not_show_what_is_sent_to_who_looks) {
  tap().watch({"/test/first"}, listener, "/test/last");
  send();
  EXPECT_THAT(seen, IsEmpty());
}

TEST_F(Tap, hands_on_a_bounded_number_and_counts_the_others) {
  tap().watch({"/test/first"}, listener, "/front/injector");
  for (std::size_t i = 0; i < engine::tap::max_waiting + 3; ++i)
    self->send(first, messages::restart_now{"/x"});
  drain();
  EXPECT_EQ(seen.size(), engine::tap::max_waiting) << "the listener has taken none off";
  EXPECT_EQ(tap().lost(), 3U);
  tap().taken({"", "", "", R"({"path":"/x"})"});
  send();
  EXPECT_EQ(seen.size(), engine::tap::max_waiting + 1);
}

TEST_F(Tap, bounds_the_bytes_too) {
  tap().watch({"/test/first"}, listener, "/front/injector");
  const std::string large(6 * 1024 * 1024, 'x');
  for (int i = 0; i < 3; ++i)
    send(large);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(tap().lost(), 1U);
}

} // namespace
