//! The ApplySet a package's objects belong to, as Kubernetes' convention for pruning names it.
//!
//! It only computes names; the parent object is made, and pruning done, when a plan is applied.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use compiler::plan::action::Package;
use sha2::{Digest, Sha256};

/// What each member of the set is labelled with, the set's id being the value.
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// The name of the ConfigMap that stands for the set: the same from every clone, and after every commit, of a package.
pub fn parent(package: &Package) -> String {
    let digest = Sha256::digest(format!("{}//{}", package.url, package.path));
    format!("coderc-{}", digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The set's id: `applyset-` + base64url(sha256(`<name>.<namespace>.<kind>.<group>`)) + `-v1` of its parent, as KEP-3659 and
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-id> say. Without a namespace, a
/// cluster's own default is meant.
pub fn id(package: &Package, namespace: Option<&str>) -> String {
    let parent = format!("{}.{}.ConfigMap.", parent(package), namespace.unwrap_or("default"));
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(Sha256::digest(parent)))
}

/// Whether a set is the package's, for objects of `namespace`: also as a plan names it that knows of none.
pub fn is_of(set: &str, package: &Package, namespace: Option<&str>) -> bool {
    set == id(package, namespace) || set == id(package, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_label_value_and_follows_the_package_and_the_namespace() {
        let package = |url: &str| Package { url: url.into(), commit: "1".repeat(40).into(), path: "".into() };
        let one = id(&package("https://github.com/acme/team-a"), Some("dev"));
        assert_eq!(one.len(), 55);
        assert_eq!(one, id(&Package { commit: "".into(), ..package("https://github.com/acme/team-a") }, Some("dev")));
        assert_ne!(one, id(&package("https://github.com/acme/team-b"), Some("dev")));
        assert_ne!(one, id(&package("https://github.com/acme/team-a"), None));
    }
}
