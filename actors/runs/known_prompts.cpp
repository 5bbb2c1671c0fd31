#include "actors/runs/known_prompts.hpp"

#include "base/version.hpp"
#include "security/crypto.hpp"

namespace actors {

std::string known_prompts::hash_of(const std::string& system, const std::vector<std::string>& tools) {
  std::string text(oai_web_version());
  text += '\0';
  text += system;
  for (const auto& name : tools) {
    text += '\0';
    text += name;
  }
  return security::sha256_hex(text);
}

bool known_prompts::has(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  return known_.contains(hash);
}

void known_prompts::add(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= most)
    known_.clear();
  known_.insert(hash);
}

} // namespace actors
