#include "clients/models/known_models.hpp"
#include "clients/models/model_list.hpp"

#include <gtest/gtest.h>

namespace {

using models::api;

models::model_page read(api a, std::string_view provider, std::string_view body) {
  auto page = models::read_models(a, provider, body);
  EXPECT_TRUE(page) << page.error().message;
  return page ? std::move(*page) : models::model_page{};
}

TEST(ModelList, of_anthropic_has_names_limits_capabilities_and_the_tables_prices) {
  const auto page = read(api::anthropic, "anthropic", R"({"data":[
    {"type":"model","id":"claude-opus-5-5","display_name":"Claude Opus 5.5","created_at":"2026-09-22T00:00:00Z",
     "max_input_tokens":1000000,"max_tokens":128000,
     "capabilities":{"image_input":{"supported":true},"pdf_input":{"supported":false},"thinking":{"supported":true}}},
    {"type":"model","id":"claude-new-9","display_name":"Claude New 9","created_at":"2027-01-01T00:00:00Z"}],
    "has_more":true,"first_id":"claude-opus-5-5","last_id":"claude-new-9"})");
  ASSERT_EQ(page.models.size(), 2U);
  const auto& opus = page.models[0];
  EXPECT_EQ(opus.id, "anthropic:claude-opus-5-5");
  EXPECT_EQ(opus.name, "Claude Opus 5.5");
  EXPECT_EQ(opus.provider, "anthropic");
  EXPECT_EQ(opus.context_length, 1'000'000);
  EXPECT_EQ(opus.max_output_tokens, 128'000);
  EXPECT_EQ(opus.pricing.prompt, 4);
  EXPECT_EQ(opus.pricing.completion, 20);
  EXPECT_EQ(opus.pricing.cache_read, 0.2);
  EXPECT_TRUE(opus.capabilities.vision);
  EXPECT_FALSE(opus.capabilities.pdf);
  EXPECT_TRUE(opus.capabilities.tools);
  EXPECT_FALSE(page.models[1].pricing.prompt); // unknown, not zero
  EXPECT_EQ(page.models[1].context_length, 0);
  EXPECT_EQ(page.next, "?limit=1000&after_id=claude-new-9");
  EXPECT_EQ(models::list_call(api::anthropic, page.next).path, "/v1/models?limit=1000&after_id=claude-new-9");
}

TEST(ModelList, of_openai_leaves_out_what_does_not_chat) {
  const auto page = read(api::openai, "openai", R"({"object":"list","data":[
    {"id":"gpt-4o-2024-08-06","object":"model","created":1,"owned_by":"system"},
    {"id":"gpt-6.2-sol","object":"model"},{"id":"gpt-99","object":"model"},
    {"id":"text-embedding-3-large"},{"id":"whisper-1"},{"id":"tts-1-hd"},{"id":"dall-e-3"},{"id":"omni-moderation-latest"},
    {"id":"gpt-4o-realtime-preview"},{"id":"gpt-4o-mini-transcribe"},{"id":"gpt-3.5-turbo-instruct"},{"id":"sora-2"},
    {"id":"gpt-image-2"},{"id":7},{},null]})");
  ASSERT_EQ(page.models.size(), 3U);
  EXPECT_EQ(page.models[0].id, "openai:gpt-4o-2024-08-06");
  EXPECT_EQ(page.models[0].name, "GPT-4o");
  EXPECT_EQ(page.models[0].pricing.prompt, 2.5);
  EXPECT_TRUE(page.models[0].capabilities.tools);
  EXPECT_FALSE(page.models[1].capabilities.tools); // only over another API
  EXPECT_EQ(page.models[2].name, "gpt-99");
  EXPECT_FALSE(page.models[2].pricing.prompt);
  EXPECT_TRUE(page.models[2].capabilities.tools);
  EXPECT_EQ(page.next, "");
}

