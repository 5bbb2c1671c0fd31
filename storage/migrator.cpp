#include "storage/migrator.hpp"

#include "config/start_failure.hpp"
#include "security/crypto.hpp"
#include "storage/schema_comparison.hpp"
#include "storage/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

namespace storage {

namespace {

using config::exit_code;
using config::start_failure;

constexpr std::string_view adopted_mark = "adopted";
constexpr std::string_view our_comment = "made by oai-web";
/// Any fixed number: the advisory lock that lets one migrator work at a time.
constexpr std::int64_t migrator_lock = 0x6f61692d6d696772; // "oai-migr"

/// What a database says about itself.
struct state {
  int version = 0;        ///< the highest number; 0 = empty
  bool ledger = false;    ///< schema_migrations is there
  bool ours = false;      ///< schema_version was made by us
  bool versioned = false; ///< schema_version is there
  struct entry {
    std::string name;
    std::string sha256;
  };
  std::map<int, entry> entries;
};

bool table_exists(session& s, std::string_view name) {
  return s.exec("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1", name).size() == 1;
}

int number_in(const result_set& answer) {
  const auto text = answer.text(0, 0);
  return text ? std::stoi(std::string(*text)) : 0;
}

state read_state(session& s, const migration_plan& plan) {
  state out;
  out.versioned = table_exists(s, "schema_version");
  out.ledger = table_exists(s, "schema_migrations");
  if (out.versioned) {
    out.version = number_in(s.exec("SELECT max(version) FROM schema_version"));
    out.ours
      = s.exec("SELECT 1 WHERE obj_description('schema_version'::regclass, 'pg_class') = $1", our_comment).size() == 1;
  } else if (plan.database == "brain" && table_exists(s, "documents")) {
    out.version = plan.adopted_until; // older programs did not number this database
  }
  if (out.ledger) {
    const auto rows = s.exec("SELECT version, name, sha256 FROM schema_migrations ORDER BY version");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int version = std::stoi(std::string(*rows.text(i, 0)));
      out.entries[version] = {std::string(*rows.text(i, 1)), std::string(*rows.text(i, 2))};
      out.version = std::max(out.version, version);
    }
  }
  return out;
}

std::string the_database(const migration_plan& plan) { return "the " + std::string(plan.database) + " database"; }

int newest(const migration_plan& plan) { return plan.migrations.empty() ? 0 : plan.migrations.back().number; }

std::string label(const embedded_migration& m) {
  auto digits = std::to_string(m.number);
  return std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits + '_' + std::string(m.name);
}

/// Throws when this program must not touch the database.
void refuse_what_is_not_ours(session& s, const migration_plan& plan, const state& now) {
  if (now.ledger) {
    for (const auto& [version, entry] : now.entries) {
      if (version > newest(plan))
        throw start_failure(exit_code::schema_newer,
                            the_database(plan) + " is at schema " + std::to_string(now.version)
                              + ", newer than this program knows (" + std::to_string(newest(plan))
                              + "): install a newer oai-web, or restore a backup made by this version");
      const auto known = std::ranges::find(plan.migrations, version, &embedded_migration::number);
      if (known == plan.migrations.end() || known->name != entry.name)
        throw start_failure(exit_code::database, the_database(plan) + " has the migration " + std::to_string(version)
                                                   + " \"" + entry.name
                                                   + "\", which this program does not know: use the "
                                                     "version of oai-web that made it");
      if (entry.sha256 != adopted_mark && entry.sha256 != security::sha256_hex(known->sql))
        throw start_failure(exit_code::database, "the migration " + label(*known) + " was edited after "
                                                   + the_database(plan)
                                                   + " had got it: undo the edit, changes belong in a new migration");
    }
    return;
  }
  if (now.version > plan.adopted_until)
    throw start_failure(
      now.ours ? exit_code::schema_newer : exit_code::database,
      the_database(plan) + " is at schema " + std::to_string(now.version)
        + " without the table schema_migrations: it was made by another program, and only databases at "
          "schema "
        + std::to_string(plan.adopted_until) + " can be taken over");
  if (!now.ours && now.versioned && now.version > 0 && now.version < plan.adopted_until)
    throw start_failure(exit_code::database, the_database(plan) + " is at schema " + std::to_string(now.version)
                                               + " of another program: bring it to schema "
                                               + std::to_string(plan.adopted_until) + " with that program first");
  if (now.version == plan.adopted_until && !now.ours) {
    const auto differences = differences_from(s, plan);
    for (const auto& note : differences.harmless)
      spdlog::warn("taken_over_difference database={} {}", plan.database, note);
    if (!differences.fatal.empty()) {
      std::string list;
      for (const auto& d : differences.fatal)
        list += (list.empty() ? "" : "; ") + d;
      throw start_failure(exit_code::database, the_database(plan) + " says schema " + std::to_string(now.version)
                                                 + " but differs from it: " + list
                                                 + ". Mend that with the program that made it");
    }
  }
}

std::string with_time(std::string_view sql, const std::string& now) {
  constexpr std::string_view mark = ":'now'";
  std::string out(sql);
  for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark, at))
    out.replace(at, mark.size(), "'" + now + "'");
  return out;
}

