//! Requests for objects of any kind, as JSON: read, listed, applied, created, replaced, deleted.
//!
//! What an answer means is for who asked; repeating and bounding is the gate's.

use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy};
use kube::core::Request;
use serde_json::Value;

use super::Connection;
use super::diff::MANAGER;
use super::kind::Kind;

/// How an object is applied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Take fields from other managers.
    pub force: bool,
    /// Say what would be, and store nothing.
    pub dry_run: bool,
}

impl Connection {
    /// Objects of a kind with these labels; of all namespaces without one.
    pub(super) async fn list(&self, kind: Kind, namespace: Option<&str>, labels: &str) -> kube::Result<Vec<Value>> {
        self.items(kind, namespace, ListParams { label_selector: some(labels), ..ListParams::default() }).await
    }

    /// Objects of all namespaces by their name.
    pub(super) async fn list_called(&self, kind: Kind, name: &str) -> kube::Result<Vec<Value>> {
        let fields = format!("metadata.name={name}");
        self.items(kind, None, ListParams { field_selector: Some(fields), ..ListParams::default() }).await
    }

    async fn items(&self, kind: Kind, namespace: Option<&str>, params: ListParams) -> kube::Result<Vec<Value>> {
        let request = Request::new(kind.path(namespace)).list(&params).map_err(kube::Error::BuildRequest)?;
        let mut list: Value = self.client.request(request).await?;
        match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    /// Metadata alone of all objects of a kind in a namespace.
    pub(super) async fn list_metadata(&self, kind: Kind, namespace: &str) -> kube::Result<Vec<Value>> {
        let request = Request::new(kind.path(Some(namespace)));
        let request = request.list_metadata(&ListParams::default()).map_err(kube::Error::BuildRequest)?;
        let mut list: Value = self.client.request(request).await?;
        match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    pub(super) async fn get(&self, kind: Kind, namespace: Option<&str>, name: &str) -> kube::Result<Option<Value>> {
        let request = Request::new(kind.path(namespace)).get(name, &kube::api::GetParams::default());
        found(self.client.request(request.map_err(kube::Error::BuildRequest)?).await)
    }

    /// Applies an object as the manager `coderc`; the object as it is then.
    pub(super) async fn apply(&self, kind: Kind, namespace: &str, object: &Value, rules: Rules) -> kube::Result<Value> {
        let mut params = PatchParams::apply(MANAGER);
        params.force = rules.force;
        params.dry_run = rules.dry_run;
        self.apply_as(kind, namespace, object, &params).await
    }

    /// Applies what a manager wants of an object, by name; the object as it is then.
    pub(super) async fn apply_as(
        &self,
        kind: Kind,
        namespace: &str,
        object: &Value,
        params: &PatchParams,
    ) -> kube::Result<Value> {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let request = Request::new(kind.path(Some(namespace))).patch(name, params, &Patch::Apply(object));
        self.client.request(request.map_err(kube::Error::BuildRequest)?).await
    }

    pub(super) async fn create(&self, kind: Kind, namespace: &str, object: &Value) -> kube::Result<Value> {
        let params = PostParams { dry_run: false, field_manager: Some(MANAGER.to_owned()) };
        let request = Request::new(kind.path(Some(namespace))).create(&params, object.to_string().into_bytes());
        self.client.request(request.map_err(kube::Error::BuildRequest)?).await
    }

    /// Replaces an object; with a `resourceVersion` in it, only that version of it.
    pub(super) async fn replace(&self, kind: Kind, namespace: &str, name: &str, object: &Value) -> kube::Result<Value> {
        let params = PostParams { dry_run: false, field_manager: Some(MANAGER.to_owned()) };
        let request = Request::new(kind.path(Some(namespace))).replace(name, &params, object.to_string().into_bytes());
        self.client.request(request.map_err(kube::Error::BuildRequest)?).await
    }

    /// Deletes an object, and what it owns before it. `uid`: only that one. False where there was none.
    pub(super) async fn delete(&self, kind: Kind, namespace: &str, name: &str, uid: Option<&str>) -> kube::Result<bool> {
        let preconditions = uid.map(|uid| Preconditions { uid: Some(uid.to_owned()), resource_version: None });
        let params =
            DeleteParams { propagation_policy: Some(PropagationPolicy::Foreground), preconditions, ..DeleteParams::default() };
        let request = Request::new(kind.path(Some(namespace))).delete(name, &params).map_err(kube::Error::BuildRequest)?;
        Ok(found(self.client.request::<Value>(request).await)?.is_some())
    }

    /// Deletes all objects of a kind with these labels.
    pub(super) async fn delete_labelled(&self, kind: Kind, namespace: &str, labels: &str) -> kube::Result<()> {
        let list = ListParams { label_selector: Some(labels.to_owned()), ..ListParams::default() };
        let request = Request::new(kind.path(Some(namespace))).delete_collection(&DeleteParams::default(), &list);
        self.client.request::<Value>(request.map_err(kube::Error::BuildRequest)?).await.map(|_| ())
    }
}

/// No object is an answer, too.
fn found<T>(result: kube::Result<T>) -> kube::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the server said against a request; where it said nothing, why it was not asked.
pub(super) fn message(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}

/// The status code of a refusal.
pub(super) fn code(error: &kube::Error) -> Option<u16> {
    match error {
        kube::Error::Api(status) => Some(status.code),
        _ => None,
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
