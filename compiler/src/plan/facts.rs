//! What a plan needs to know of the world, as a trait that a driver fills in.
//!
//! Nothing is fetched from here: a driver lowers once, sees by `wanted_bases` and `wanted_of_registry` what is missing,
//! fetches it side by side, and lowers again.

use smol_str::SmolStr;

use super::record::PreviousBuild;
use crate::dockerfile;
use crate::model::{Environment, Image, Project};
use crate::text::Place;

/// Already fetched; `None` is not known.
pub trait Facts {
    /// The text of its Dockerfile at the image's commit.
    fn dockerfile(&self, image: &Image) -> Option<&str>;

    /// The listing of its context's folder at that commit, unfiltered.
    fn context(&self, image: &Image) -> Option<dockerfile::Context>;

    /// The text of its `.dockerignore` at that commit; `None` where there is none.
    fn dockerignore(&self, image: &Image) -> Option<&str>;

    /// How the file of a path in its context is called where people look it up: relative to the repository for the root
    /// package, `https://host/path@commit//file` for an import.
    fn file(&self, image: &Image, path: &str) -> String {
        if image.context.value.is_empty() { path.to_owned() } else { format!("{}/{path}", image.context.value) }
    }

    /// From the lock or a registry. `reference` is in its normal form (see [`super::reference::normal`]).
    fn base(&self, reference: &str) -> Option<PinnedBase>;

    /// The listing of the root package's asset paths at its commit.
    fn assets(&self) -> Option<dockerfile::Context>;

    /// A HEAD of a registry, of a build's destination or of a moving tag.
    fn built(&self, reference: &str) -> Built;

    /// What the image that stands there now was made of, by its annotation (see [`super::record`]).
    fn previous(&self, of: &Predecessor) -> Option<PreviousBuild>;

    /// The file and the line (from 1) of a place.
    fn line(&self, place: Place) -> Option<(String, u32)>;

    /// Files of a context of the root package that are modified in the working tree, relative to the repository's root.
    fn modified(&self, image: &Image) -> Vec<String>;

    /// The settings of the package that declares an image; `None` for the root's.
    fn project(&self, image: &Image) -> Option<&Project> {
        let _ = image;
        None
    }
}

/// A reference, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedBase {
    /// `sha256:…`
    pub digest: String,
    /// The user of its configuration; `None` or empty is root.
    pub user: Option<String>,
}

/// What a registry answers to a HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    Present {
        /// `sha256:…`
        digest: String,
    },
    Absent,
    /// It was not asked, or did not answer.
    Unknown,
}

/// Where the image stands that a build takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Predecessor {
    /// A moving tag: `docker.io/f0ssel/dev:master`.
    Tag(String),
    /// What a container of a running environment runs: the names of both in the cluster.
    Container { namespace: Option<SmolStr>, environment: SmolStr, container: SmolStr },
}

impl Predecessor {
    pub(super) fn container(environment: &Environment, namespace: Option<&SmolStr>, container: &SmolStr) -> Predecessor {
        Predecessor::Container {
            namespace: namespace.cloned(),
            environment: environment.name.clone(),
            container: container.clone(),
        }
    }
}
