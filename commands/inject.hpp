#pragma once

#include "base/secret.hpp"

#include <string>

namespace commands {

struct inject_options {
  std::string file; ///< the script; `-` = standard input
  std::string url = "http://127.0.0.1:8080";
  base::secret key; ///< API key of an admin with the scope engine
  bool dry_run = false;
};

/// Runs a script on a server and prints the server's line for each of the script's as it comes; with dry_run checks it
/// without a server. Answers 0: all held; 1: an expectation failed or a message was refused; 2: the script is wrong, or the
/// server cannot be reached or does not take it. What is wrong goes to standard error.
int inject(const inject_options& options);

} // namespace commands
