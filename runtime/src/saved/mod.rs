//! A plan read back from its JSON: what `apply` carries out, whether it was made this moment or saved last week.
//!
//! There is one road: a plan that is applied at once goes through the same document, so a saved one cannot mean anything else.

mod build;

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::saved_plan;
pub use compiler::plan::action::Declared;
use compiler::plan::action::{Build, Change, FieldChange, ObjectName};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

#[derive(Clone, Debug)]
pub struct Plan {
    /// `sha256:…`
    pub hash: String,
    pub package: compiler::plan::action::Package,
    /// Of the lock it was made with.
    pub lock: Option<String>,
    /// In an order in which they can run.
    pub actions: Vec<Action>,
}

#[derive(Clone, Debug)]
pub struct Action {
    pub address: String,
    pub change: Change,
    /// Why, or the proof of a skip.
    pub message: String,
    pub needs: Vec<String>,
    pub step: Step,
}

#[derive(Clone, Debug)]
pub enum Step {
    Build(Box<Build>),
    Tag(Tag),
    Apply(Apply),
    Wait(Wait),
    Delete(ObjectName),
}

/// Move `reference` to what the builds `of` made.
#[derive(Clone, Debug, Deserialize)]
pub struct Tag {
    pub of: Vec<String>,
    pub reference: String,
}

/// One object; images that actions of the plan build stand in it by their destination.
#[derive(Clone, Debug)]
pub struct Apply {
    pub object: Value,
    pub provider: Provider,
    pub changes: Vec<FieldChange>,
}

/// Until this Deployment is available.
#[derive(Clone, Debug)]
pub struct Wait {
    pub object: ObjectName,
    pub provider: Provider,
    pub declared: Declared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Kubernetes,
    Podman,
}

impl Plan {
    /// `path` is what the text is called in what is said of it.
    ///
    /// # Errors
    /// Where it is no plan, a plan of another version, or one that was changed by hand.
    pub fn parse(text: &str, path: &str) -> Result<Plan, Box<Diagnostic>> {
        let unreadable = |why: String| Box::new(saved_plan::unreadable(path, &why));
        let value: Value = serde_json::from_str(text).map_err(|error| unreadable(format!("is no plan: {error}")))?;
        if value.get("version").and_then(Value::as_u64) != Some(1) {
            return Err(unreadable("is no plan of this version of `coderc`".to_owned()));
        }
        let document: Document =
            serde_json::from_value(value.clone()).map_err(|error| unreadable(format!("is no plan: {error}")))?;
        if hash(value) != document.hash {
            return Err(unreadable("was changed after it was saved".to_owned()));
        }
        let actions = document.actions.into_iter().map(WrittenAction::read).collect::<Result<_, _>>().map_err(unreadable)?;
        Ok(Plan { hash: document.hash, package: document.package.into(), lock: document.lock, actions })
    }

    pub fn action(&self, address: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.address == address)
    }

    pub fn builds(&self) -> impl Iterator<Item = (&Action, &Build)> {
        self.actions.iter().filter_map(|action| match &action.step {
            Step::Build(build) => Some((action, &**build)),
            _ => None,
        })
    }

    pub fn applies(&self) -> impl Iterator<Item = (&Action, &Apply)> {
        self.actions.iter().filter_map(|action| match &action.step {
            Step::Apply(apply) => Some((action, apply)),
            _ => None,
        })
    }
}

/// The SHA-256 of the document without its `hash`, written without white space and with sorted keys.
pub(crate) fn hash(mut value: Value) -> String {
    if let Some(object) = value.as_object_mut() {
        object.shift_remove("hash");
    }
    value.sort_all_objects();
    let digest = Sha256::digest(value.to_string());
    format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[derive(Deserialize)]
struct Document {
    hash: String,
    package: Package,
    lock: Option<String>,
    actions: Vec<WrittenAction>,
}

#[derive(Deserialize)]
struct Package {
    url: String,
    commit: String,
    path: String,
}

impl From<Package> for compiler::plan::action::Package {
    fn from(package: Package) -> compiler::plan::action::Package {
        compiler::plan::action::Package { url: package.url.into(), commit: package.commit.into(), path: package.path.into() }
    }
}

#[derive(Deserialize)]
struct WrittenAction {
    address: String,
    kind: String,
    change: Change,
    reason: Reason,
    needs: Vec<String>,
    build: Option<Box<build::Written>>,
    tag: Option<Tag>,
    object: Option<Value>,
    provider: Option<Provider>,
    #[serde(default)]
    changes: Vec<FieldChange>,
    wait: Option<Waited>,
    delete: Option<ObjectName>,
}

#[derive(Deserialize)]
struct Reason {
    message: String,
}

#[derive(Deserialize)]
struct Waited {
    #[serde(flatten)]
    object: ObjectName,
    provider: Provider,
    #[serde(default)]
    declared: Declared,
}

impl WrittenAction {
    /// The message completes `PATH …`.
    fn read(self) -> Result<Action, String> {
        let missing = format!("is no plan: the action `{}` says nothing of its `{}`", self.address, self.kind);
        let lacks = || missing.clone();
        let step = match self.kind.as_str() {
            "build" => Step::Build(Box::new(self.build.ok_or_else(lacks)?.read()?)),
            "tag" => Step::Tag(self.tag.ok_or_else(lacks)?),
            "apply" => Step::Apply(Apply {
                object: self.object.ok_or_else(lacks)?,
                provider: self.provider.ok_or_else(lacks)?,
                changes: self.changes,
            }),
            "wait" => {
                let waited = self.wait.ok_or_else(lacks)?;
                Step::Wait(Wait { object: waited.object, provider: waited.provider, declared: waited.declared })
            }
            "delete" => Step::Delete(self.delete.ok_or_else(lacks)?),
            other => return Err(format!("is no plan: there is no kind of action `{other}`")),
        };
        Ok(Action { address: self.address, change: self.change, message: self.reason.message, needs: self.needs, step })
    }
}

#[cfg(test)]
mod tests;
