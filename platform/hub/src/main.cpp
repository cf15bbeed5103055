#include "hub_program.hpp"

int main(int count, char** arguments) { return cotmoc::hub::run_program(count, arguments); }