TEST(ModelList, of_openrouter_has_prices_per_token_as_text) {
  const auto page = read(api::openrouter, "openrouter", R"({"data":[
    {"id":"anthropic/claude-opus-5.5","canonical_slug":"x","name":"Anthropic: Claude Opus 5.5","context_length":1000000,
     "architecture":{"modality":"text+image->text","input_modalities":["text","image","file"],"output_modalities":["text"]},
     "pricing":{"prompt":"0.000004","completion":"0.00002","input_cache_read":"0.0000002","input_cache_write":"0.000005","image":"0"},
     "top_provider":{"context_length":1000000,"max_completion_tokens":128000,"is_moderated":true},
     "supported_parameters":["max_tokens","tools","tool_choice","web_search_options"]},
    {"id":"openrouter/auto","name":"Auto","context_length":2000000,"pricing":{"prompt":"-1","completion":"-1"},
     "architecture":{"input_modalities":["text"]},"supported_parameters":[],"top_provider":{"max_completion_tokens":null}},
    {"id":"x/free:online","pricing":{"prompt":"0","completion":"free"}}],
    "links":{"next":"/api/v1/models?offset=500&limit=500"},"total_count":600})");
  ASSERT_EQ(page.models.size(), 3U);
  const auto& opus = page.models[0];
  EXPECT_EQ(opus.id, "openrouter:anthropic/claude-opus-5.5");
  EXPECT_EQ(opus.name, "Anthropic: Claude Opus 5.5");
  EXPECT_EQ(opus.pricing.prompt, 4.0);
  EXPECT_EQ(opus.pricing.completion, 20.0);
  EXPECT_EQ(opus.pricing.cache_read, 0.2);
  EXPECT_EQ(opus.pricing.cache_write, 5.0);
  EXPECT_EQ(opus.max_output_tokens, 128'000);
  EXPECT_TRUE(opus.capabilities.vision);
  EXPECT_TRUE(opus.capabilities.pdf);
  EXPECT_TRUE(opus.capabilities.tools);
  EXPECT_TRUE(opus.capabilities.online);
  EXPECT_FALSE(page.models[1].pricing.prompt);
  EXPECT_FALSE(page.models[1].capabilities.tools);
  EXPECT_FALSE(page.models[1].capabilities.vision);
  EXPECT_EQ(page.models[2].pricing.prompt, 0.0);
  EXPECT_FALSE(page.models[2].pricing.completion);
  EXPECT_TRUE(page.models[2].capabilities.online);
  EXPECT_EQ(models::list_call(api::openrouter, page.next).path, "/models?offset=500&limit=500");
}

TEST(ModelList, of_a_compatible_server_tells_of_pictures_by_what_it_says_or_by_the_family) {
  const auto page
    = read(api::compatible, "house", R"({"data":[{"id":"llama3:latest"},{"id":"LLaVA:13b"},{"id":"qwen2.5vl:7b"},
    {"id":"plain-vision","capabilities":{"vision":false}},{"id":"mistral","capabilities":{"vision":true}},
    {"id":"cpp","capabilities":["completion","multimodal"]},
    {"id":"gateway","architecture":{"input_modalities":["text","image","file"]}}]})");
  std::vector<bool> vision, pdf;
  for (const auto& m : page.models) {
    vision.push_back(m.capabilities.vision);
    pdf.push_back(m.capabilities.pdf);
  }
  EXPECT_EQ(vision, (std::vector<bool>{false, true, true, false, true, true, true}));
  EXPECT_EQ(pdf, (std::vector<bool>{false, false, false, false, false, false, true}));
}

TEST(ModelList, of_a_compatible_server_has_ids_and_sometimes_a_context) {
  const auto page = read(api::compatible, "ollama", R"({"object":"list","data":[{"id":"llama3:latest","object":"model"},
    {"id":"qwen","max_model_len":32768},{"id":"gguf","meta":{"n_ctx_train":8192}}]})");
  ASSERT_EQ(page.models.size(), 3U);
  EXPECT_EQ(page.models[0].id, "ollama:llama3:latest");
  EXPECT_EQ(page.models[0].name, "llama3:latest");
  EXPECT_FALSE(page.models[0].pricing.prompt);
  EXPECT_TRUE(page.models[0].capabilities.tools);
  EXPECT_FALSE(page.models[0].capabilities.vision);
  EXPECT_EQ(page.models[1].context_length, 32'768);
  EXPECT_EQ(page.models[2].context_length, 8'192);
}

TEST(ModelList, what_is_no_list_is_an_error_that_names_the_provider) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"data":{}})", R"({"error":{"message":"x"}})"}) {
    const auto page = models::read_models(api::openai, "mine", body);
    ASSERT_FALSE(page) << body;
    EXPECT_NE(page.error().message.find("mine"), std::string::npos);
  }
}

