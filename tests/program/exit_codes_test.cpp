#include "storage/migrator.hpp"
#include "tests/program/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Each exit code of `serve` with its sentence, and the data directory as it was.
namespace {

struct ExitCodes : ::testing::Test {
  tests::temporary_folder folder;
  fs::path data = folder.path() / "data";

  tests::ended_program run(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
    return tests::running_program(folder.path(), std::move(arguments), environment).wait();
  }

  tests::ended_program serve(const std::vector<std::string>& environment = {}) {
    return run({"serve", "--data-dir", data.string(), "--port", "0"}, environment);
  }

  /// A data directory as a first start leaves it.
  void make_data() {
    const auto made = run({"migrate", "--data-dir", data.string()});
    ASSERT_EQ(made.code, 0) << made.output;
  }
};

} // namespace

TEST_F(ExitCodes, configuration_is_2) {
  fs::create_directory(data);
  std::ofstream(data / "config.toml") << "port = 1\nprot = 2\n";
  const auto before = tests::picture_of(data);
  const auto out = serve();
  EXPECT_EQ(out.code, 2);
  EXPECT_EQ(out.sentence(), (data / "config.toml").string()
                              + " line 2: prot is not a setting: the known ones are listed by oai-web config");
  EXPECT_EQ(tests::picture_of(data), before);
  EXPECT_EQ(run({"serve", "--no-such-option"}).code, 2);
  EXPECT_EQ(run({}).code, 2);
}

TEST_F(ExitCodes, an_unreachable_database_is_3) {
  const auto out = serve({"AIDE_DB_URL=postgresql://127.0.0.1:1/aide", "BRAIN_DB_URL=postgresql://127.0.0.1:1/brain"});
  EXPECT_EQ(out.code, 3);
  EXPECT_THAT(out.sentence(), StartsWith("the aide database: the database cannot be reached: "));
  EXPECT_THAT(out.sentence(), ::testing::EndsWith(": check AIDE_DB_URL"));
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(ExitCodes, a_wrong_master_password_is_4) {
  make_data();
  const auto before = tests::picture_of(data);
  auto out = serve({"DB_MASTER_PASSWORD=wrong"});
  EXPECT_EQ(out.code, 4);
  EXPECT_EQ(out.sentence(), "DB_MASTER_PASSWORD is not the one that this database was made with: set the right one");
  EXPECT_EQ(tests::picture_of(data), before);
  fs::rename(data / "secret/master_password", folder.path() / "kept");
  out = serve();
  EXPECT_EQ(out.code, 4);
  EXPECT_EQ(out.sentence(), "the master password is missing: set DB_MASTER_PASSWORD, or put "
                              + (data / "secret/master_password").string() + " back from a backup");
  fs::rename(folder.path() / "kept", data / "secret/master_password");
  EXPECT_EQ(tests::picture_of(data), before);
}

TEST_F(ExitCodes, a_newer_schema_is_5) {
  make_data();
  ASSERT_EQ(
    run({"psql", "--data-dir", data.string(), "--", "-qc", "INSERT INTO schema_migrations VALUES (57, 'x', 'x', 'x')"})
      .code,
    0);
  const auto before = tests::picture_of(data);
  const auto out = serve();
  EXPECT_EQ(out.code, 5);
  EXPECT_EQ(out.sentence(), "the aide database is at schema 57, newer than this program knows ("
                              + std::to_string(storage::aide_migrations().back().number)
                              + "): install a newer oai-web, or restore a backup made by this version");
  EXPECT_EQ(tests::picture_of(data), before);
}

TEST_F(ExitCodes, a_port_in_use_is_6) {
  make_data();
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const auto port = std::to_string(ntohs(address.sin_port));
  const auto before = tests::picture_of(data);
  const auto out = run({"serve", "--data-dir", data.string(), "--port", port});
  EXPECT_EQ(out.code, 6) << out.output;
  EXPECT_THAT(out.sentence(), HasSubstr(port));
  EXPECT_EQ(tests::picture_of(data), before);
  ::close(listener);
}

TEST_F(ExitCodes, a_data_directory_that_cannot_be_is_7) {
  std::ofstream(folder.path() / "file") << "x";
  const auto out = run({"serve", "--data-dir", (folder.path() / "file/data").string(), "--port", "0"});
  EXPECT_EQ(out.code, 7);
  EXPECT_THAT(out.sentence(), StartsWith("the data directory cannot be used: " + (folder.path() / "file").string()));
}

TEST_F(ExitCodes, a_second_server_on_a_data_directory_is_7) {
  tests::running_program first(folder.path(), {"serve", "--data-dir", data.string(), "--port", "0"});
  ASSERT_TRUE(first.says("listening on http://127.0.0.1:")) << first.output();
  const auto out = serve();
  EXPECT_EQ(out.code, 7);
  EXPECT_EQ(out.sentence(), "another oai-web runs with the data directory " + data.string()
                              + ": stop it, or choose another with --data-dir");
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait(std::chrono::seconds(10)).code, 0) << first.output();
}

TEST_F(ExitCodes, commands_work_beside_a_server_and_alone) {
  {
    tests::running_program server(folder.path(), {"serve", "--data-dir", data.string(), "--port", "0"});
    ASSERT_TRUE(server.says("listening on http://127.0.0.1:")) << server.output();
    const auto out = run({"psql", "--data-dir", data.string(), "--", "-Atc", "SELECT current_database()"});
    EXPECT_EQ(out.code, 0) << out.output;
    EXPECT_THAT(out.output, HasSubstr("aide"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(std::chrono::seconds(10)).code, 0);
  }
  const auto brain = run({"psql", "--brain", "--data-dir", data.string(), "--", "-Atc", "SELECT current_database()"});
  EXPECT_THAT(brain.output, HasSubstr("brain"));
  EXPECT_EQ(run({"psql", "--data-dir", data.string(), "--", "-c", "SELEC"}).code, 1);
  const auto nobody = run({"user", "reset-password", "nobody", "--data-dir", data.string()});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_EQ(nobody.sentence(), "there is no user nobody");
  EXPECT_THAT(run({"migrate", "--dry-run", "--data-dir", data.string()}).output, HasSubstr("nothing to do"));
  const auto version = run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.output, ::testing::ContainsRegex("^[0-9]+\\.[0-9]+"));
}

TEST_F(ExitCodes, config_shows_sources_and_no_secret) {
  const auto out = run({"config", "--data-dir", data.string()}, {"DB_MASTER_PASSWORD=hunter22", "OAI_WEB_PORT=81"});
  EXPECT_EQ(out.code, 0);
  EXPECT_THAT(out.output, HasSubstr("port = 81  (environment OAI_WEB_PORT)"));
  EXPECT_THAT(out.output, HasSubstr("master_password = ***  (environment DB_MASTER_PASSWORD)"));
  EXPECT_THAT(out.output, HasSubstr("data_dir = " + data.string() + "  (command line)"));
  EXPECT_THAT(out.output, HasSubstr("host = 127.0.0.1  (default)"));
  EXPECT_THAT(out.output, ::testing::Not(HasSubstr("hunter22")));
  EXPECT_FALSE(fs::exists(data));
}
