#include "storage/session.hpp"

#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/params>
#include <pqxx/prepared_statement>
#include <pqxx/result>
#include <pqxx/transaction>

#include <libpq-fe.h>

#include <cerrno>
#include <sys/socket.h>

#include <algorithm>

namespace storage {

namespace {

/// The server's first line without its level: details and contexts hold values, and values may be secrets.
std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  for (const std::string_view level : {"ERROR:", "FATAL:", "PANIC:"})
    if (const auto at = text.find(level); at != std::string_view::npos && at < 80) {
      text.remove_prefix(at + level.size());
      break;
    }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::string(text);
}

base::errc code_of(std::string_view state) {
  using base::errc;
  if (state == "23505" || state == "40001" || state == "40P01" || state == "23P01")
    return errc::conflict;
  if (state == "23503")
    return errc::not_found;
  if (state == "57014" || state == "55P03")
    return errc::timeout;
  if (state.starts_with("08") || state.starts_with("57P") || state == "25006")
    return errc::unavailable;
  if (state.starts_with("22") || state.starts_with("23"))
    return errc::invalid;
  if (state.starts_with("53") || state.starts_with("54"))
    return errc::overloaded;
  if (state == "42501")
    return errc::denied;
  return errc::internal;
}

/// Runs f; what pqxx throws becomes failure_error.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const pqxx::broken_connection& e) {
    throw base::failure_error(base::errc::unavailable, "the database cannot be reached: " + first_line(e.what()));
  } catch (const pqxx::in_doubt_error&) {
    throw base::failure_error(base::errc::unavailable, "the database was lost during a commit; its outcome is unknown");
  } catch (const pqxx::insufficient_privilege& e) { // comes without its state
    throw base::failure_error(base::errc::denied, "the database refused: " + first_line(e.what()));
  } catch (const pqxx::sql_error& e) {
    throw base::failure_error(code_of(e.sqlstate()), "the database refused: " + first_line(e.what()));
  } catch (const pqxx::failure& e) {
    throw base::failure_error(base::errc::unavailable, "the database failed: " + first_line(e.what()));
  } catch (const base::failure_error&) {
    throw;
  } catch (const std::exception& e) {
    throw base::failure_error(base::errc::internal, "database: " + first_line(e.what()));
  }
}

pqxx::params to_pqxx(std::vector<parameter>&& values) {
  pqxx::params out;
  out.reserve(values.size());
  for (auto& value : values) {
    if (auto* text = std::get_if<std::string>(&value)) {
      // libpq ends text at the first NUL, which would store something else than was given.
      if (text->find('\0') != std::string::npos)
        throw base::failure_error(base::errc::invalid, "text for the database must not hold a NUL character");
      out.append(std::move(*text));
    } else if (auto* bytes = std::get_if<binary>(&value)) {
      const auto* begin = reinterpret_cast<const std::byte*>(bytes->bytes.data());
      out.append(pqxx::bytes_view(begin, bytes->bytes.size())); // `values` outlives the statement
    } else {
      out.append();
    }
  }
  return out;
}

/// The parts of a URL or `key=value …` text.
std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parse(const base::secret& conninfo) {
  const std::string text(conninfo.reveal());
  char* error = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> out(PQconninfoParse(text.c_str(), &error),
                                                                   &PQconninfoFree);
  PQfreemem(error); // may quote the password
  if (!out)
    throw base::failure_error(base::errc::invalid, "this is not a database URL");
  return out;
}

} // namespace

struct result_set::impl {
  pqxx::result result;
};

result_set::result_set() = default;

std::size_t result_set::size() const noexcept { return impl_ ? static_cast<std::size_t>(impl_->result.size()) : 0; }

std::int64_t result_set::affected() const {
  return impl_ ? static_cast<std::int64_t>(impl_->result.affected_rows()) : 0;
}

std::optional<int> result_set::column(std::string_view name) const {
  if (!impl_)
    return std::nullopt;
  for (int i = 0; i < impl_->result.columns(); ++i)
    if (name == impl_->result.column_name(i))
      return i;
  return std::nullopt;
}

