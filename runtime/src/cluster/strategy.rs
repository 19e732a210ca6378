//! A Deployment whose pods were replaced one by one, and are to be ended before new ones start.
//!
//! The server filled in how many to replace at a time, which nobody owns and which it then refuses beside `Recreate`; no server-side
//! apply can take away what its manager does not own. So another manager takes it over and gives it up. Whatever the moment of a
//! kill, the next apply finds a Deployment that it can change.

use kube::api::PatchParams;
use serde_json::{Value, json};

use super::Connection;
use super::kind::{DEPLOYMENT, Kind};
use super::request::code;

/// Who owns what the server filled in, for two requests.
const MANAGER: &str = "coderc-strategy";

/// Whether an object was refused for what the server itself had filled in.
pub fn is_in_the_way(kind: Kind, object: &Value, error: &kube::Error) -> bool {
    let kube::Error::Api(status) = error else { return false };
    let is_said = !object["spec"]["strategy"]["rollingUpdate"].is_null();
    kind == DEPLOYMENT && !is_said && code(error) == Some(422) && status.message.contains("spec.strategy.rollingUpdate")
}

/// Makes the Deployment one whose pods are ended before new ones start, and changes nothing else.
pub async fn recreate(connection: &Connection, namespace: &str, name: &str) -> kube::Result<()> {
    let Some(live) = connection.get(DEPLOYMENT, Some(namespace), name).await? else { return Ok(()) };
    for strategy in [&live["spec"]["strategy"], &json!({ "type": "Recreate" })] {
        own(connection, namespace, name, Some(strategy)).await?;
    }
    Ok(())
}

/// Owns nothing of it any more: that is for who applied it meanwhile.
pub async fn give_up(connection: &Connection, namespace: &str, name: &str) -> kube::Result<()> {
    own(connection, namespace, name, None).await
}

async fn own(connection: &Connection, namespace: &str, name: &str, strategy: Option<&Value>) -> kube::Result<()> {
    let mut object = json!({ "apiVersion": DEPLOYMENT.version, "kind": DEPLOYMENT.name, "metadata": { "name": name } });
    if let Some(strategy) = strategy {
        object["spec"] = json!({ "strategy": strategy });
    }
    connection.apply_as(DEPLOYMENT, namespace, &object, &PatchParams::apply(MANAGER).force()).await.map(drop)
}
