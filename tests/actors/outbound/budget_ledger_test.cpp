#include "actors/outbound/budget_ledger.hpp"

#include "actors/outbound/call_cost.hpp"

#include <gtest/gtest.h>

namespace {

using actors::budget_ledger;
using storage::spending::payer;
using verdict = budget_ledger::verdict;

/// A ledger on 2026-11-26 in UTC, where a token costs a thousandth of a dollar.
struct BudgetLedger : testing::Test {
  static base::timestamp at(int day, int hour = 0) {
    return std::chrono::sys_days{std::chrono::year{2026} / 11 / day} + std::chrono::hours{hour};
  }
  budget_ledger::limited user(std::optional<double> day, std::optional<double> month = {}) {
    return {{payer::user, "u1"}, {"ann", day, month}};
  }
  budget_ledger::limited agent(std::optional<double> day) { return {{payer::agent, "a1"}, {"digest", day, {}}}; }
  budget_ledger::wish wish(std::vector<budget_ledger::limited> of, std::int64_t output = 1'000) {
    budget_ledger::wish w;
    w.budgets = std::move(of);
    w.now = today;
    w.max_output_tokens = output;
    w.cost = [](std::int64_t tokens) { return static_cast<double>(100 + tokens) / 1'000; };
    for (const auto& l : w.budgets)
      if (!ledger.knows(l.of, today))
        ledger.learn(l.of, today, {});
    return w;
  }
  budget_ledger::decision reserve(std::vector<budget_ledger::limited> of, std::int64_t output = 1'000) {
    return ledger.reserve(wish(std::move(of), output), at(26, 12));
  }
  bool settle(std::int64_t id, std::optional<double> cost, bool reached = true, std::int64_t output = 0) {
    return ledger.settle(id, cost, reached, output, today);
  }

  budget_ledger ledger;
  budget_ledger::period today{"UTC", at(26), at(1)};
};

TEST_F(BudgetLedger, a_call_that_fits_gets_all_that_it_asks_for) {
  const auto d = reserve({user(2.0)});
  EXPECT_EQ(d.is, verdict::granted);
  EXPECT_EQ(d.max_output_tokens, 1'000);
}

TEST_F(BudgetLedger, a_call_that_nearly_fits_may_answer_less) {
  const auto d = reserve({user(0.6)});
  ASSERT_EQ(d.is, verdict::granted);
  EXPECT_EQ(d.max_output_tokens, 500);
}

TEST_F(BudgetLedger, one_that_cannot_answer_in_256_tokens_is_refused_and_told_the_figures) {
  const auto d = reserve({user(0.3)});
  ASSERT_EQ(d.is, verdict::refused);
  EXPECT_EQ(d.why,
            "The budget of the user \"ann\" for this day does not allow another call: 0.0000 of 0.3000 USD are "
            "spent, and this call needs 0.3560. The next day begins anew; the limit is changed on the users page, "
            "by an administrator.");
}

TEST_F(BudgetLedger, one_that_only_others_keep_from_fitting_waits_for_them) {
  const auto first = reserve({user(1.2)});
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::wait);
  settle(first.reservation, 0.1);
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::granted);
}

TEST_F(BudgetLedger, what_a_call_took_is_spent_and_a_settled_one_is_not_settled_again) {
  const auto first = reserve({user(1.2), agent(5.0)});
  EXPECT_TRUE(settle(first.reservation, 1.0));
  EXPECT_FALSE(settle(first.reservation, 1.0));
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::refused);
  EXPECT_EQ(reserve({agent(5.0)}).is, verdict::granted);
}

TEST_F(BudgetLedger, a_call_that_failed_costs_its_prompt_where_the_model_had_begun_and_else_nothing) {
  const auto first = reserve({user(0.4)}, 256);
  settle(first.reservation, {}, false);
  const auto second = reserve({user(0.4)}, 256);
  ASSERT_EQ(second.is, verdict::granted);
  settle(second.reservation, {}, true);
  EXPECT_EQ(reserve({user(0.4)}, 256).is, verdict::refused);
}

TEST_F(BudgetLedger, a_call_that_broke_off_costs_what_came_of_it_too) {
  settle(reserve({user(1.2)}).reservation, {}, true, 700);
  const auto next = reserve({user(1.2)});
  EXPECT_NEAR(static_cast<double>(next.max_output_tokens), 300, 1) << "0.4 are left";
}

