//! Saved plans, read back and refused.

use serde_json::json;

use super::*;

fn document() -> Value {
    json!({
        "version": 1, "package": { "url": "u", "commit": "c", "path": "" }, "lock": null,
        "actions": [{
            "address": "environment.e/ready", "kind": "wait", "change": "unknown", "needs": [],
            "reason": { "kind": "follows", "message": "follows the deployment", "because": [] },
            "wait": { "kind": "Deployment", "namespace": "dev", "name": "e", "provider": "podman" },
        }],
        "diagnostics": [],
    })
}

fn saved(mut document: Value) -> String {
    document["hash"] = Value::String(hash(document.clone()));
    document.to_string()
}

#[test]
fn a_saved_plan_is_read_back() {
    let plan = Plan::parse(&saved(document()), "plan.json").unwrap();
    let Step::Wait(wait) = &plan.actions[0].step else { panic!("{plan:?}") };
    assert_eq!((wait.object.name.as_str(), wait.provider), ("e", Provider::Podman));
}

#[test]
fn what_is_no_plan_is_refused() {
    let refused = |text: &str| Plan::parse(text, "plan.json").unwrap_err().message;
    assert_eq!(refused("{}"), "`plan.json` is no plan of this version of `coderc`");
    assert!(refused("not JSON").starts_with("`plan.json` is no plan: expected"));
    assert_eq!(refused(&saved(document()).replace("dev", "other")), "`plan.json` was changed after it was saved");
    let mut without = document();
    without["actions"][0].as_object_mut().unwrap().shift_remove("wait");
    assert_eq!(refused(&saved(without)), "`plan.json` is no plan: the action `environment.e/ready` says nothing of its `wait`");
}
