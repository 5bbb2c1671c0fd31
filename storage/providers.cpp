#include "storage/providers.hpp"

#include "storage/model_endpoints.hpp"

namespace storage {

std::vector<records::provider_settings> load_providers(session& s, const security::vault& vault,
                                                       const config::runtime_settings& settings,
                                                       const records::user_profiles& profiles) {
  std::vector<records::provider_settings> out;
  const config::runtime_settings defaults;
  const auto add = [&](const char* name, models::api api, const std::string& base_url, const std::string& usual,
                       const base::secret& key) {
    records::provider_settings p{name, api, base_url, key, key};
    for (const auto& [user, profile] : profiles)
      if (const auto own = profile.provider_keys.find(name); p.list_key.empty() && own != profile.provider_keys.end())
        p.list_key = own->second;
    if (!p.list_key.empty() || base_url != usual)
      out.push_back(std::move(p));
  };
  add("anthropic", models::api::anthropic, settings.anthropic_base_url, defaults.anthropic_base_url,
      settings.anthropic_api_key);
  add("openai", models::api::openai, settings.openai_base_url, defaults.openai_base_url, settings.openai_api_key);
  add("openrouter", models::api::openrouter, settings.openrouter_base_url, defaults.openrouter_base_url,
      settings.openrouter_api_key);
  for (const auto& row : model_endpoints::list(s)) {
    auto key = model_endpoints::key_of(vault, row);
    out.push_back({row.name, models::api::compatible, row.base_url, key, key});
  }
  return out;
}

} // namespace storage