TEST_F(BudgetLedger, one_that_would_be_cut_to_less_than_half_because_of_others_waits) {
  const auto first = reserve({user(1.5)}, 1'000);
  EXPECT_EQ(reserve({user(1.5)}, 1'000).is, verdict::wait) << "300 tokens would fit, and 1,000 in a moment";
  settle(first.reservation, 0.2);
  EXPECT_EQ(reserve({user(1.5)}, 1'000).max_output_tokens, 1'000);
}

TEST_F(BudgetLedger, what_was_spent_without_a_budget_is_not_forgotten) {
  const auto first = reserve({user(2.0)});
  const auto free = ledger.follow({{payer::user, "u1"}}, at(26, 12));
  settle(free, 1.5);
  settle(first.reservation, 0.1);
  EXPECT_EQ(reserve({user(1.7)}).is, verdict::refused) << "a call without a limit, under way when the limit came";
  ledger.keep_only([](const auto&) { return false; });
  EXPECT_FALSE(ledger.knows({payer::user, "u1"}, today)) << "it is read anew";
}

TEST_F(BudgetLedger, what_is_set_aside_stays_so_while_a_budget_is_taken_away_and_given_again) {
  reserve({user(1.2)});
  ledger.keep_only([](const auto&) { return false; });
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::wait);
}

TEST_F(BudgetLedger, a_clock_that_goes_back_over_midnight_gives_no_new_day) {
  reserve({user(1.0)});
  today.day = at(25);
  EXPECT_FALSE(ledger.knows({payer::user, "u1"}, today));
}

TEST_F(BudgetLedger, the_tightest_of_several_budgets_counts) {
  EXPECT_EQ(reserve({user(5.0), agent(0.6)}).max_output_tokens, 500);
  EXPECT_NE(reserve({user(5.0), agent(0.1)}).why.find("the agent \"digest\""), std::string::npos);
}

TEST_F(BudgetLedger, a_new_day_begins_anew_and_the_month_goes_on) {
  const auto first = reserve({user(1.0, 1.5)}, 900);
  settle(first.reservation, 1.0);
  EXPECT_EQ(reserve({user(1.0, 1.5)}).is, verdict::refused);
  today.day = at(27);
  const auto next = reserve({user(1.0, 1.5)});
  ASSERT_EQ(next.is, verdict::granted);
  EXPECT_EQ(next.max_output_tokens, 400) << "half a dollar is left of the month";
}

TEST_F(BudgetLedger, another_time_zone_has_other_days_that_are_not_known) {
  reserve({user(1.0)});
  today.zone = "Asia/Tokyo";
  EXPECT_FALSE(ledger.knows({payer::user, "u1"}, today));
}

TEST_F(BudgetLedger, what_is_learnt_twice_counts_once) {
  const budget_ledger::account a{payer::user, "u1"};
  ledger.learn(a, today, {0.5, 0.5});
  settle(reserve({user(2.0)}, 500).reservation, 0.5);
  ledger.learn(a, today, {0.5, 0.5}); // read before the call was over
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::refused);
}

TEST_F(BudgetLedger, a_lost_reservation_is_given_up_in_the_end) {
  reserve({user(1.2)});
  ledger.forget_before(at(26, 12));
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::wait);
  ledger.forget_before(at(26, 13));
  EXPECT_EQ(reserve({user(1.2)}).is, verdict::granted);
}

TEST_F(BudgetLedger, fifty_callers_that_want_the_last_cent_never_spend_more_than_it) {
  double spent = 0;
  std::vector<std::int64_t> open;
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    const auto d = reserve({user(1.0)}, 300); // 0.4 at most, 0.35 in the end
    if (d.is == verdict::granted)
      open.push_back(d.reservation);
    refused += d.is == verdict::refused;
    if (d.is == verdict::wait && !open.empty()) {
      settle(open.back(), 0.35);
      spent += 0.35;
      open.pop_back();
      --i;
    }
  }
  EXPECT_LE(spent + 0.35 * static_cast<double>(open.size()), 1.0);
  EXPECT_EQ(refused, 48);
}

TEST(CallCost, a_prompt_is_counted_upwards_with_its_tools_and_files) {
  messages::call_model m;
  m.system = base::trusted_text(std::string(1'000, 'x'));
  const tools::tool_set none;
  EXPECT_EQ(actors::most_prompt_tokens(m, none), 516);
  m.attachments.push_back({models::media_kind::image, "image/png", "AAAA"});
  EXPECT_EQ(actors::most_prompt_tokens(m, none), 3'516);
}

TEST(CallCost, the_dearer_of_fresh_and_cached_is_meant) {
  models::model_pricing p;
  p.prompt = 3;
  p.completion = 15;
  EXPECT_DOUBLE_EQ(actors::most_cost(p, 1'000'000, 1'000'000), 18);
  p.cache_write = 3.75;
  EXPECT_DOUBLE_EQ(actors::most_cost(p, 1'000'000, 1'000'000), 18.75);
}

} // namespace
