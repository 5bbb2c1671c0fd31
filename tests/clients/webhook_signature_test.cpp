#include "clients/webhooks/signature.hpp"

#include "base/encoding.hpp"
#include "security/crypto.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using records::webhook_scheme;

struct WebhookSignature : testing::Test {
  std::string refusal() {
    const auto header = [this](std::string_view name) {
      const auto at = headers.find(std::string(name));
      return at == headers.end() ? std::string_view{} : std::string_view(at->second);
    };
    return webhooks::reason_against_delivery(proof, body, header, now).value_or("");
  }
  void use(webhook_scheme scheme, std::string secret) {
    proof.scheme = scheme;
    proof.secrets.assign(1, base::secret(std::move(secret)));
  }

  webhooks::proof proof;
  std::string body = "Hello, World!";
  std::map<std::string, std::string> headers;
  base::timestamp now{std::chrono::seconds(1'614'265'330)};
};

TEST_F(WebhookSignature, nothing_is_asked_where_there_is_no_scheme) { EXPECT_EQ(refusal(), ""); }

/// The example of docs.github.com, "Validating webhook deliveries".
TEST_F(WebhookSignature, github_s_own_example_fits) {
  use(webhook_scheme::github, "It's a Secret to Everybody");
  EXPECT_EQ(refusal(), "X-Hub-Signature-256 is missing.");
  headers["x-hub-signature-256"] = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  EXPECT_EQ(refusal(), "");
  body += ' ';
  EXPECT_EQ(refusal(), "X-Hub-Signature-256 does not fit the body and the secret.");
  headers["x-hub-signature-256"] = "757107ea";
  EXPECT_EQ(refusal(), "X-Hub-Signature-256 must begin with sha256=.");
}

/// The example of the Standard Webhooks reference libraries.
TEST_F(WebhookSignature, the_standard_s_own_example_fits) {
  use(webhook_scheme::standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  body = R"({"test": 2432232314})";
  headers = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
             {"webhook-timestamp", "1614265330"},
             {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
  EXPECT_EQ(refusal(), "");
  headers["webhook-signature"] = "v1,bm9wZQ== v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  EXPECT_EQ(refusal(), "") << "one of several is enough, for secrets that are being changed";
  headers["webhook-id"] = "msg_other";
  EXPECT_EQ(refusal(), "webhook-signature does not fit the body and the secret.");
  headers.erase("webhook-id");
  EXPECT_EQ(refusal(), "webhook-id, webhook-timestamp and webhook-signature are needed.");
}

TEST_F(WebhookSignature, a_delivery_is_believed_for_five_minutes) {
  use(webhook_scheme::standard, "a secret of the house");
  const auto at = [&](const std::string& time) {
    headers = {{"webhook-id", "m"}, {"webhook-timestamp", time}};
    headers["webhook-signature"]
      = "v1,"
        + base::to_base64(security::hmac_sha256(base::as_bytes("a secret of the house"), "m." + time + "." + body));
    return refusal();
  };
  const std::string late = "The delivery was signed more than 5 minutes ago or ahead, by this server's clock.";
  EXPECT_EQ(at("1614265030"), "");
  EXPECT_EQ(at("1614265029"), late);
  EXPECT_EQ(at("1614265630"), "");
  EXPECT_EQ(at("1614265631"), late);
  EXPECT_EQ(at("-9223372036854775808"), late);
  EXPECT_EQ(at("9223372036854775807"), late);
  EXPECT_EQ(at("now"), "webhook-timestamp has no time in seconds.");
}

TEST_F(WebhookSignature, stripe_s_form_has_time_and_signatures_in_one_header) {
  use(webhook_scheme::stripe, "whsec_test_secret");
  const std::string mac
    = base::to_hex(security::hmac_sha256(base::as_bytes("whsec_test_secret"), "1614265330." + body));
  headers["stripe-signature"] = "t=1614265330,v1=" + mac + ",v0=ffff";
  EXPECT_EQ(refusal(), "");
  headers["stripe-signature"] = "t=1614265330, v1=0000, v1=" + mac;
  EXPECT_EQ(refusal(), "");
  headers["stripe-signature"] = "t=1614265331,v1=" + mac;
  EXPECT_EQ(refusal(), "Stripe-Signature does not fit the body and the secret.");
  headers["stripe-signature"] = "v1=" + mac;
  EXPECT_EQ(refusal(), "Stripe-Signature has no time in seconds.");
}

TEST_F(WebhookSignature, a_header_may_hold_the_secret_itself) {
  use(webhook_scheme::token, "open sesame please");
  proof.token_header = "x-gitlab-token";
  EXPECT_EQ(refusal(), "The header x-gitlab-token is missing.");
  headers["x-gitlab-token"] = "open sesame";
  EXPECT_EQ(refusal(), "The header x-gitlab-token does not hold the secret.");
  headers["x-gitlab-token"] = "Bearer open sesame please";
  EXPECT_EQ(refusal(), "");
}

TEST_F(WebhookSignature, an_old_and_a_new_secret_hold_side_by_side) {
  use(webhook_scheme::token, "the new one, not used yet");
  proof.secrets.emplace_back("the old one, still in use");
  proof.token_header = "x-token";
  headers["x-token"] = "the old one, still in use";
  EXPECT_EQ(refusal(), "");
}

} // namespace
