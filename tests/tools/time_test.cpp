#include "tests/tools/tool_fixture.hpp"

#include <cstdlib>

namespace {

class TimeTool : public tests::tool_test {
protected:
  const std::shared_ptr<const tools::tool_set> all_ = tools::all_tools();
  const tools::tool& tool_ = *all_->find("time");
  boost::json::object told(std::string_view at, const char* arguments) {
    clock.at = base::from_iso8601(at).value();
    const auto out = call(tool_, arguments);
    EXPECT_TRUE(out.success) << out.error;
    return out.data.is_object() ? out.data.as_object() : boost::json::object{};
  }
};

TEST_F(TimeTool, tells_utc_unless_asked_otherwise) {
  const auto now = told("2026-01-02T03:04:05.678Z", "{}");
  EXPECT_EQ(now.at("time"), "2026-01-02T03:04:05.678+00:00");
  EXPECT_EQ(now.at("utc"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(now.at("weekday"), "Friday");
  EXPECT_EQ(now.at("zone"), "UTC");
}

TEST_F(TimeTool, knows_zones_and_daylight_saving) {
  const auto winter = told("2026-01-02T23:30:00Z", R"({"zone":"Europe/Berlin"})");
  EXPECT_EQ(winter.at("time"), "2026-01-03T00:30:00.000+01:00");
  EXPECT_EQ(winter.at("weekday"), "Saturday") << "the day is the zone's, not that of UTC";
  EXPECT_EQ(winter.at("abbreviation"), "CET");
  EXPECT_EQ(told("2026-03-29T00:59:59Z", R"({"zone":"Europe/Berlin"})").at("time"), "2026-03-29T01:59:59.000+01:00");
  EXPECT_EQ(told("2026-03-29T01:00:00Z", R"({"zone":"Europe/Berlin"})").at("time"), "2026-03-29T03:00:00.000+02:00");
  EXPECT_EQ(told("2026-07-01T00:00:00Z", R"({"zone":"America/St_Johns"})").at("time"), "2026-06-30T21:30:00.000-02:30");
  EXPECT_EQ(told("2026-07-01T00:00:00Z", R"({"zone":"Asia/Kolkata"})").at("time"), "2026-07-01T05:30:00.000+05:30");
}

TEST_F(TimeTool, names_the_field_of_a_wrong_zone) {
  for (const auto* zone : {"Europe/Berlinn", "../../etc/passwd", "/etc/localtime", "europe/berlin"}) {
    const auto out = call(tool_, boost::json::object{{"zone", zone}});
    EXPECT_FALSE(out.success);
    EXPECT_TRUE(out.error.starts_with("zone: ")) << out.error;
  }
  EXPECT_EQ(call(tool_, R"({"zone":""})").error, "these arguments do not fit: zone: must not be empty");
  EXPECT_EQ(call(tool_, R"({"tz":"UTC"})").error, "these arguments do not fit: tz: is not known here");
}

} // namespace
