//! The plan as data: actions, what each does and why, in the order in which they can run.
//!
//! Nothing is decided or shown here: `lower` makes the actions, `show` writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::model::{Environment, SecretKey};

/// What `apply` would do, in an order in which it can run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub package: Package,
    pub actions: Vec<Action>,
    pub diagnostics: Vec<Diagnostic>,
    /// Images that come to the same as an earlier one: each with the address of the build that it shares.
    pub shared: Vec<(String, String)>,
    /// A hash of the lock it was made with; a saved plan is refused under another one.
    pub lock: Option<String>,
}

/// The root package: where its sources come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    pub url: SmolStr,
    pub commit: SmolStr,
    /// The folder that holds `.coder/`, relative to the repository's root.
    pub path: SmolStr,
}

#[derive(Clone, Debug)]
pub struct Action {
    /// Stable and unique: `image.f0ssel-dev`, `environment.team-a/deployment`.
    pub address: String,
    pub change: Change,
    pub reason: Reason,
    /// Addresses of actions that stand earlier in the plan.
    pub needs: Vec<String>,
    pub step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Create,
    Update,
    Replace,
    Delete,
    /// Proven: nothing to do.
    None,
    /// Only a registry or a cluster can tell.
    Unknown,
}

#[derive(Clone, Debug)]
pub enum Step {
    Build(Box<Build>),
    Tag(Tag),
    Apply(Apply),
    Wait(Wait),
    Delete(ObjectName),
}

/// Why an action is in the plan, or by what proof it is skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub kind: ReasonKind,
    /// One sentence for people.
    pub message: String,
    pub because: Vec<Because>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReasonKind {
    /// There is no earlier one.
    New,
    /// An input differs from that of the earlier one.
    Changed,
    /// The proof of a skip.
    Unchanged,
    /// Nobody was asked.
    Unknown,
    /// It goes with an action that it needs.
    Follows,
}

/// One input that decides, before and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// `context`, `dockerfile`, `arg NAME`, `base REFERENCE`, `builder`, `target`, `platform`, `personalize`, …
    pub what: String,
    pub was: Option<String>,
    pub now: Option<String>,
    /// The file and line to look at, if any.
    pub file: Option<String>,
    pub line: Option<u32>,
}

/// A build of one image for one platform.
#[derive(Clone, Debug)]
pub struct Build {
    /// `b-…`: what decides the result, and nothing else.
    pub id: String,
    /// `docker.io/f0ssel/dev:b-…`
    pub destination: String,
    /// References that `tag` actions move to it: `docker.io/f0ssel/dev:master`.
    pub tags: Vec<String>,
    pub context: Context,
    /// The final Dockerfile, whole.
    pub dockerfile: String,
    /// Where its lines come from, in order: what a failing instruction is shown by.
    pub lines: Vec<Lines>,
    /// The final `.dockerignore`, to stand beside the final Dockerfile: the context's own, then what is never part of a context
    /// (`.coder`, `.git`), then the assets' folder back in.
    pub ignore: String,
    pub target: Option<SmolStr>,
    /// Sorted by name.
    pub args: Vec<(SmolStr, SmolStr)>,
    pub platform: SmolStr,
    pub bases: Vec<Base>,
    /// The builder's image by digest.
    pub builder: SmolStr,
    /// Flags of the builder that change what it makes; passed on as they stand.
    pub flags: Vec<SmolStr>,
    pub git_image: SmolStr,
    pub credentials: Option<SmolStr>,
    /// Build secrets by id, sorted.
    pub secrets: Vec<(SmolStr, SecretKey)>,
    pub cache: bool,
    pub cache_repository: Option<SmolStr>,
    /// Labels of the image, sorted.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// The project's assets, for `/tmp/coder`: a second checkout that the init container makes and copies into the context
    /// as the folder [`ASSETS`]. `None` where the project has none.
    pub assets: Option<Assets>,
    /// The namespace of the Job.
    pub namespace: Option<SmolStr>,
    pub cpu: Option<crate::model::Cpu>,
    pub memory: Option<crate::model::Bytes>,
    /// In seconds.
    pub timeout: Option<u64>,
    /// Registries reached over http.
    pub insecure: Vec<SmolStr>,
    /// The digest, once a registry HEAD proved that it is there.
    pub digest: Option<String>,
    /// What decided the id, each with where it was typed: compared with an earlier build's for the reason.
    pub inputs: Vec<Input>,
    /// The inputs as an annotation of the image, by which a later plan can tell what changed: see [`super::record`].
    pub record: String,
    /// Where the image stands that this one takes the place of, if it can be told.
    pub predecessor: Option<super::facts::Predecessor>,
}

/// From its line `from` on (from 1), the lines of a final Dockerfile come from `file`, starting at its line `line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub from: u32,
    pub file: String,
    pub line: u32,
}

/// The folder of a build's context that holds the project's assets.
pub const ASSETS: &str = ".coder-assets";

/// Files of the root package that are copied to `/tmp/coder`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assets {
    pub url: SmolStr,
    /// 40 hex digits.
    pub commit: SmolStr,
    /// Files and folders as the project names them, relative to the repository's root, sorted.
    pub paths: Vec<SmolStr>,
    /// A hash of what they hold.
    pub content: SmolStr,
}

