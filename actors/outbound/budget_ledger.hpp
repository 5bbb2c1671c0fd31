#pragma once

#include "base/clock.hpp"
#include "messages/records/spending.hpp"
#include "storage/spending.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace actors {

/// The money that users and agents may still spend: what was spent of each budget this day and month, and what calls
/// under way may take at most. A call begins only when its most fits into all of its budgets, so that together they
/// never go over one. Plain state without a thread of its own: the gateway, through which each call goes, holds it.
class budget_ledger {
public:
  /// Whose budget: a user's or an agent's.
  struct account {
    storage::spending::payer who = storage::spending::payer::user;
    std::string id;
    auto operator<=>(const account&) const = default;
  };
  /// The day and month in which an instant lies, and the zone by which.
  struct period {
    std::string zone;
    base::timestamp day{};
    base::timestamp month{};
  };
  struct limited {
    account of;
    records::budget limit;
  };
  /// What a call asks for.
  struct wish {
    std::vector<limited> budgets;
    period now;
    std::int64_t max_output_tokens = 0;
    std::function<double(std::int64_t)> cost; ///< USD at most, of the prompt and that many tokens of answer
  };
  enum class verdict { granted, wait, refused };
  struct decision {
    verdict is = verdict::refused;
    std::int64_t reservation = 0;
    std::int64_t max_output_tokens = 0; ///< granted: no more than the wish's
    std::string why;                    ///< refused: one sentence
  };

  /// An answer of fewer tokens is not worth its prompt.
  static constexpr std::int64_t least_output_tokens = 256;

  /// Whether what the account has spent in this period is known; else it is to be read and told with learn().
  [[nodiscard]] bool knows(const account& a, const period& now);
  void learn(const account& a, const period& now, const storage::spending::spent& spent);

  /// All budgets must be known. `wait`: it would fit if no other call were under way.
  [[nodiscard]] decision reserve(const wish& w, base::timestamp at);
  /// A call that no budget limits: what it takes counts for those that know what they have spent when it is over, as it
  /// may be that they have got a limit meanwhile.
  std::int64_t follow(std::vector<account> payers, base::timestamp at);
  /// The call is over: `cost_usd` is spent in the period that is now; empty = if it `reached_model` what its prompt and so
  /// many tokens of answer come to, else nothing. False: it is over already.
  bool settle(std::int64_t reservation, std::optional<double> cost_usd, bool reached_model, std::int64_t output_tokens,
              const period& now);
  /// The others have no budget any more: what they spend from now on is not counted here.
  void keep_only(const std::function<bool(const account&)>& has_budget);
  /// Gives up reservations made before then: whoever held them is gone.
  void forget_before(base::timestamp at);

private:
  struct book {
    period in;
    double day_usd = 0;
    double month_usd = 0;
    double reserved_usd = 0;
    bool known = false;
  };
  struct held {
    std::vector<account> accounts;
    double most_usd = 0;
    double prompt_usd = 0;
    double output_usd = 0; ///< of one token
    base::timestamp at{};
  };

  void turn_over(book& b, const period& now);
  void release(const held& h);

  std::map<account, book> books_; ///< bounded by the budgets there are
  std::map<std::int64_t, held> held_;
  std::int64_t last_ = 0;
};

} // namespace actors
