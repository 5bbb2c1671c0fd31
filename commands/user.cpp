#include "commands/user.hpp"

#include "security/passwords.hpp"
#include "storage/open_databases.hpp"
#include "storage/session.hpp"
#include "storage/users.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace commands {

namespace {

constexpr std::size_t shortest = 10; // product.md, chapter 2
constexpr std::size_t longest = 1'024;

/// One line of standard input; nothing is shown when it is a terminal.
base::secret read_hidden(const std::string& question) {
  termios before{};
  const bool terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    std::cerr << question;
    auto hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
  }
  return base::secret(std::move(line));
}

} // namespace

int reset_password(const config::start_settings& settings, const std::string& username) {
  const auto databases = storage::join_databases(settings, *base::system_clock());
  storage::session s(databases.aide);
  const auto user = storage::users::find_by_name(s, username);
  if (!user) {
    std::cerr << "oai-web: there is no user " << username << '\n';
    return 1;
  }
  const auto password = read_hidden("New password for " + username + ": ");
  if (password.reveal().size() < shortest || password.reveal().size() > longest) {
    std::cerr << "oai-web: a password has " << shortest << " to " << longest << " bytes\n";
    return 1;
  }
  records::user_change change;
  change.password_hash = security::hash_password(password);
  storage::users::change(s, user->id, change, base::system_clock()->now());
  std::cout << "the password of " << username << " is changed, and all sessions are ended\n";
  return 0;
}

} // namespace commands
