#pragma once

#include "messages/records/journal.hpp"
#include "storage/binary_array.hpp"

#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <vector>

/// What runs write, as the arrays of journal_sql's parts: one array a column. Empty when there is no row.
namespace storage {

/// Where the audit log's hash chain ends, and what of it may be given once more.
struct audit_chain {
  std::string end; ///< hash of the last row; empty when there is none
  /// Rows that a broken connection left in doubt and that are there: audit_hash without a hash before. Bounded by a batch.
  std::multiset<std::string> there;
};

[[nodiscard]] std::vector<parameter> step_arrays(std::span<const records::run_write> in);
/// Chains each row to the one before and moves the chain's end; leaves out each that is there already.
[[nodiscard]] std::vector<parameter> audit_arrays(std::span<const records::run_write> in, audit_chain& chain);
[[nodiscard]] std::vector<parameter> question_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> change_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> answer_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> begun_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> prompt_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> event_arrays(std::span<const records::run_write> in);

/// The finished parameters, in this order; the arrays are used up.
[[nodiscard]] std::vector<parameter> take_all(std::initializer_list<std::reference_wrapper<binary_array>> arrays);

[[nodiscard]] std::string json_text(const boost::json::value& value);
[[nodiscard]] std::string message_json(const records::stored_message& message);

} // namespace storage
