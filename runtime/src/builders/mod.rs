//! What builds images, pushes them, and moves tags: kaniko as Jobs of a cluster, buildah on one machine.
//!
//! A plan does not know which: the same build has the same ID and the same content on either.

pub mod buildah;
pub mod kaniko;

use std::future::Future;
use std::pin::Pin;

use compiler::plan::action::Build;

use crate::execute::{ActionEvents, Failure, Stop};
use crate::saved::{Plan, Tag};

/// Something under way.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One build, ready to be carried out: every base is named by digest.
#[derive(Clone, Debug)]
pub struct Order {
    /// The action's address.
    pub address: String,
    pub build: Build,
}

/// What a build made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// `sha256:…` of the image's manifest.
    pub digest: String,
    /// For people: its size, or that somebody else built it meanwhile.
    pub remark: String,
}

/// Builds images.
pub trait Builder: Send + Sync {
    /// What must hold before anything is built: secrets that builds mount exist, each commit can be fetched. All that is
    /// missing is told at once.
    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>>;

    /// Builds and pushes an image, unless it is there already (asked of the registry first) or somebody is building it (then
    /// that build is joined). Returns once the image is proven to be there. When `stop` asks, a running build is cancelled.
    fn build<'a>(&'a self, order: &'a Order, events: ActionEvents, stop: Stop) -> Task<'a, Result<Made, Failure>>;

    /// Moves a tag to `digests`: one image, or one a platform, of which an index is made. A branch's tag never moves to a commit
    /// that its present one does not precede: then it stays, and the remark says so.
    fn tag<'a>(
        &'a self,
        tag: &'a Tag,
        repository_digests: &'a [(String, String)],
        events: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>>;
}
