#pragma once

#include "messages/records/journal.hpp"
#include "storage/binary_array.hpp"

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

/// What runs write, as the arrays of journal_sql's parts: one array a column. Empty when there is no row.
namespace storage {

[[nodiscard]] std::vector<parameter> step_arrays(std::span<const records::run_write> in);
/// Chains each row to the one before; `chain_end` is the hash of the last row, before and after.
[[nodiscard]] std::vector<parameter> audit_arrays(std::span<const records::run_write> in, std::string& chain_end);
[[nodiscard]] std::vector<parameter> question_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> change_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> answer_arrays(std::span<const records::run_write> in);
[[nodiscard]] std::vector<parameter> event_arrays(std::span<const records::run_write> in);

/// The finished parameters, in this order; the arrays are used up.
[[nodiscard]] std::vector<parameter> take_all(std::initializer_list<std::reference_wrapper<binary_array>> arrays);

[[nodiscard]] std::string json_text(const boost::json::value& value);
[[nodiscard]] std::string message_json(const records::stored_message& message);

} // namespace storage
