//! In which order objects are deleted: who runs first, then what it is reached by, then what it stored.
//!
//! Pure. The order in which objects are applied stands in the plan.

use compiler::plan::action::ObjectName;

/// Sorts objects for deletion: by environment-independent rank, then by name, so it is the same at each run.
pub fn for_deletion(objects: &mut [ObjectName]) {
    objects.sort_by(|one, other| (rank(one), one).cmp(&(rank(other), other)));
}

/// A claim is held by the pods of its Deployment until they are gone.
fn rank(object: &ObjectName) -> u8 {
    match object.kind.as_str() {
        "Deployment" => 0,
        "Service" => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_another_goes_first() {
        let object = |kind: &str, name: &str| ObjectName { kind: kind.into(), namespace: None, name: name.into() };
        let mut objects = [
            object("PersistentVolumeClaim", "a-home"),
            object("Service", "a"),
            object("Deployment", "b"),
            object("Deployment", "a"),
        ];
        for_deletion(&mut objects);
        let shown: Vec<String> = objects.iter().map(|object| format!("{} {}", object.kind, object.name)).collect();
        assert_eq!(shown, ["Deployment a", "Deployment b", "Service a", "PersistentVolumeClaim a-home"]);
    }
}
