#include "storage/schema_comparison.hpp"

#include "storage/session.hpp"

#include <map>
#include <utility>

namespace storage {

namespace {

struct column {
  std::string type;
  bool not_null = false;
  std::string default_value;
};

using schema = std::map<std::string, std::map<std::string, column>>; // table → column

/// Every column of the ordinary tables of a schema.
schema read_schema(session& s, std::string_view name) {
  const auto rows = s.exec(R"(
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           COALESCE(pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p'))",
                           name);
  schema out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out[std::string(*rows.text(i, 0))][std::string(*rows.text(i, 1))]
      = {std::string(*rows.text(i, 2)), *rows.text(i, 3) == "t", std::string(*rows.text(i, 4))};
  return out;
}

/// What the migrations give, made in a schema of its own that is rolled back.
schema expected_schema(session& s, const migration_plan& plan) {
  transaction never_committed(s);
  s.exec_script("CREATE SCHEMA oai_web_expected; SET LOCAL search_path = oai_web_expected, public");
  for (const auto& m : plan.migrations) {
    if (m.number > plan.adopted_until)
      break;
    std::string sql(m.sql);
    for (auto at = sql.find(":'now'"); at != std::string::npos; at = sql.find(":'now'", at))
      sql.replace(at, 6, "''");
    s.exec_script(sql);
  }
  return read_schema(s, "oai_web_expected");
}

/// The name of a sequence differs with its schema; its being there is what counts.
std::string plain_default(std::string text) { return text.starts_with("nextval(") ? "nextval" : text; }

void compare(const std::string& place, const column& want, const column& have, schema_differences& out) {
  if (want.type != have.type)
    out.fatal.push_back(place + " is " + have.type + " instead of " + want.type);
  else if (have.not_null && !want.not_null && have.default_value.empty())
    out.fatal.push_back(place + " does not take NULL");
  else if (want.default_value.starts_with("nextval(") && !have.default_value.starts_with("nextval("))
    out.fatal.push_back(place + " has no sequence");
  else if (want.not_null != have.not_null)
    out.harmless.push_back(place + (have.not_null ? " does not take NULL" : " takes NULL"));
  else if (plain_default(want.default_value) != plain_default(have.default_value))
    out.harmless.push_back(place + " has the default " + (have.default_value.empty() ? "NULL" : have.default_value)
                           + " instead of " + (want.default_value.empty() ? "NULL" : want.default_value));
}

} // namespace

schema_differences differences_from(session& s, const migration_plan& plan) {
  const auto own = s.exec("SELECT current_schema()");
  const auto have = read_schema(s, *own.text(0, 0));
  const auto want = expected_schema(s, plan);
  schema_differences out;
  for (const auto& [table, columns] : want) {
    const auto there = have.find(table);
    if (there == have.end()) {
      if (table != "schema_version")
        out.fatal.push_back("the table " + table + " is missing");
      continue;
    }
    for (const auto& [name, wanted] : columns) {
      const auto place = table + '.' + name;
      if (const auto c = there->second.find(name); c == there->second.end())
        out.fatal.push_back(place + " is missing");
      else
        compare(place, wanted, c->second, out);
    }
    for (const auto& [name, extra] : there->second)
      if (!columns.contains(name)) {
        if (extra.not_null && extra.default_value.empty())
          out.fatal.push_back(table + '.' + name + " is unknown and must have a value");
        else
          out.harmless.push_back(table + '.' + name + " is unknown");
      }
  }
  for (const auto& [table, columns] : have)
    if (!want.contains(table))
      out.harmless.push_back("the table " + table + " is unknown");
  return out;
}

} // namespace storage
