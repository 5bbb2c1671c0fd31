#include "engine/metrics.hpp"

#include "engine/registry.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace engine {

namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.9g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string_view family_of(std::string_view name) { return name.substr(0, name.find('{')); }

/// `name{labels}` with one label more.
std::string with_label(std::string_view name, std::string_view suffix, const std::string& label) {
  const auto brace = name.find('{');
  std::string out(name.substr(0, brace));
  out += suffix;
  out += '{';
  if (brace != std::string_view::npos) {
    out += name.substr(brace + 1, name.size() - brace - 2);
    out += ',';
  }
  return out + label + '}';
}

void begin_family(std::string& out, std::string_view family, std::string_view type, std::string& last) {
  if (family == last)
    return;
  last = family;
  out += "# TYPE ";
  out += family;
  out += ' ';
  out += type;
  out += '\n';
}

} // namespace

void histogram::record(double value) noexcept {
  const auto at = std::ranges::lower_bound(edges_, value) - edges_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t histogram::cumulative(std::size_t i) const noexcept {
  std::uint64_t total = 0;
  for (std::size_t k = 0; k <= i && k < counts_.size(); ++k)
    total += counts_[k].load(std::memory_order_relaxed);
  return total;
}

counter& metrics::get(const std::string& name, const std::string& type) {
  const std::scoped_lock lock{mutex_};
  auto& slot = counters_[name];
  if (!slot) {
    slot = std::make_unique<named_counter>();
    slot->type = type;
  }
  return slot->value;
}

histogram& metrics::get_histogram(const std::string& name, std::vector<double> edges) {
  const std::scoped_lock lock{mutex_};
  auto& slot = histograms_[name];
  if (!slot)
    slot = std::make_unique<histogram>(std::move(edges));
  return *slot;
}

std::string metrics::text() const {
  const std::scoped_lock lock{mutex_};
  std::string out;
  std::string last;
  for (const auto& [name, entry] : counters_) {
    begin_family(out, family_of(name), entry->type, last);
    out += name + ' ' + std::to_string(entry->value.get()) + '\n';
  }
  for (const auto& [name, values] : histograms_) {
    begin_family(out, family_of(name), "histogram", last);
    const auto& edges = values->edges();
    for (std::size_t i = 0; i < edges.size(); ++i)
      out += with_label(name, "_bucket", "le=\"" + number(edges[i]) + '"') + ' ' + std::to_string(values->cumulative(i))
             + '\n';
    const auto all = std::to_string(values->cumulative(edges.size()));
    out += with_label(name, "_bucket", "le=\"+Inf\"") + ' ' + all + '\n';
    out += name + "_sum " + number(values->sum()) + '\n';
    out += name + "_count " + all + '\n';
  }
  return out;
}

std::string actor_metrics_text(const registry& actors) {
  static constexpr std::array edges_us{10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000};
  const auto kinds = actors.kinds();
  const auto label = [](const registry::kind_totals& kind) { return "{kind=\"" + kind.name + "\"}"; };
  std::string out = "# TYPE oai_actor_messages_total counter\n";
  for (const auto& kind : kinds)
    out += "oai_actor_messages_total" + label(kind) + ' ' + std::to_string(kind.handled) + '\n';
  out += "# TYPE oai_actor_restarts_total counter\n";
  for (const auto& kind : kinds)
    out += "oai_actor_restarts_total" + label(kind) + ' ' + std::to_string(kind.restarts) + '\n';
  out += "# TYPE oai_actor_waiting_seconds histogram\n";
  for (const auto& kind : kinds) {
    const std::string name = "oai_actor_waiting_seconds" + label(kind);
    const auto total = [&](auto read) {
      decltype(read(*kind.waiting.front())) sum{};
      for (const auto& values : kind.waiting)
        sum += read(*values);
      return sum;
    };
    for (const auto edge : edges_us)
      out += with_label(name, "_bucket", "le=\"" + number(edge / 1e6) + '"') + ' '
             + std::to_string(total([&](const latency& l) { return l.count_up_to(std::chrono::microseconds{edge}); }))
             + '\n';
    const auto all = std::to_string(total([](const latency& l) { return l.count(); }));
    out += with_label(name, "_bucket", "le=\"+Inf\"") + ' ' + all + '\n';
    const auto sum = total([](const latency& l) { return l.sum(); });
    out += "oai_actor_waiting_seconds_sum" + label(kind) + ' ' + number(std::chrono::duration<double>(sum).count())
           + '\n';
    out += "oai_actor_waiting_seconds_count" + label(kind) + ' ' + all + '\n';
  }
  return out;
}

} // namespace engine
