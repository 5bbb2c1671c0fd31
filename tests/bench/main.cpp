#include "tests/bench/actors_bench.hpp"
#include "tests/bench/journal_bench.hpp"
#include "tests/support/postgres.hpp"

#include <iostream>
#include <string_view>

/// Figures that are taken inside one process: `oai-web-bench [actors|journal]`.
int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "actors";
  if (what == "actors") {
    bench::actor_figures(std::cout);
  } else if (what == "journal") {
    const tests::test_database database;
    bench::journal_figures(database.conninfo(), std::cout);
  } else {
    std::cerr << "oai-web-bench [actors|journal]\n";
    return 2;
  }
  return 0;
}
