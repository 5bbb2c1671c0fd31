#include "actors/outbound/budget_ledger.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace actors {

namespace {

constexpr double rounding = 1e-9; ///< USD

std::string money(double usd) {
  char text[40];
  std::snprintf(text, sizeof text, usd >= 1 ? "%.2f" : "%.4f", std::max(0.0, usd));
  return text;
}

/// One limit of a wish, with what is left of it.
struct room {
  const budget_ledger::limited* whose = nullptr;
  bool month = false;
  double limit = 0;
  double spent = 0;
  double reserved = 0;
  [[nodiscard]] double left() const { return limit - spent - reserved; }
  [[nodiscard]] double left_when_alone() const { return limit - spent; }
};

std::string refusal(const room& r, double least) {
  const bool agent = r.whose->of.who == storage::spending::payer::agent;
  const std::string span = r.month ? "month" : "day";
  return "The budget of " + std::string(agent ? "the agent \"" : "the user \"") + r.whose->limit.name + "\" for this "
         + span + " does not allow another call: " + money(r.spent) + " of " + money(r.limit)
         + " USD are spent, and this call needs " + money(least) + ". The next " + span
         + " begins anew; the limit is changed on "
         + (agent ? "the agent's page." : "the users page, by an administrator.");
}

} // namespace

void budget_ledger::turn_over(book& b, const period& now) {
  if (b.in.zone != now.zone || now.day < b.in.day) { // other days: what was spent in them has to be read
    b.known = false;
    return;
  }
  if (b.in.month != now.month)
    b.month_usd = 0;
  if (b.in.day != now.day)
    b.day_usd = 0;
  b.in = now;
}

bool budget_ledger::knows(const account& a, const period& now) {
  const auto at = books_.find(a);
  if (at == books_.end())
    return false;
  turn_over(at->second, now);
  return at->second.known;
}

void budget_ledger::learn(const account& a, const period& now, const storage::spending::spent& spent) {
  const auto [at, is_new] = books_.try_emplace(a);
  auto& b = at->second;
  if (is_new) // it may have had a budget before, with calls under way since then
    for (const auto& [id, h] : held_)
      if (std::ranges::find(h.accounts, a) != h.accounts.end())
        b.reserved_usd += h.most_usd;
  if (b.known && b.in.zone == now.zone)
    return; // two calls asked at once; since then the first may have spent
  b.in = now;
  b.day_usd = spent.day_usd;
  b.month_usd = spent.month_usd;
  b.known = true;
}

budget_ledger::decision budget_ledger::reserve(const wish& w, base::timestamp at) {
  std::vector<room> rooms;
  for (const auto& l : w.budgets) {
    auto& b = books_[l.of];
    turn_over(b, w.now);
    if (l.limit.day_usd)
      rooms.push_back({&l, false, *l.limit.day_usd, b.day_usd, b.reserved_usd});
    if (l.limit.month_usd)
      rooms.push_back({&l, true, *l.limit.month_usd, b.month_usd, b.reserved_usd});
  }
  const auto prompt = w.cost(0);
  const auto least = w.cost(std::min(least_output_tokens, w.max_output_tokens));
  decision out;
  if (const auto tight
      = std::ranges::find_if(rooms, [&](const room& r) { return least > r.left_when_alone() + rounding; });
      least > 0 && tight != rooms.end()) {
    out.why = refusal(*tight, least);
    return out;
  }
  double left = w.cost(w.max_output_tokens), left_alone = left;
  for (const auto& r : rooms) {
    left = std::min(left, r.left());
    left_alone = std::min(left_alone, r.left_when_alone());
  }
  const auto tokens_for = [&](double usd) {
    auto tokens = w.max_output_tokens;
    while (tokens > least_output_tokens && w.cost(tokens) > usd + rounding) { // the cost is a straight line, or two
      const auto each = (w.cost(tokens) - prompt) / static_cast<double>(tokens);
      const auto fits = static_cast<std::int64_t>(std::floor((usd - prompt) / each));
      tokens = std::max(least_output_tokens, std::min(tokens - 1, fits));
    }
    return tokens;
  };
  const auto tokens = tokens_for(left);
  // Much shorter than it could be in a moment: others give back most of what they have set aside.
  if (least > 0 && (least > left + rounding || tokens * 2 < tokens_for(left_alone))) {
    out.is = verdict::wait;
    return out;
  }
  held h;
  for (const auto& l : w.budgets)
    h.accounts.push_back(l.of);
  h.most_usd = w.cost(tokens);
  h.prompt_usd = prompt;
  h.output_usd = tokens > 0 ? (h.most_usd - prompt) / static_cast<double>(tokens) : 0;
  h.at = at;
  for (const auto& a : h.accounts)
    books_[a].reserved_usd += h.most_usd;
  out.is = verdict::granted;
  out.reservation = ++last_;
  out.max_output_tokens = tokens;
  held_.emplace(last_, std::move(h));
  return out;
}

void budget_ledger::release(const held& h) {
  for (const auto& a : h.accounts)
    if (const auto at = books_.find(a); at != books_.end())
      at->second.reserved_usd = std::max(0.0, at->second.reserved_usd - h.most_usd);
}

std::int64_t budget_ledger::follow(std::vector<account> payers, base::timestamp at) {
  held h;
  h.accounts = std::move(payers);
  h.at = at;
  held_.emplace(++last_, std::move(h));
  return last_;
}

void budget_ledger::keep_only(const std::function<bool(const account&)>& has_budget) {
  std::erase_if(books_, [&](const auto& entry) { return !has_budget(entry.first); });
}

bool budget_ledger::settle(std::int64_t reservation, std::optional<double> cost_usd, bool reached_model,
                           std::int64_t output_tokens, const period& now) {
  const auto at = held_.find(reservation);
  if (at == held_.end())
    return false;
  const auto h = std::move(at->second);
  held_.erase(at);
  release(h);
  const auto guess
    = reached_model ? std::min(h.most_usd, h.prompt_usd + h.output_usd * static_cast<double>(output_tokens)) : 0;
  const auto spent = cost_usd.value_or(guess);
  for (const auto& a : h.accounts)
    if (const auto b = books_.find(a); b != books_.end()) {
      turn_over(b->second, now);
      b->second.day_usd += spent;
      b->second.month_usd += spent;
    }
  return true;
}

void budget_ledger::forget_before(base::timestamp at) {
  std::erase_if(held_, [&](const auto& entry) {
    if (entry.second.at >= at)
      return false;
    release(entry.second);
    return true;
  });
}

} // namespace actors
