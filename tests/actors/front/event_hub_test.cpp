#include "actors/front/event_hub.hpp"

#include "tests/support/actor_fixture.hpp"

namespace {

using namespace std::chrono_literals;

struct EventHub : support::actor_fixture {
  std::shared_ptr<engine::listeners> listened = std::make_shared<engine::listeners>();
  messages::event_hub_actor hub
    = sys.spawn<actors::event_hub>(tree.at("/front/event_hub", "event_hub"), listened,
                                   actors::event_hub_settings{.max_topic_bytes = 200, .epoch = "e"});
  const std::string topic = "conversation/c1";

  ~EventHub() override { end(hub); }

  void publish_text(const std::string& content) {
    self->send(hub, messages::publish{topic, "text", base::to_line(boost::json::object{{"content", content}})});
    drain();
  }
  std::shared_ptr<engine::event_queue> listen(std::optional<std::string> after) {
    auto queue = std::make_shared<engine::event_queue>();
    self->send(hub, messages::subscribe{topic, std::move(after), queue});
    drain();
    return queue;
  }
  messages::topic_state state() { return *ask<messages::topic_state>(hub, messages::get_topic_state{topic}); }
  static std::vector<std::string> names(engine::event_queue& queue) {
    std::vector<std::string> out;
    while (const auto e = queue.pop(0ms))
      out.push_back(e->name);
    return out;
  }
};

TEST_F(EventHub, without_an_id_a_stream_begins_now) {
  publish_text("before");
  const auto queue = listen({});
  publish_text("after");
  const auto e = queue->pop(0ms);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->data, R"({"content":"after"})");
  EXPECT_FALSE(queue->pop(0ms));
}

TEST_F(EventHub, notes_of_runs_are_events_of_the_queue) {
  const auto queue = std::make_shared<engine::event_queue>();
  self->send(hub, messages::run_queued{"r0", "u1", records::run_priority::interactive}); // nobody listens yet
  self->send(hub, messages::subscribe{"queue", {}, queue});
  self->send(hub, messages::run_started{"r1", "a1"});
  drain();
  const auto e = queue->pop(0ms);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->name, "run_started");
  EXPECT_EQ(e->data, R"({"run_id":"r1","agent_id":"a1"})");
  EXPECT_FALSE(queue->pop(0ms));
}

TEST_F(EventHub, with_an_id_everything_after_it_comes_once) {
  const auto before = state().last_event_id;
  publish_text("1");
  publish_text("2");
  const auto queue = listen(before);
  publish_text("3");
  std::string joined;
  std::string last;
  while (const auto e = queue->pop(0ms)) {
    joined += e->data;
    last = e->id;
  }
  EXPECT_EQ(joined, R"({"content":"1"}{"content":"2"}{"content":"3"})");
  const auto again = listen(last);
  EXPECT_FALSE(again->pop(0ms));
}

TEST_F(EventHub, an_id_of_before_a_restart_or_of_what_is_no_longer_kept_is_a_reset) {
  const auto before = state().last_event_id;
  for (int i = 0; i < 30; ++i)
    publish_text("0123456789");
  EXPECT_EQ(names(*listen(before)), std::vector<std::string>{"reset"});
  EXPECT_EQ(names(*listen("other-1")), std::vector<std::string>{"reset"});
  EXPECT_EQ(names(*listen("e-999999")), std::vector<std::string>{"reset"});
  EXPECT_EQ(names(*listen("e-1x")), std::vector<std::string>{"reset"});
}

TEST_F(EventHub, while_a_turn_goes_on_its_beginning_is_where_to_subscribe) {
  publish_text("old");
  self->send(hub, messages::turn_begins{topic, "r1"});
  publish_text("Hello ");
  publish_text("you");
  const auto during = state();
  ASSERT_TRUE(during.partial);
  EXPECT_EQ(during.partial->text, "Hello you");
  EXPECT_NE(during.last_event_id, during.newest_event_id);
  EXPECT_EQ(names(*listen(during.last_event_id)).size(), 2U);
  self->send(hub, messages::turn_ended{topic});
  drain();
  EXPECT_FALSE(state().partial);
  EXPECT_EQ(state().last_event_id, state().newest_event_id);
}

TEST_F(EventHub, a_topic_that_nobody_uses_is_forgotten_after_five_minutes) {
  const auto id = state().last_event_id;
  publish_text("1");
  advance(4min);
  const auto queue = listen(id);
  EXPECT_EQ(names(*queue), std::vector<std::string>{"text"});
  queue->close();
  advance(6min);
  EXPECT_EQ(names(*listen(id)), std::vector<std::string>{"reset"});
}

TEST_F(EventHub, listeners_are_counted_until_they_leave) {
  const auto queue = listen({});
  EXPECT_TRUE(listened->has(topic));
  queue->close();
  self->send(hub, messages::unsubscribe{topic, queue});
  drain();
  EXPECT_FALSE(listened->has(topic));
}

TEST(EventQueue, a_listener_that_does_not_keep_up_gets_a_reset_in_place_of_a_growing_queue) {
  engine::event_queue queue;
  const std::string large(300 * 1024, 'x');
  for (int i = 0; i < 10; ++i)
    queue.push({"e-" + std::to_string(i), "text", large});
  const auto first = queue.pop(0ms);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name, "reset");
}

} // namespace
