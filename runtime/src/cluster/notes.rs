//! What is noted on a Deployment when it is applied: the plan and the commit that it came from, and the builds of its images.
//!
//! Pure. Notes stand on the Deployment alone, never on its pods, so no commit restarts anything; and no difference is made of
//! them, so an environment keeps those of the apply that last changed it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::diff::NOTES;
use crate::saved::Plan;

/// By the address of the action that applies.
pub fn of(plan: &Plan) -> BTreeMap<String, Vec<(&'static str, String)>> {
    let [of_plan, of_commit, of_builds] = NOTES;
    let builds: BTreeMap<String, &str> = plan
        .builds()
        .flat_map(|(_, build)| [(build.destination.clone(), build.id.as_str()), (build.image(), build.id.as_str())])
        .collect();
    let deployments = plan.applies().filter(|(_, apply)| apply.object["kind"] == "Deployment");
    deployments
        .map(|(action, apply)| {
            let mut notes = vec![(of_plan, plan.hash.clone()), (of_builds, builds_of(&apply.object, &builds))];
            if !plan.package.commit.is_empty() {
                notes.push((of_commit, plan.package.commit.to_string()));
            }
            (action.address.clone(), notes)
        })
        .collect()
}

/// `env=b-4kq9… init=b-…`: build IDs of those containers whose images the plan builds.
fn builds_of(deployment: &Value, builds: &BTreeMap<String, &str>) -> String {
    let lists = ["/spec/template/spec/initContainers", "/spec/template/spec/containers"];
    let containers = lists.iter().filter_map(|list| deployment.pointer(list)?.as_array()).flatten();
    let known = containers.filter_map(|container| {
        let id = builds.get(container["image"].as_str()?)?;
        Some(format!("{}={id}", container["name"].as_str()?))
    });
    known.collect::<Vec<_>>().join(" ")
}
