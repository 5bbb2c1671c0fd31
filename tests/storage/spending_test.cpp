#include "storage/spending.hpp"

#include "storage/runs.hpp"
#include "storage/users.hpp"
#include "tests/storage/journal_fixture.hpp"

namespace spending = storage::spending;

namespace {

struct Spending : journal_fixture {
  void run(const std::string& id, const std::string& agent, const std::string& definition) {
    s.exec("INSERT INTO runs (id, kind, agent_id, owner_user_id, definition, state, queued_at) "
           "VALUES ($1, 'agent', $2, $3, $4::jsonb, 'success', $5)",
           id, agent, ada, definition, now);
  }
  void step(const std::string& run, int seq, base::timestamp at, std::optional<double> cost) {
    s.exec(
      "INSERT INTO run_steps (run_id, seq, kind, state, started_at, cost_usd) VALUES ($1, $2, 'model', 'done', $3, $4)",
      run, seq, at, cost);
  }
};

TEST_F(Spending, what_was_spent_is_of_the_day_and_the_month_and_of_the_runs_below) {
  const auto other = add_agent(ada);
  run("r1", agent_id, "{}");
  run("r2", other, R"({"budgets_above": [")" + agent_id + R"("]})");
  const auto day = now - std::chrono::hours(2);
  const auto month = now - std::chrono::days(10);
  step("r1", 1, now, 0.25);
  step("r1", 2, day - std::chrono::hours(1), 0.5);
  step("r1", 3, month - std::chrono::hours(1), 8);
  step("r1", 4, now, std::nullopt);
  step("r2", 1, now, 1.0);
  const auto of_user = spending::spent_by(s, spending::payer::user, ada, day, month);
  EXPECT_DOUBLE_EQ(of_user.day_usd, 1.25);
  EXPECT_DOUBLE_EQ(of_user.month_usd, 1.75);
  const auto of_agent = spending::spent_by(s, spending::payer::agent, agent_id, day, month);
  EXPECT_DOUBLE_EQ(of_agent.month_usd, 1.75);
  EXPECT_DOUBLE_EQ(spending::spent_by(s, spending::payer::agent, other, day, month).month_usd, 1.0);
}

TEST_F(Spending, rules_are_the_prices_the_budgets_and_the_clocks) {
  spending::put_price(s, {"house:m1", 1, 2, std::nullopt, 1.25, now});
  spending::put_price(s, {"house:m1", 3, 4, 0.3, std::nullopt, now});
  records::user_change change;
  change.budget_day_usd.emplace(2.5);
  s.exec("UPDATE users SET role = 'admin' WHERE id = $1", bob);
  storage::users::change(s, ada, change, now);
  s.exec("UPDATE agents SET budget_month_usd = 9 WHERE id = $1", agent_id);
  const auto rules = spending::rules(s, "Europe/Berlin");
  ASSERT_EQ(rules.prices.size(), 1U);
  EXPECT_EQ(rules.prices.at("house:m1").completion, 4);
  EXPECT_EQ(rules.prices.at("house:m1").cache_write, std::nullopt);
  EXPECT_EQ(rules.users.at(ada).day_usd, 2.5);
  EXPECT_EQ(rules.users.at(ada).month_usd, std::nullopt);
  EXPECT_EQ(rules.agents.at(agent_id).month_usd, 9);
  EXPECT_EQ(rules.time_zone, "Europe/Berlin");
  EXPECT_TRUE(spending::remove_price(s, "house:m1"));
  EXPECT_FALSE(spending::remove_price(s, "house:m1"));
  change = {};
  change.budget_day_usd.emplace(std::nullopt);
  storage::users::change(s, ada, change, now);
  EXPECT_TRUE(spending::rules(s, "UTC").users.empty());
}

TEST_F(Spending, a_cost_that_is_not_known_is_stored_as_such) {
  records::run_write w;
  w.run_id = "r1";
  run("r1", agent_id, "{}");
  auto& made = w.steps.emplace_back();
  made.run_id = "r1";
  made.seq = 1;
  made.cost_usd.reset();
  made.started_at = now;
  auto& change = w.change.emplace();
  change.state = records::run_state::success;
  change.input_tokens = 5;
  change.cost_usd.reset();
  storage::journal_store(s).write({w});
  const records::viewer by{ada, records::user_role::user};
  EXPECT_EQ(storage::runs::find(s, by, "r1").value().cost_usd, std::nullopt);
  EXPECT_EQ(storage::runs::steps(s, by, "r1").value().at(0).cost_usd, std::nullopt);
  EXPECT_EQ(storage::runs::usage(s, ada, {}).unpriced_runs, 1);
}

} // namespace