/// Applies one migration inside the open transaction and enters it.
void apply(session& s, const migration_plan& plan, const embedded_migration& m, const std::string& now, bool adopted) {
  if (!(adopted && m.number <= plan.adopted_until))
    s.exec_script(with_time(m.sql, now));
  s.exec("INSERT INTO schema_version (version) VALUES ($1) ON CONFLICT DO NOTHING", m.number);
  if (!table_exists(s, "schema_migrations"))
    return;
  for (const auto& each : plan.migrations) {
    if (each.number > m.number)
      break;
    const bool theirs = adopted && each.number <= plan.adopted_until;
    s.exec("INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4) "
           "ON CONFLICT DO NOTHING",
           each.number, each.name, theirs ? std::string(adopted_mark) : security::sha256_hex(each.sql), now);
  }
}

struct lock_holder {
  session& s;
  explicit lock_holder(session& connection) : s(connection) {
    s.exec("SET statement_timeout = 0");
    s.exec("SET lock_timeout = '60s'"); // another program that migrates right now
    s.exec("SELECT pg_advisory_lock($1)", migrator_lock);
    s.exec("SET lock_timeout = 0");
  }
  ~lock_holder() {
    try {
      s.exec("SELECT pg_advisory_unlock($1)", migrator_lock);
    } catch (const base::failure_error&) { // a broken connection has no lock any more
    }
  }
};

} // namespace

migration_plan aide_plan() { return {"aide", aide_migrations(), 28}; }
migration_plan brain_plan() { return {"brain", brain_migrations(), 1}; }

migration_report migrate(session& s, const migration_plan& plan, const base::clock& clock, migration_mode mode) {
  const lock_holder lock(s);
  const auto before = read_state(s, plan);
  refuse_what_is_not_ours(s, plan, before);
  migration_report report;
  report.adopted = !before.ledger && before.version > 0 && !before.ours;
  const auto now = base::to_iso8601(clock.now());
  std::optional<transaction> all;
  if (mode == migration_mode::dry_run)
    all.emplace(s); // rolled back
  if (report.adopted && !before.versioned) {
    std::optional<transaction> own;
    if (!all)
      own.emplace(s);
    s.exec("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)");
    s.exec("INSERT INTO schema_version SELECT generate_series(1, $1::int)", plan.adopted_until);
    if (own)
      own->commit();
  }
  for (const auto& m : plan.migrations) {
    if (m.number <= before.version)
      continue;
    try {
      std::optional<transaction> own;
      if (!all)
        own.emplace(s);
      apply(s, plan, m, now, report.adopted);
      if (own)
        own->commit();
    } catch (const base::failure_error& e) {
      throw start_failure(exit_code::database, "the migration " + label(m) + " of " + the_database(plan)
                                                 + " failed and was rolled back: " + e.what());
    }
    report.applied.push_back(label(m));
  }
  return report;
}

bool is_current(session& s, const migration_plan& plan) {
  const auto now = read_state(s, plan);
  refuse_what_is_not_ours(s, plan, now);
  return now.ledger && now.version == newest(plan);
}

void check_migrations(session& s, const migration_plan& plan) {
  const auto now = read_state(s, plan);
  refuse_what_is_not_ours(s, plan, now);
  if (!now.ledger || now.version < newest(plan))
    throw start_failure(exit_code::database, the_database(plan) + " is at schema " + std::to_string(now.version)
                                               + ", this program needs " + std::to_string(newest(plan))
                                               + ": start the server once, or run oai-web migrate");
}

} // namespace storage
