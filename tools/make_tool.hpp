#pragma once

#include "tools/tool.hpp"

#include <exception>
#include <utility>

namespace tools {

/// What a tool's file holds: a struct with
/// ```
/// static constexpr std::string_view name, description;
/// static constexpr tools::risk worst_risk;               // the most harm any call can do
/// static constexpr tools::unattended when_unattended;
/// struct arguments;                                      // described, with rules()
/// tool_result run(const arguments&, tool_context&) const;
/// ```
/// and, where there is more to say,
/// ```
/// static risk risk_of(const arguments&);                 // else worst_risk
/// static void check(const arguments&, base::field_errors&);  // what rules() cannot say
/// static std::optional<question> confirm(const arguments&, const caller&);
/// static bool delegates(const arguments&);               // whether a call only says which runs it waits for
/// static std::vector<use> uses();                        // what it is used for, where that is not one thing
/// ```
template <class T>
concept tool_struct = requires(const T t, const typename T::arguments& arguments, tool_context& context) {
  { T::name } -> std::convertible_to<std::string_view>;
  { T::description } -> std::convertible_to<std::string_view>;
  { T::worst_risk } -> std::convertible_to<risk>;
  { T::when_unattended } -> std::convertible_to<unattended>;
  { t.run(arguments, context) } -> std::same_as<tool_result>;
}
&&base::described_struct<typename T::arguments>;

namespace detail {

/// Runs `call`, turns what it throws into a result, and bounds that. Never throws but for lack of memory.
[[nodiscard]] tool_result run_guarded(const std::function<tool_result()>& call, std::size_t max_bytes);

template <tool_struct T>
class described_tool final : public tool {
public:
  explicit described_tool(T plain) : plain_(std::move(plain)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return T::name; }
  [[nodiscard]] std::string_view description() const noexcept override { return T::description; }
  [[nodiscard]] tools::unattended unattended() const noexcept override { return T::when_unattended; }
  [[nodiscard]] boost::json::object schema() const override { return base::json_schema<arguments>(); }
  [[nodiscard]] bool may_ask() const noexcept override {
    return requires(const arguments& a, const caller& by) { T::confirm(a, by); };
  }
  [[nodiscard]] risk worst_risk() const noexcept override { return T::worst_risk; }

  [[nodiscard]] risk risk_of(const boost::json::value& in) const override {
    if constexpr (requires(const arguments& a) { T::risk_of(a); }) {
      base::field_errors errors;
      if (const auto read = read_arguments(in, errors))
        return T::risk_of(*read);
    }
    return T::worst_risk;
  }

  [[nodiscard]] std::optional<question> confirm(const boost::json::value& in, const caller& by) const override {
    if constexpr (requires(const arguments& a) { T::confirm(a, by); }) {
      base::field_errors errors;
      if (const auto read = read_arguments(in, errors))
        return T::confirm(*read, by);
    }
    return std::nullopt; // a call whose arguments cannot be read does nothing: nothing to ask
  }

  [[nodiscard]] bool delegates(const boost::json::value& in) const override {
    if constexpr (requires(const arguments& a) { T::delegates(a); }) {
      base::field_errors errors;
      if (const auto read = read_arguments(in, errors))
        return T::delegates(*read);
    }
    return false;
  }

  [[nodiscard]] std::vector<use> uses() const override {
    if constexpr (requires { T::uses(); })
      return T::uses();
    else
      return tool::uses();
  }

  [[nodiscard]] tool_result run(const boost::json::value& in, tool_context& context) const override {
    return run_guarded(
      [&]() -> tool_result {
        base::field_errors errors;
        const auto read = read_arguments(in, errors);
        if (!read)
          return tool_result::fail("these arguments do not fit: " + base::to_string(errors));
        return plain_.run(*read, context);
      },
      context.max_result_bytes);
  }

private:
  using arguments = typename T::arguments;

  static std::optional<arguments> read_arguments(const boost::json::value& in, base::field_errors& errors) {
    static const boost::json::value none = boost::json::object{}; // some models send null for "no arguments"
    auto out = base::from_json<arguments>(in.is_null() ? none : in, errors);
    if constexpr (requires(const arguments& a) { T::check(a, errors); }) {
      if (out) {
        T::check(*out, errors);
        if (!errors.empty())
          out.reset();
      }
    }
    return out;
  }

  T plain_;
};

} // namespace detail

/// The tool that the engine sees, from its struct.
template <tool_struct T>
[[nodiscard]] std::unique_ptr<tool> make_tool(T plain = {}) {
  return std::make_unique<detail::described_tool<T>>(std::move(plain));
}

} // namespace tools