/// One input of a build ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// As [`Because::what`].
    pub what: String,
    /// A short value or a digest.
    pub value: String,
    /// Where to look, as in [`Because`].
    pub file: Option<String>,
    pub line: Option<u32>,
}

/// Where a build's context comes from. A build that needs no files of its own (a personalised plain reference) has an empty
/// `url` and `commit`, and the tree of an empty folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    pub url: SmolStr,
    /// 40 hex digits.
    pub commit: SmolStr,
    /// Relative to the repository's root; empty for the root.
    pub path: SmolStr,
    /// The content as git hashes a tree, after `.dockerignore`.
    pub tree: SmolStr,
}

/// An image that a build's `FROM` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    pub reference: String,
    /// `None` where an action of the plan builds it.
    pub digest: Option<String>,
    /// The build ID of that action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Move `reference` to what `of` built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Addresses of builds: one, or one for each platform, of which an index is made.
    pub of: Vec<String>,
    pub reference: String,
}

/// Apply one object of an environment.
#[derive(Clone, Debug)]
pub struct Apply {
    pub environment: Arc<Environment>,
    pub namespace: Option<SmolStr>,
    pub object: ObjectKind,
    /// The image of each container, in the order of inits, then containers: `destination` of an action of the plan (by digest
    /// once that is known), or a reference by digest, or as written. Empty for what runs no containers.
    pub images: Vec<String>,
    /// The rendered object; set by the renderer, read by every format.
    pub rendered: Option<serde_json::Value>,
    /// Field by field, when the cluster was asked.
    pub changes: Vec<FieldChange>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Deployment,
    Service,
    /// The claim of the volume of this name.
    Claim(SmolStr),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    pub path: String,
    pub was: serde_json::Value,
    pub now: serde_json::Value,
}

/// Wait until an environment's Deployment is available.
#[derive(Clone, Debug)]
pub struct Wait {
    pub environment: Arc<Environment>,
    pub namespace: Option<SmolStr>,
    /// What a failure points at.
    pub declared: Declared,
}

/// Where an environment and its containers are declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub file: String,
    /// From 1.
    pub line: u32,
    /// Init containers too, by name.
    pub containers: BTreeMap<String, DeclaredContainer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<DeclaredContainer>,
}

/// Of a template, in the template's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredContainer {
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl Declared {
    /// The file and the line of a container, or of the environment.
    pub fn source(&self, container: Option<&str>) -> Option<(String, u32)> {
        match container.and_then(|name| self.containers.get(name)) {
            Some(container) => Some((container.file.clone(), container.line)),
            None => (!self.file.is_empty()).then(|| (self.file.clone(), self.line)),
        }
    }

    /// What a cluster that refuses the Deployment most likely means: the patch, which alone can say what is not checked before.
    pub fn refused(&self) -> Option<(String, u32)> {
        let patch = self.patch.as_ref().map(|patch| (patch.file.clone(), patch.line));
        patch.or_else(|| self.source(None))
    }
}

impl Action {
    /// The kind as JSON names it.
    pub fn kind(&self) -> &'static str {
        match self.step {
            Step::Build(_) => "build",
            Step::Tag(_) => "tag",
            Step::Apply(_) => "apply",
            Step::Wait(_) => "wait",
            Step::Delete(_) => "delete",
        }
    }

    pub fn build(&self) -> Option<&Build> {
        match &self.step {
            Step::Build(build) => Some(build),
            _ => None,
        }
    }
}

impl Build {
    /// The file and the line that a line of the final Dockerfile (from 1) was typed in.
    pub fn source(&self, line: u32) -> Option<(String, u32)> {
        let lines = self.lines.iter().rev().find(|lines| lines.from <= line)?;
        Some((lines.file.clone(), lines.line + (line - lines.from)))
    }

    /// How an object names the image: by digest once that is known, by its destination until then.
    pub fn image(&self) -> String {
        match (&self.digest, self.destination.rsplit_once(':')) {
            (Some(digest), Some((repository, _))) => format!("{repository}@{digest}"),
            _ => self.destination.clone(),
        }
    }
}

impl Apply {
    /// The object's kind and name in the cluster.
    pub fn name(&self) -> ObjectName {
        let environment = &self.environment.name;
        let (kind, name) = match &self.object {
            ObjectKind::Deployment => ("Deployment", environment.clone()),
            ObjectKind::Service => ("Service", environment.clone()),
            ObjectKind::Claim(volume) => ("PersistentVolumeClaim", SmolStr::from(format!("{environment}-{volume}"))),
        };
        ObjectName { kind: SmolStr::new_static(kind), namespace: self.namespace.clone(), name }
    }
}

impl Plan {
    /// Whether something would be done, or might be (`unknown`): what `--detailed-exitcode` asks.
    pub fn has_changes(&self) -> bool {
        self.actions.iter().any(|action| action.change != Change::None)
    }
}

/// An object of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    pub kind: SmolStr,
    pub namespace: Option<SmolStr>,
    pub name: SmolStr,
}
