#include "storage/session.hpp"

#include "storage/rows.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace {

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct everything {
  std::string text;
  std::optional<std::string> maybe;
  bool flag = false;
  std::int64_t number = 0;
  double real = 0;
  colour hue = colour::red;
  base::timestamp at{};
  std::optional<base::timestamp> later;
  std::vector<std::string> list;
  boost::json::value json;
  base::secret hidden;
};
BOOST_DESCRIBE_STRUCT(everything, (), (text, maybe, flag, number, real, hue, at, later, list, json, hidden))

struct Session : ::testing::Test {
  tests::test_database database{tests::content::empty};
  storage::session s = database.open();

  base::errc code_of(const std::string& sql) {
    try {
      s.exec(sql);
    } catch (const base::failure_error& e) {
      return e.get().code;
    }
    return {};
  }
};

} // namespace

TEST_F(Session, maps_rows_both_ways) {
  s.exec(
    "CREATE TABLE t (text TEXT PRIMARY KEY, maybe TEXT, flag BOOLEAN, number BIGINT, real DOUBLE PRECISION, hue TEXT, "
    "at TEXT, later TEXT, list JSONB, json JSONB, hidden TEXT)");
  everything in;
  in.text = "quote ' \" \\ ü";
  in.flag = true;
  in.number = -9'007'199'254'740'993;
  in.real = 0.1;
  in.hue = colour::green;
  in.at = *base::from_iso8601("2026-01-02T03:04:05.678Z");
  in.list = {"a", "b"};
  in.json = boost::json::object{{"k", 1}};
  in.hidden = base::secret("s");
  EXPECT_TRUE(storage::insert(s, "t", in));
  EXPECT_FALSE(storage::insert(s, "t", in, "ON CONFLICT DO NOTHING"));
  in.maybe = "there";
  in.later = in.at;
  EXPECT_TRUE(storage::update(s, "t", "text", in));
  const auto out = storage::select_one<everything>(s, "t", "WHERE text = $1", in.text).value();
  EXPECT_EQ(out.text, in.text);
  EXPECT_EQ(out.maybe, in.maybe);
  EXPECT_EQ(out.flag, in.flag);
  EXPECT_EQ(out.number, in.number);
  EXPECT_EQ(out.real, in.real);
  EXPECT_EQ(out.hue, in.hue);
  EXPECT_EQ(out.at, in.at);
  EXPECT_EQ(out.later, in.later);
  EXPECT_EQ(out.list, in.list);
  EXPECT_EQ(out.json, in.json);
  EXPECT_EQ(out.hidden.reveal(), "s");
  EXPECT_EQ(s.exec("SELECT at FROM t").text(0, 0), "2026-01-02T03:04:05.678Z");
}

TEST_F(Session, says_what_the_caller_can_do) {
  s.exec_script(
    "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER REFERENCES p(id)); INSERT INTO p VALUES (1)");
  EXPECT_EQ(code_of("INSERT INTO p VALUES (1)"), base::errc::conflict);
  EXPECT_EQ(code_of("INSERT INTO c VALUES (7)"), base::errc::not_found);
  EXPECT_EQ(code_of("SELECT 'x'::integer"), base::errc::invalid);
  EXPECT_EQ(code_of("INSERT INTO p VALUES (NULL)"), base::errc::invalid);
  EXPECT_EQ(code_of("SELEC"), base::errc::internal);
  s.exec("SET statement_timeout = 50");
  EXPECT_EQ(code_of("SELECT pg_sleep(5)"), base::errc::timeout);
  EXPECT_EQ(code_of("SELECT pg_terminate_backend(pg_backend_pid())"), base::errc::unavailable);
}

TEST_F(Session, tells_no_value_of_a_row_in_an_error) {
  s.exec("CREATE TABLE k (token TEXT PRIMARY KEY)");
  s.exec("INSERT INTO k VALUES ($1)", "very-secret");
  try {
    s.exec("INSERT INTO k VALUES ($1)", "very-secret");
    FAIL();
  } catch (const base::failure_error& e) {
    EXPECT_EQ(std::string(e.what()).find("very-secret"), std::string::npos) << e.what();
  }
}

TEST_F(Session, refuses_text_that_would_be_cut) {
  EXPECT_THROW(s.exec("SELECT $1::text", std::string("a\0b", 3)), base::failure_error);
}

TEST_F(Session, rolls_back_without_a_commit) {
  s.exec("CREATE TABLE t (x INTEGER)");
  {
    storage::transaction t(s);
    s.exec("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(s.exec("SELECT count(*) FROM t").text(0, 0), "0");
  {
    storage::transaction t(s);
    s.exec("INSERT INTO t VALUES (1)");
    t.commit();
  }
  EXPECT_EQ(s.exec("SELECT count(*) FROM t").text(0, 0), "1");
}

TEST_F(Session, is_interrupted_from_another_thread) {
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    s.cancel();
  });
  EXPECT_EQ(code_of("SELECT pg_sleep(10)"), base::errc::timeout);
  other.join();
  EXPECT_EQ(s.exec("SELECT 1").text(0, 0), "1");
}

TEST_F(Session, says_unavailable_where_there_is_no_server) {
  try {
    storage::session none(base::secret("postgresql://127.0.0.1:1/x"));
    FAIL();
  } catch (const base::failure_error& e) {
    EXPECT_EQ(e.get().code, base::errc::unavailable);
  }
  EXPECT_THROW(storage::session(base::secret("not a url")), base::failure_error);
}
