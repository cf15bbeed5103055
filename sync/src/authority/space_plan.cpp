#include <cotmoc/core/planned_space.hpp>
#include <cotmoc/sync/authority.hpp>

namespace cotmoc::sync {

Result<std::vector<SpacePlan>> parse_spaces(std::string_view json) {
    COTMOC_ASSIGN(const std::vector<core::PlannedSpace> planned, core::parse_planned_spaces(json));
    std::vector<SpacePlan> plans;
    for (const core::PlannedSpace& space : planned) {
        SpacePlan plan{space.name, space.label, {}};
        for (const std::string& writer : space.writers) {
            const auto role = crypto::parse_role(writer);
            if (!role || !crypto::is_data_role(*role)) {
                return fail(ErrorCode::bad_fleet, space.name + ": writers: " + writer);
            }
            plan.writers.push_back(*role);
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

}  // namespace cotmoc::sync
