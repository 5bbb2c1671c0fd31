#include "config/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace config {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
  case log_level::trace: return spdlog::level::trace;
  case log_level::debug: return spdlog::level::debug;
  case log_level::info: return spdlog::level::info;
  case log_level::warn: return spdlog::level::warn;
  case log_level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// The message as a JSON string, quotes and control characters escaped.
class json_message final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& msg, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto text
      = base::to_line(boost::json::value(boost::json::string_view(msg.payload.data(), msg.payload.size())));
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<json_message>();
  }
};

} // namespace

void start_logging(const start_settings& settings) {
  auto logger = std::make_shared<spdlog::logger>("oai-web", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(to_spdlog(settings.log_level));
  logger->flush_on(spdlog::level::warn);
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (settings.log_format == log_format::json)
    formatter->add_flag<json_message>('*').set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  else
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
}

} // namespace config
