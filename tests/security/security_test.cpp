#include "security/audit_chain.hpp"
#include "security/crypto.hpp"
#include "security/passwords.hpp"
#include "security/vault.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <chrono>

using base::secret;
using security::vault;

TEST(Crypto, hashes_as_the_standards_say) {
  EXPECT_EQ(security::sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-4
  const std::string key(20, '\x0b');                                             // RFC 4231, test case 1
  const auto mac = security::hmac_sha256(std::as_bytes(std::span(key)), "Hi There");
  std::string hex;
  for (const auto b : mac) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", std::to_integer<unsigned>(b));
    hex += two;
  }
  EXPECT_EQ(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(Crypto, takes_back_only_what_it_signed) {
  const auto value = security::sign("key", "session", "abc");
  EXPECT_EQ(security::verify_signed("key", "session", value), "abc");
  EXPECT_EQ(security::verify_signed("other", "session", value), "");
  EXPECT_EQ(security::verify_signed("key", "csrf", value), "");
  EXPECT_EQ(security::verify_signed("key", "session", "abd" + value.substr(3)), "");
  EXPECT_EQ(security::verify_signed("key", "session", "abc"), "");
  EXPECT_EQ(security::verify_signed("", "session", security::sign("", "session", "abc")), "");
  EXPECT_TRUE(security::constant_time_equal("same", "same"));
  EXPECT_FALSE(security::constant_time_equal("same", "sane"));
  EXPECT_FALSE(security::constant_time_equal("same", "samey"));
}

TEST(Passwords, verify_what_was_hashed) {
  const auto hash = security::hash_password(secret("correct horse"));
  EXPECT_TRUE(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(security::verify_password(hash, secret("correct horse")));
  EXPECT_FALSE(security::verify_password(hash, secret("correct horsf")));
  EXPECT_FALSE(security::verify_password(secret("plain text"), secret("plain text")));
  EXPECT_FALSE(security::verify_password(secret(""), secret("")));
  EXPECT_NE(security::hash_password(secret("correct horse")).reveal(), hash.reveal());
}

TEST(Passwords, verify_hashes_of_other_programs_within_bounds) {
  // argon2-cffi's defaults
  EXPECT_FALSE(security::verify_password(
    secret("$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG"), secret("password")));
}

TEST(Passwords, an_unknown_user_costs_the_same) {
  const auto hash = security::hash_password(secret("correct horse"));
  security::verify_nobody(secret("warm up"));
  const auto time = [](auto&& f) {
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      f();
      best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
    }
    return std::chrono::duration<double>(best).count();
  };
  const auto known = time([&] { (void)security::verify_password(hash, secret("wrong")); });
  const auto unknown = time([&] { (void)security::verify_nobody(secret("wrong")); });
  EXPECT_GT(unknown, known * 0.5);
  EXPECT_LT(unknown, known * 2.0);
}

TEST(Vault, opens_with_the_right_password_only) {
  const auto [header, made] = vault::create(secret("master"));
  const auto stored = made.encrypt(secret("value"), {"t", "c", "k"});
  EXPECT_TRUE(stored.starts_with("v1."));
  EXPECT_FALSE(vault::open(header, secret("wrong")));
  const auto opened = vault::open(header, secret("master"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->decrypt(stored, {"t", "c", "k"})->reveal(), "value");
  EXPECT_EQ(opened->derive("x").reveal(), made.derive("x").reveal());
  EXPECT_NE(opened->derive("x").reveal(), made.derive("y").reveal());
}

TEST(Vault, binds_a_value_to_its_place) {
  const auto made = vault::create(secret("master")).second;
  const auto stored = made.encrypt(secret("value"), {"t", "c", "k"});
  EXPECT_FALSE(made.decrypt(stored, {"t", "c", "other"}));
  EXPECT_FALSE(made.decrypt(stored, {"t", "ck", ""}));
  EXPECT_FALSE(made.decrypt(stored, {"tc", "", "k"}));
  auto damaged = stored;
  damaged[10] = damaged[10] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(made.decrypt(damaged, {"t", "c", "k"}));
  EXPECT_FALSE(made.decrypt("gAAAAABk-another-program", {"t", "c", "k"}));
  EXPECT_FALSE(made.decrypt("v1.", {"t", "c", "k"}));
  EXPECT_NE(made.encrypt(secret("value"), {"t", "c", "k"}), stored);
  EXPECT_EQ(made.decrypt(made.encrypt(secret(""), {"t", "c", "k"}), {"t", "c", "k"})->reveal(), "");
}

TEST(Vault, refuses_a_damaged_header) {
  auto header = vault::create(secret("master")).first;
  header.salt = "!";
  EXPECT_FALSE(vault::open(header, secret("master")));
  header = vault::create(secret("master")).first;
  header.version = 2;
  EXPECT_FALSE(vault::open(header, secret("master")));
}

TEST(AuditChain, writes_json_in_one_form) {
  EXPECT_EQ(
    security::canonical_json(boost::json::parse(R"({"b":1.0,"a":[true,null,"ü\n"],"ab":{}, "c":1e2, "d":-0.5})")),
    "{\"a\":[true,null,\"ü\\n\"],\"ab\":{},\"b\":1,\"c\":100,\"d\":-0.5}");
  EXPECT_EQ(security::canonical_json(boost::json::value(-0.0)), "0");
}

TEST(AuditChain, depends_on_every_member_and_the_one_before) {
  security::audit_link row{.timestamp = "t",
                           .session_id = "s",
                           .tool_name = "n",
                           .arguments = "{}",
                           .result_summary = "r",
                           .confirmed = false,
                           .task_id = "k",
                           .user_id = "u"};
  const auto hash = security::audit_hash("", row);
  EXPECT_NE(security::audit_hash("x", row), hash);
  auto other = row;
  other.session_id.reset();
  EXPECT_NE(security::audit_hash("", other), hash);
  other = row;
  other.confirmed = true;
  EXPECT_NE(security::audit_hash("", other), hash);
  other = row;
  other.tool_name = "n2";
  EXPECT_NE(security::audit_hash("", other), hash);
}
