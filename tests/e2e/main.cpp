// The program with one actor more, /test/sleeper: each tenth of its messages takes 50 ms. Takes the options of `oai-web serve`.
#include "actors/system/spawn.hpp"
#include "commands/serve.hpp"
#include "config/logging.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <span>
#include <string_view>
#include <thread>

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 1ms; // between two messages: most of the time goes to sleep, not to the scheduler
constexpr auto slow = 50ms; // what the tenth takes

using sleeper_actor = caf::typed_actor<caf::reacts_to<messages::sweep_topics>>;

/// Sends itself a message again and again; any type without content does.
class sleeper : public engine::observed<sleeper_actor::base> {
public:
  using observed::observed;
  behavior_type make_behavior() override {
    send(this, messages::sweep_topics{});
    return {[this](messages::sweep_topics again) {
      if (++count_ % 10 == 0)
        std::this_thread::sleep_for(slow);
      delayed_send(this, pause, again);
    }};
  }

private:
  int count_ = 0;
};

config::sourced_settings settings_from(std::span<char*> arguments) {
  config::command_line line;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
    for (const auto& key : config::start_keys())
      if (key.option == arguments[i])
        line.values[std::string(key.name)] = arguments[i + 1];
  auto settings = config::load_start_settings(line, config::process_environment());
  config::start_logging(settings.values);
  return settings;
}

} // namespace

int main(int argc, char** argv) {
  try {
    std::span arguments(argv, static_cast<std::size_t>(argc));
    return commands::serve(settings_from(arguments.subspan(arguments.size() > 1 ? 2 : 1)),
                           [](caf::actor_system& system, actors::engine_tree& engine) {
                             // Detached: it holds no thread of the scheduler while it sleeps.
                             const auto a
                               = system.spawn<sleeper, caf::detached>(engine.tree.at("/test/sleeper", "sleeper"));
                             engine.all.push_back(caf::actor_cast<caf::actor>(a));
                           });
  } catch (const std::exception& e) {
    std::cerr << "oai-web-e2e: " << e.what() << '\n';
    return 1;
  }
}
