#include "program.hpp"

int main(int count, char** arguments) { return cotmoc::cli::run_program(count, arguments); }
