#include "storage/migrator.hpp"

#include "config/start_failure.hpp"
#include "security/crypto.hpp"
#include "storage/rows.hpp"
#include "tests/storage/schema_28.hpp"
#include "tests/support/postgres.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

using config::exit_code;
using storage::migration_mode;
using ::testing::HasSubstr;

namespace {

class fixed_clock final : public base::clock {
public:
  [[nodiscard]] base::timestamp now() const override { return *base::from_iso8601("2026-02-03T04:05:06.789Z"); }
};

std::string lines_of(storage::session& s, std::string_view sql) {
  const auto rows = s.exec(sql);
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.append(*rows.text(i, 0)).append("\n");
  return out;
}

std::string columns(storage::session& s) {
  return lines_of(s, R"(
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || COALESCE(' default ' || CASE WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' THEN 'nextval'
                                      ELSE pg_get_expr(d.adbin, d.adrelid) END, '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname COLLATE "C", a.attnum)");
}

storage::migration_plan first_28() {
  auto plan = storage::aide_plan();
  plan.migrations = plan.migrations.first(28);
  return plan;
}

/// The labels of all migrations from this number on: `0029_runs`.
std::vector<std::string> names_from(int number) {
  std::vector<std::string> out;
  for (const auto& m : storage::aide_migrations())
    if (m.number >= number) {
      const auto digits = std::to_string(m.number);
      out.push_back(std::string(4 - digits.size(), '0') + digits + '_' + std::string(m.name));
    }
  return out;
}

/// A database at 28 as another program leaves it.
void make_foreign_28(storage::session& s) {
  storage::migrate(s, first_28(), fixed_clock{}, migration_mode::apply);
  s.exec("COMMENT ON TABLE schema_version IS NULL");
}

struct Migrator : ::testing::Test {
  tests::test_database database{tests::content::empty};
  storage::session s = database.open();
  fixed_clock clock;
  const std::size_t all = storage::aide_migrations().size(); ///< numbered without gaps

  storage::migration_report migrate(migration_mode mode = migration_mode::apply) {
    return storage::migrate(s, storage::aide_plan(), clock, mode);
  }

  /// The sentence of the refusal, after checking its exit code.
  std::string refusal(exit_code code, const storage::migration_plan& plan = storage::aide_plan()) {
    try {
      storage::migrate(s, plan, clock, migration_mode::apply);
    } catch (const config::start_failure& e) {
      EXPECT_EQ(e.code(), code) << e.what();
      return e.what();
    }
    ADD_FAILURE() << "not refused";
    return {};
  }
};

} // namespace

TEST_F(Migrator, gives_schema_28_exactly) {
  const auto report = storage::migrate(s, first_28(), clock, migration_mode::apply);
  EXPECT_EQ(report.applied.size(), 28U);
  EXPECT_EQ(columns(s), tests::schema_28_columns);
  EXPECT_EQ(lines_of(s, R"(SELECT indexname || CASE WHEN indexdef LIKE 'CREATE UNIQUE%' THEN ' unique ' ELSE ' ' END
                                  || split_part(indexdef, ' USING ', 2)
                           FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname COLLATE "C")"),
            tests::schema_28_indexes);
  EXPECT_EQ(lines_of(s, R"(SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                           WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1)"),
            tests::schema_28_foreign_keys);
  EXPECT_EQ(lines_of(s, "SELECT domain || ' ' || created_at FROM web_whitelist ORDER BY domain COLLATE \"C\""),
            "api.met.no 2026-02-03T04:05:06.789Z\nduckduckgo.com 2026-02-03T04:05:06.789Z\n"
            "timeanddate.com 2026-02-03T04:05:06.789Z\nweather.met.no 2026-02-03T04:05:06.789Z\n"
            "wikipedia.org 2026-02-03T04:05:06.789Z\nyr.no 2026-02-03T04:05:06.789Z\n");
  EXPECT_EQ(lines_of(s, "SELECT version FROM schema_version ORDER BY version"),
            lines_of(s, "SELECT generate_series(1, 28)"));
}

TEST_F(Migrator, enters_every_number_with_its_hash) {
  const auto report = migrate();
  EXPECT_FALSE(report.adopted);
  EXPECT_EQ(report.applied, names_from(1));
  std::string expected;
  for (const auto& m : storage::aide_migrations())
    expected += std::to_string(m.number) + ' ' + std::string(m.name) + ' ' + security::sha256_hex(m.sql)
                + " 2026-02-03T04:05:06.789Z\n";
  EXPECT_EQ(lines_of(s, "SELECT version || ' ' || name || ' ' || sha256 || ' ' || applied_at FROM schema_migrations "
                        "ORDER BY version"),
            expected);
  EXPECT_TRUE(migrate().applied.empty());
}

TEST_F(Migrator, takes_over_a_database_at_28_unchanged) {
  make_foreign_28(s);
  s.exec_script("INSERT INTO users VALUES ('u1', 'ada', 'h', 'admin', TRUE, NULL, NULL, '2025-01-01T00:00:00+00:00', "
                "'2025-01-01T00:00:00+00:00'); "
                "INSERT INTO agents (id, name, prompt, model, allowed_tools, created_at, updated_at) VALUES "
                "('a1', 'n', 'p', 'm:x', '[]', 't', 't'); "
                "INSERT INTO agent_runs VALUES ('r1', 'a1', 't', NULL, 'success'); "
                "INSERT INTO audit_log (timestamp, tool_name) VALUES ('2025-01-01T00:00:00+00:00', 'web'); "
                "INSERT INTO credentials VALUES ('system:paused', 'gAAAA-of-another-program', NULL, 't', 't')");
  const auto rows = [&] { // without what later migrations add
    std::string out;
    for (const auto* table : {"users", "agent_runs", "credentials", "web_whitelist"})
      out += lines_of(s, "SELECT (to_jsonb(t) - '{budget_day_usd,budget_month_usd}'::text[])::text FROM " + std::string(table) + " t ORDER BY 1");
    return out + lines_of(s, "SELECT id || timestamp || tool_name FROM audit_log")
           + lines_of(s, "SELECT id || allowed_tools FROM agents");
  };
  const auto before = rows();
  const auto report = migrate();
  EXPECT_TRUE(report.adopted);
  EXPECT_THAT(report.applied, ::testing::ElementsAreArray(names_from(29)));
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(lines_of(s, "SELECT count(*) FROM schema_migrations WHERE sha256 = 'adopted' AND version <= 28"), "28\n");
  EXPECT_TRUE(migrate().applied.empty());
}

TEST_F(Migrator, names_what_differs_in_a_database_at_28) {
  make_foreign_28(s);
  s.exec_script("ALTER TABLE agents DROP COLUMN prompt_mode; ALTER TABLE users ALTER COLUMN is_active TYPE TEXT; "
                "DROP TABLE rss_feeds; ALTER TABLE agents ADD COLUMN icon TEXT");
  const auto sentence = refusal(exit_code::database);
  EXPECT_THAT(sentence, HasSubstr("agents.prompt_mode is missing"));
  EXPECT_THAT(sentence, HasSubstr("users.is_active is text instead of boolean"));
  EXPECT_THAT(sentence, HasSubstr("the table rss_feeds is missing"));
  EXPECT_THAT(sentence, ::testing::Not(HasSubstr("icon"))); // more than expected does no harm
  EXPECT_EQ(lines_of(s, "SELECT count(*) FROM pg_namespace WHERE nspname = 'oai_web_expected'"), "0\n");
}

TEST_F(Migrator, refuses_a_newer_schema) {
  migrate();
  s.exec("INSERT INTO schema_migrations VALUES (57, 'future', 'x', 'y')");
  EXPECT_EQ(refusal(exit_code::schema_newer), "the aide database is at schema 57, newer than this program knows ("
                                                + std::to_string(all)
                                                + "): install a newer oai-web, or restore a "
                                                  "backup made by this version");
}

TEST_F(Migrator, refuses_a_database_over_28_of_another_program) {
  make_foreign_28(s);
  s.exec("INSERT INTO schema_version VALUES (29)");
  EXPECT_THAT(refusal(exit_code::database), HasSubstr("made by another program"));
}

TEST_F(Migrator, refuses_an_older_database_of_another_program) {
  make_foreign_28(s);
  s.exec("DELETE FROM schema_version WHERE version > 17");
  EXPECT_THAT(refusal(exit_code::database), HasSubstr("bring it to schema 28 with that program first"));
}

TEST_F(Migrator, refuses_an_unknown_name_and_an_edited_file) {
  migrate();
  s.exec("UPDATE schema_migrations SET name = 'else' WHERE version = 29");
  EXPECT_THAT(refusal(exit_code::database),
              HasSubstr("has the migration 29 \"else\", which this program does not know"));
  s.exec("UPDATE schema_migrations SET name = 'runs', sha256 = 'x' WHERE version = 29");
  EXPECT_THAT(refusal(exit_code::database), HasSubstr("the migration 0029_runs was edited"));
}

TEST_F(Migrator, goes_on_where_it_was_interrupted) {
  auto some = storage::aide_plan();
  some.migrations = some.migrations.first(11);
  storage::migrate(s, some, clock, migration_mode::apply);
  const auto report = migrate();
  EXPECT_EQ(report.applied.size(), all - 11);
  EXPECT_FALSE(report.adopted);
  EXPECT_EQ(lines_of(s, "SELECT count(*) FROM schema_migrations"), std::to_string(all) + '\n');
}

TEST_F(Migrator, rolls_a_failed_migration_back_and_keeps_those_before) {
  migrate();
  std::vector<storage::embedded_migration> more(storage::aide_migrations().begin(), storage::aide_migrations().end());
  const int newest = static_cast<int>(all);
  more.push_back({newest + 1, "good", "CREATE TABLE good (x INTEGER)"});
  more.push_back({newest + 2, "bad", "CREATE TABLE half (x INTEGER); SELECT 1 / 0"});
  EXPECT_THAT(refusal(exit_code::database, {"aide", more, 28}),
              HasSubstr("_bad of the aide database failed and was rolled back: the database refused: "
                        "division by zero"));
  EXPECT_EQ(lines_of(s, "SELECT max(version) FROM schema_migrations"), std::to_string(newest + 1) + '\n');
  EXPECT_EQ(lines_of(s, "SELECT to_regclass('half') IS NULL"), "t\n");
}

TEST_F(Migrator, rehearses_without_a_trace) {
  EXPECT_EQ(migrate(migration_mode::dry_run).applied.size(), all);
  EXPECT_EQ(columns(s), "");
  EXPECT_EQ(migrate().applied.size(), all);
}

TEST_F(Migrator, lets_one_of_two_at_once_do_the_work) {
  auto other = database.open();
  std::size_t theirs = 0;
  std::thread second(
    [&] { theirs = storage::migrate(other, storage::aide_plan(), clock, migration_mode::apply).applied.size(); });
  const auto ours = migrate().applied.size();
  second.join();
  EXPECT_EQ(ours + theirs, all);
}

TEST_F(Migrator, keeps_the_audit_log_append_only) {
  migrate();
  s.exec("INSERT INTO audit_log (timestamp, tool_name) VALUES ('t', 'x')");
  for (const auto* sql : {"UPDATE audit_log SET tool_name = 'y'", "DELETE FROM audit_log", "TRUNCATE audit_log"})
    try {
      s.exec(sql);
      ADD_FAILURE() << sql;
    } catch (const base::failure_error& e) {
      EXPECT_EQ(e.get().code, base::errc::denied) << sql;
    }
  EXPECT_EQ(lines_of(s, "SELECT tool_name FROM audit_log"), "x\n");
}

TEST_F(Migrator, takes_over_a_brain_without_numbers) {
  s.exec_script(
    "CREATE EXTENSION vector; CREATE TABLE documents (document_id TEXT PRIMARY KEY, content TEXT NOT NULL, "
    "embedding vector(1536), metadata JSONB, created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(), "
    "updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()); INSERT INTO documents (document_id, content) VALUES ('d', 'c')");
  const auto report = storage::migrate(s, storage::brain_plan(), clock, migration_mode::apply);
  EXPECT_TRUE(report.adopted);
  EXPECT_THAT(report.applied, ::testing::ElementsAre("0002_ledger"));
  EXPECT_EQ(lines_of(s, "SELECT document_id || content FROM documents"), "dc\n");
  EXPECT_EQ(lines_of(s, "SELECT sha256 FROM schema_migrations WHERE version = 1"), "adopted\n");
}

TEST_F(Migrator, makes_a_brain) {
  EXPECT_EQ(storage::migrate(s, storage::brain_plan(), clock, migration_mode::apply).applied.size(), 2U);
  EXPECT_THAT(lines_of(s, "SELECT indexdef FROM pg_indexes WHERE indexname = 'documents_embedding_idx'"),
              HasSubstr("hnsw (embedding vector_cosine_ops)"));
  EXPECT_EQ(lines_of(s, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = 'embedding' AND "
                        "attrelid = 'documents'::regclass"),
            "vector(1536)\n");
}