TEST(ModelList, is_bounded) {
  std::string body = R"({"data":[)";
  for (std::size_t i = 0; i < models::most_models + 10; ++i)
    body += (i == 0 ? "" : ",") + (R"({"id":"m)" + std::to_string(i)) + "\"}";
  const auto page = read(api::compatible, "x", body + R"(,{"id":")" + std::string(1'000, 'x') + "\"}]}");
  EXPECT_EQ(page.models.size(), models::most_models);
}

TEST(ModelList, is_asked_for_without_a_body) {
  EXPECT_EQ(models::list_call(api::anthropic).path, "/v1/models?limit=1000");
  EXPECT_EQ(models::list_call(api::openai).path, "/models");
  EXPECT_EQ(models::list_call(api::openai).method, "GET");
  EXPECT_EQ(models::list_call(api::openai).body, "");
}

TEST(KnownModels, an_id_with_a_date_is_the_same_model_and_a_longer_name_is_another) {
  EXPECT_EQ(models::known_model(api::anthropic, "claude-haiku-4-5-20251001")->name, "Claude Haiku 4.5");
  EXPECT_EQ(models::known_model(api::openai, "gpt-6.1-sol-2026-09-29")->name, "GPT-6.1 Sol");
  EXPECT_EQ(models::known_model(api::openai, "gpt-4o-mini")->name, "GPT-4o mini");
  EXPECT_FALSE(models::known_model(api::openai, "gpt-4o-mini-audio"));
  EXPECT_FALSE(models::known_model(api::anthropic, "claude-opus-5-50"));
  EXPECT_FALSE(models::known_model(api::anthropic, "gpt-4o"));
  EXPECT_FALSE(models::known_model(api::compatible, "gpt-4o"));
  EXPECT_FALSE(models::known_model(api::openai, "gpt-4o-2024_08-06"));
}

TEST(KnownModels, cost_counts_each_kind_of_token_at_its_price) {
  const auto pricing = models::known_model(api::anthropic, "claude-opus-4-8")->pricing; // 5, 25, 0.5, 6.25
  models::answer a;
  a.input_tokens = 1'000'000;
  a.cache_read_tokens = 600'000;
  a.cache_write_tokens = 200'000;
  a.output_tokens = 100'000;
  EXPECT_DOUBLE_EQ(models::cost_of(pricing, a).value(), 0.2 * 5 + 0.6 * 0.5 + 0.2 * 6.25 + 0.1 * 25);
}

TEST(KnownModels, a_long_prompt_costs_more_all_of_it) {
  const auto pricing = models::known_model(api::anthropic, "claude-haiku-5-5")->pricing;
  models::answer a;
  a.input_tokens = 100'000;
  a.output_tokens = 1'000;
  EXPECT_DOUBLE_EQ(models::cost_of(pricing, a).value(), 0.1 * 0.1 + 0.001 * 0.5);
  a.input_tokens = 100'001;
  EXPECT_DOUBLE_EQ(models::cost_of(pricing, a).value(), 0.100001 * 0.5 + 0.001 * 2.5);
  const auto openai = models::known_model(api::openai, "gpt-6.2-sol")->pricing;
  a.input_tokens = 300'000;
  EXPECT_DOUBLE_EQ(models::cost_of(openai, a).value(), 0.3 * 4 + 0.001 * 15);
}

TEST(KnownModels, an_unknown_price_makes_no_cost_and_an_unknown_price_of_the_cache_the_full_one) {
  models::answer a;
  a.input_tokens = 10;
  a.cache_read_tokens = 10;
  EXPECT_FALSE(models::cost_of({}, a));
  models::model_pricing half;
  half.prompt = 1;
  EXPECT_FALSE(models::cost_of(half, a));
  half.completion = 1;
  EXPECT_DOUBLE_EQ(models::cost_of(half, a).value(), 10 / 1e6);
}

TEST(KnownModels, what_the_provider_took_is_not_computed_again) {
  models::answer a;
  a.input_tokens = 1'000'000;
  models::model_pricing pricing;
  pricing.prompt = pricing.completion = 3;
  a.cost_usd = 0.5;
  models::set_cost(a, pricing);
  EXPECT_EQ(a.cost_usd, 0.5);
  a.cost_usd = 0; // a free model
  models::set_cost(a, pricing);
  EXPECT_EQ(a.cost_usd, 0);
  a.cost_usd.reset();
  models::set_cost(a, {});
  EXPECT_FALSE(a.cost_usd);
  models::set_cost(a, pricing);
  EXPECT_EQ(a.cost_usd, 3);
}

} // namespace
