//! Fields that somebody else set, as the API server names them when it refuses an apply.
//!
//! Pure: it reads the refusal, nothing else.

use compiler::diagnostics::catalog::field_conflict;

use crate::execute::Failure;

/// One field, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub field: String,
    pub manager: String,
}

/// The conflicts of a refused apply; none where it was refused for something else.
pub fn conflicts(error: &kube::Error) -> Vec<Conflict> {
    let kube::Error::Api(status) = error else { return Vec::new() };
    let causes = status.details.iter().filter(|_| status.code == 409).flat_map(|details| &details.causes);
    causes
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| Conflict {
            field: cause.field.trim_start_matches('.').to_owned(),
            // conflict with "kubectl" using apps/v1
            manager: cause.message.split('"').nth(1).unwrap_or("another manager").to_owned(),
        })
        .collect()
}

pub fn failure(what: &str, conflicts: &[Conflict]) -> Failure {
    let fields: Vec<(&str, &str)> =
        conflicts.iter().map(|conflict| (conflict.field.as_str(), conflict.manager.as_str())).collect();
    Failure::new(field_conflict::new(what, &fields))
}

/// `spec.replicas (set by kubectl)`, a few of them.
pub fn sentence(conflicts: &[Conflict]) -> String {
    let shown: Vec<String> =
        conflicts.iter().take(3).map(|conflict| format!("`{}` (set by {})", conflict.field, conflict.manager)).collect();
    let more = conflicts.len().saturating_sub(3);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_read_field_by_field() {
        let status: Status = serde_json::from_value(json!({
            "kind": "Status", "status": "Failure", "code": 409, "reason": "Conflict", "message": "Apply failed with 1 conflict",
            "details": { "causes": [{
                "reason": "FieldManagerConflict", "message": "conflict with \"kubectl\" using apps/v1", "field": ".spec.replicas",
            }] },
        }))
        .unwrap();
        let found = conflicts(&kube::Error::Api(Box::new(status.clone())));
        assert_eq!(found, [Conflict { field: "spec.replicas".into(), manager: "kubectl".into() }]);
        assert_eq!(sentence(&found), "`spec.replicas` (set by kubectl)");
        let other = Status { code: 422, ..status };
        assert!(conflicts(&kube::Error::Api(Box::new(other))).is_empty());
    }
}
