// Commands of the plan that are not in this version. They say so, rather than "unknown command".
#include "program.hpp"

namespace cotmoc::cli {

void add_later_command(CLI::App& parent, Program& program, const std::string& name) {
    CLI::App* command = parent.add_subcommand(name)->group("");
    command->allow_extras();  // whatever follows
    command->fallthrough(false);
    command->set_help_flag();
    command->callback([&program, name] {
        program.run = [name]() -> Outcome { return fail(ErrorCode::not_available_yet, name); };
    });
}

void add_later_commands(Program& program) {
    for (const char* name : {"serve"}) {
        add_later_command(program.app, program, name);
    }
}

}  // namespace cotmoc::cli