std::optional<std::string_view> result_set::text(std::size_t row, int column) const {
  const auto field = impl_->result[static_cast<pqxx::result::size_type>(row)][column];
  if (field.is_null())
    return std::nullopt;
  return field.view();
}

struct session::impl {
  explicit impl(const std::vector<std::pair<std::string, std::string>>& options) : connection(options) {}
  pqxx::connection connection;
  std::unique_ptr<pqxx::work> work;

  template <class Statement>
  pqxx::result run(const Statement& statement, std::vector<parameter>& values) {
    if (work)
      return work->exec(statement, to_pqxx(std::move(values)));
    pqxx::nontransaction alone(connection);
    return alone.exec(statement, to_pqxx(std::move(values)));
  }
};

session::session(const base::secret& conninfo, const session_options& options) {
  guarded([&] {
    std::vector<std::pair<std::string, std::string>> pairs{
      {"connect_timeout", std::to_string(options.connect_timeout.count())}};
    const auto given = parse(conninfo);
    for (const auto* o = given.get(); o->keyword != nullptr; ++o)
      if (o->val != nullptr)
        pairs.emplace_back(o->keyword, o->val); // of two with one name the last holds
    pairs.emplace_back("application_name", options.application_name);
    pairs.emplace_back("client_encoding", "UTF8");
    impl_ = std::make_unique<impl>(pairs);
    pqxx::nontransaction setup(impl_->connection);
    setup.exec("SET statement_timeout = " + std::to_string(options.statement_timeout.count())
               + "; SET timezone = 'UTC'; SET standard_conforming_strings = on; SET client_min_messages = warning; "
                 "SET idle_in_transaction_session_timeout = '60s'");
  });
}

session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

bool session::is_open() const noexcept { return impl_ && impl_->connection.is_open(); }

bool session::was_closed() const noexcept {
  // Between two statements the server is silent: its end, or its last words before it, are all that can be there.
  char byte = 0;
  const auto n = ::recv(impl_->connection.sock(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

result_set session::exec_with(std::string_view sql, std::vector<parameter> parameters) {
  return guarded([&] {
    auto out = std::make_shared<result_set::impl>();
    out->result = impl_->run(pqxx::zview(std::string(sql)), parameters);
    result_set set;
    set.impl_ = std::move(out);
    return set;
  });
}

void session::exec_script(std::string_view sql) {
  guarded([&] {
    const std::string text(sql);
    if (impl_->work) {
      impl_->work->exec(text);
    } else {
      pqxx::nontransaction alone(impl_->connection);
      alone.exec(text);
    }
  });
}

void session::prepare(const std::string& name, std::string_view sql) {
  guarded([&] { impl_->connection.prepare(name, std::string(sql)); });
}

result_set session::exec_prepared(const std::string& name, std::vector<parameter> parameters) {
  return guarded([&] {
    auto out = std::make_shared<result_set::impl>();
    out->result = impl_->run(pqxx::prepped(name), parameters);
    result_set set;
    set.impl_ = std::move(out);
    return set;
  });
}

void session::cancel() {
  guarded([&] { impl_->connection.cancel_query(); });
}

std::vector<std::pair<std::string, std::string>> libpq_environment(const base::secret& conninfo) {
  const auto options = parse(conninfo);
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto* o = options.get(); o->keyword != nullptr; ++o)
    if (o->val != nullptr && o->envvar != nullptr)
      out.emplace_back(o->envvar, o->val);
  return out;
}

transaction::transaction(session& s) : session_(s) {
  guarded([&] {
    if (s.impl_->work)
      throw base::failure_error(base::errc::internal, "a transaction is open already");
    s.impl_->work = std::make_unique<pqxx::work>(s.impl_->connection);
  });
}

transaction::~transaction() {
  if (!done_)
    session_.impl_->work.reset(); // rolls back
}

void transaction::commit() {
  guarded([&] {
    session_.impl_->work->commit();
    done_ = true;
    session_.impl_->work.reset();
  });
}

} // namespace storage
