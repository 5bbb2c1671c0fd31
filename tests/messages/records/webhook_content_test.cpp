#include "messages/records/webhook_content.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace {

std::string content(std::string_view type, std::string_view body) {
  const auto value = records::read_content(type, body);
  return value ? boost::json::serialize(*value) : value.error().message;
}

std::string part(std::string_view disposition, std::string_view value) {
  return "--B\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" + std::string(value)
         + "\r\n";
}

constexpr std::string_view form = "application/x-www-form-urlencoded";
constexpr std::string_view multipart = "multipart/form-data; boundary=B";

TEST(WebhookContent, takes_json_forms_and_text_only) {
  for (const auto* type :
       {"", "application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json", "text/plain",
        "text/xml", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    EXPECT_TRUE(records::is_taken(type)) << type;
  for (const auto* type : {"application/pdf", "image/png", "application/octet-stream", "json", "multipart/mixed", ";"})
    EXPECT_EQ(records::is_taken(type), std::string_view(type) == ";") << type;
}

TEST(WebhookContent, json_must_be_json) {
  EXPECT_EQ(content("application/json", R"( {"a":1} )"), R"({"a":1})");
  EXPECT_NE(content("application/json", "{").find("not JSON"), std::string::npos);
  EXPECT_EQ(content("application/json", " "), "null") << "nothing was said";
  EXPECT_NE(content("application/json", std::string(100'000, '[')).find("not JSON"), std::string::npos);
  EXPECT_EQ(content("text/plain", "{"), R"("{")");
  EXPECT_EQ(content(form, R"({"sent": "as curl -d does"})"), R"({"sent":"as curl -d does"})");
}

TEST(WebhookContent, a_form_is_an_object) {
  EXPECT_EQ(content(form, "a=1&b=x+y%21&a=2&&c&=e&d=%zz"), R"({"a":["1","2"],"b":"x y!","c":"","":"e","d":"%zz"})");
  EXPECT_EQ(content(form, ""), "{}");
}

TEST(WebhookContent, a_multipart_form_is_an_object) {
  EXPECT_EQ(content(multipart,
                    part("name=\"a\"", "1") + part("name=b", "two\r\nlines") + part("name=\"a\"", "2") + "--B--\r\n"),
            R"({"a":["1","2"],"b":"two\r\nlines"})");
  EXPECT_EQ(
    content("multipart/form-data; charset=x; boundary=\"B\"", "preamble\r\n" + part("name=\"q\\\"\"", "") + "--B--"),
    R"({"q\"":""})");
  EXPECT_EQ(content(multipart, "--B--"), "{}");
}

TEST(WebhookContent, a_crafted_multipart_form_is_refused) {
  const auto refused = [](std::string_view type, std::string_view body) { return !records::read_content(type, body); };
  EXPECT_TRUE(refused(multipart, ""));
  EXPECT_TRUE(refused(multipart, "--B"));
  EXPECT_TRUE(refused(multipart, part("name=\"a\"", "1"))) << "never ends";
  EXPECT_TRUE(refused(multipart, part("name=\"f\"; filename=\"x\"", "1") + "--B--"));
  EXPECT_TRUE(refused(multipart, part("name=\"f\"; FileName*=UTF-8''x", "1") + "--B--"));
  EXPECT_TRUE(refused(multipart, part("x=y", "1") + "--B--")) << "no name";
  EXPECT_TRUE(refused(multipart, "--B\r\n\r\n1\r\n--B--")) << "no head";
  EXPECT_TRUE(refused(multipart, "--Bx\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--"));
  EXPECT_TRUE(refused("multipart/form-data", "--B--"));
  EXPECT_TRUE(refused("multipart/form-data; boundary=", "----"));
  EXPECT_TRUE(refused("multipart/form-data; boundary=" + std::string(71, 'x'), "--" + std::string(71, 'x') + "--"));
  std::string many;
  for (int i = 0; i < 1001; ++i)
    many += part("name=a", "");
  EXPECT_TRUE(refused(multipart, many + "--B--"));
}

TEST(WebhookContent, what_may_hold_a_secret_is_not_kept) {
  const auto kept = records::kept_headers({{"x-event", base::secret("push")},
                                           {"authorization", base::secret("Bearer s")},
                                           {"x-hub-signature-256", base::secret("s")},
                                           {"x-api-key", base::secret("s")},
                                           {"x-odd", base::secret("s")},
                                           {"idempotency-key", base::secret("id")},
                                           {"x-long", base::secret(std::string(9000, 'x'))}},
                                          "x-odd");
  EXPECT_EQ(
    boost::json::serialize(kept),
    R"({"authorization":"***","idempotency-key":"id","x-api-key":"***","x-event":"push","x-hub-signature-256":"***"})");
}

TEST(WebhookContent, a_document_has_body_query_and_headers) {
  records::trigger_event event;
  event.content_type = "application/json";
  event.body = base::untrusted_text(R"({"a":1})");
  event.request = R"({"query":{"b":"2"},"headers":{"x":"y"}})";
  EXPECT_EQ(boost::json::serialize(records::document_of(event)),
            R"({"body":{"a":1},"query":{"b":"2"},"headers":{"x":"y"}})");
  event.body = base::untrusted_text("{");
  event.request = "";
  EXPECT_EQ(boost::json::serialize(records::document_of(event)), R"({"body":"{"})");
}

} // namespace
