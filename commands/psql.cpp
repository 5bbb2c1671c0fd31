#include "commands/psql.hpp"

#include "storage/open_databases.hpp"
#include "storage/session.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace commands {

int psql(const config::start_settings& settings, which_database which, const std::vector<std::string>& arguments) {
  const auto databases = storage::join_databases(settings, *base::system_clock());
  const auto& conninfo = which == which_database::aide ? databases.aide : databases.brain;
  auto words = arguments;
  words.insert(words.begin(), "psql");
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto variables = storage::libpq_environment(conninfo);
  ::signal(SIGINT, SIG_IGN); // psql's own affair
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGINT, SIG_DFL);
    for (const auto& [name, value] : variables)
      ::setenv(name.c_str(), value.c_str(), 1);
    ::execvp("psql", argv.data());
    ::_exit(127);
  }
  int status = 0;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid)
    return 1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    std::cerr << "oai-web: psql cannot be run: apt-get install postgresql-client\n";
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace commands
