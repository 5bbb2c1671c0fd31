#include "storage/outbox.hpp"

#include "storage/binary_array.hpp"
#include "storage/rows.hpp"

#include <algorithm>

namespace storage::outbox {

namespace {

constexpr std::string_view table = "outbox";
using row = records::outbox_record;

/// The first waiting row of each lane, by jumps along the index.
constexpr std::string_view heads = R"(
WITH RECURSIVE head AS (
  (SELECT channel, lane, next_at FROM outbox WHERE state = 'waiting' ORDER BY channel, lane, seq LIMIT 1)
  UNION ALL
  SELECT n.* FROM head h CROSS JOIN LATERAL (
    SELECT channel, lane, next_at FROM outbox
    WHERE state = 'waiting' AND (channel, lane) > (h.channel, h.lane) ORDER BY channel, lane, seq LIMIT 1) n
))";

} // namespace

void add(session& s, const row& r) {
  s.exec("INSERT INTO outbox (id, channel, lane, owner_user_id, run_id, body, created_at, next_at) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (id) DO NOTHING",
         r.id, r.channel, r.lane, r.owner_user_id, r.run_id, r.body, r.created_at);
}

std::string lane_key(records::outbox_channel channel, const std::string& lane) {
  return std::string(base::enum_name(channel)) + ' ' + lane;
}

due load_due(session& s, const std::vector<std::string>& without, base::timestamp now, int lanes, int per_lane) {
  binary_array keys(binary_array::text);
  for (const auto& key : without)
    keys.add(key);
  due out;
  out.rows = read_rows<row>(s.exec_with(std::string(heads) + " SELECT " + columns_of<row>("o") + R"(
    FROM (SELECT * FROM head WHERE next_at <= $2 AND channel || ' ' || lane <> ALL($1::text[])
          ORDER BY next_at LIMIT $3) h
    CROSS JOIN LATERAL (SELECT * FROM outbox WHERE state = 'waiting' AND channel = h.channel AND lane = h.lane
                        ORDER BY seq LIMIT $4) o
    ORDER BY o.seq)",
                                        {keys.take(), to_parameter(now), to_parameter(lanes), to_parameter(per_lane)}));
  const auto next = s.exec(std::string(heads) + " SELECT min(next_at) FROM head WHERE next_at > $1", now);
  if (!next.empty() && next.text(0, 0))
    out.next_at = base::from_iso8601(*next.text(0, 0));
  return out;
}

void mark(session& s, const std::vector<records::outbox_mark>& marks) {
  binary_array seq(binary_array::bigint), state(binary_array::text), attempts(binary_array::integer),
    parts(binary_array::integer), next(binary_array::text), ended(binary_array::text), status(binary_array::integer),
    error(binary_array::text);
  for (const auto& m : marks) {
    seq.add(m.seq);
    state.add(base::enum_name(m.state));
    attempts.add(static_cast<std::int32_t>(m.attempts));
    parts.add(static_cast<std::int32_t>(m.parts_sent));
    next.add(base::to_iso8601(m.next_at));
    ended.add(m.ended_at ? std::optional(base::to_iso8601(*m.ended_at)) : std::nullopt);
    if (m.last_status)
      status.add(static_cast<std::int32_t>(*m.last_status));
    else
      status.add_null();
    error.add(m.last_error);
  }
  s.exec_with(
    "UPDATE outbox o SET state = m.state, attempts = m.attempts, parts_sent = m.parts_sent, "
    "next_at = m.next_at, ended_at = m.ended_at, last_status = m.last_status, last_error = m.last_error "
    "FROM unnest($1::int8[], $2::text[], $3::int4[], $4::int4[], $5::text[], $6::text[], $7::int4[], "
    "$8::text[]) AS m(seq, state, attempts, parts_sent, next_at, ended_at, last_status, last_error) "
    "WHERE o.seq = m.seq",
    {seq.take(), state.take(), attempts.take(), parts.take(), next.take(), ended.take(), status.take(), error.take()});
}

std::vector<row> list(session& s, records::outbox_channel channel, const std::string& lane, const records::page& page) {
  return select<row>(s, table, R"(
    WHERE channel = $1 AND lane = $2
      AND ($3::text IS NULL OR seq < (SELECT seq FROM outbox WHERE id = $3)) ORDER BY seq DESC LIMIT $4)",
                     channel, lane, page.before, page.limit);
}

std::vector<row> dead(session& s, const records::viewer& by, const records::page& page) {
  return select<row>(s, table, R"(
    WHERE state = 'dead' AND ($1 OR owner_user_id = $2)
      AND ($3::text IS NULL OR seq < (SELECT seq FROM outbox WHERE id = $3)) ORDER BY seq DESC LIMIT $4)",
                     by.sees_all(), by.user_id, page.before, page.limit);
}

bool send_again(session& s, const records::viewer& by, const std::string& id, base::timestamp now) {
  return s.exec("UPDATE outbox SET state = 'waiting', seq = nextval('outbox_seq_seq'), attempts = 0, next_at = $4, "
                "created_at = $4, ended_at = NULL WHERE id = $3 AND state = 'dead' AND ($1 OR owner_user_id = $2)",
                by.sees_all(), by.user_id, id, now)
           .affected()
         > 0;
}

void give_up(session& s, records::outbox_channel channel, const std::string& lane, const std::string& why,
             base::timestamp now) {
  s.exec("UPDATE outbox SET state = 'dead', ended_at = $4, last_error = $3 "
         "WHERE state = 'waiting' AND channel = $1 AND lane = $2",
         channel, lane, why, now);
}

std::int64_t forget(session& s, base::timestamp before) {
  return static_cast<std::int64_t>(
    s.exec("DELETE FROM outbox WHERE state <> 'waiting' AND ended_at < $1", before).affected());
}

} // namespace storage::outbox
