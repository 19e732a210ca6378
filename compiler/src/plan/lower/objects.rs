//! The names of objects in the cluster, which no two declarations may share.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::object_name_taken;
use crate::model::Environment;
use crate::text::Place;

/// Names that are taken, each with where and by what.
#[derive(Default)]
pub(super) struct Names<'a> {
    taken: FxHashMap<(&'static str, Option<SmolStr>, SmolStr), (Place, &'a str)>,
}

impl<'a> Names<'a> {
    /// Takes the names of an environment's objects; false, and an error, where another environment has one of them.
    pub fn take(&mut self, environment: &'a Environment, namespace: Option<&SmolStr>, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let volumes = environment.volumes.iter().filter(|volume| volume.size.is_some());
        let claims =
            volumes.map(|volume| ("claim", SmolStr::from(format!("{}-{}", environment.name, volume.name)), volume.place));
        let deployment = std::iter::once(("Deployment", environment.name.clone(), environment.place));
        let mut free = true;
        for (kind, name, place) in deployment.chain(claims) {
            let key = (kind, namespace.cloned(), name.clone());
            match self.taken.get(&key) {
                Some((first, owner)) => {
                    diagnostics.push(object_name_taken::new(place, kind, &name, (&environment.address, owner), *first));
                    free = false;
                }
                None => {
                    self.taken.insert(key, (place, &environment.address));
                }
            }
        }
        free
    }
}
