//! What the containers of an environment print, for `coderc logs`.

use super::Podman;
use crate::execute::{Failure, Stop};
use crate::process;

impl Podman {
    /// Hands on the lines of a container, by the name [`super::status::ContainerStatus::full_name`]: those that are there, and with
    /// `follow` those to come, until `stop` asks for an end.
    ///
    /// # Errors
    /// When podman has no such container, or was stopped.
    pub async fn logs(
        &self,
        container: &str,
        tail: Option<u32>,
        follow: bool,
        stop: &Stop,
        line: impl FnMut(&str),
    ) -> Result<(), Failure> {
        let tail = tail.map(|lines| lines.to_string());
        let mut arguments = vec!["logs"];
        if follow {
            arguments.push("--follow");
        }
        if let Some(tail) = &tail {
            arguments.extend(["--tail", tail]);
        }
        arguments.push(container);
        let followed = process::follow("podman", &arguments, &[], stop, None, None, line).await?;
        match followed.code {
            Some(0) => Ok(()),
            _ => {
                let said = followed.last.last().map_or("nothing", String::as_str);
                let deed = format!("show what `{container}` printed");
                Err(Failure::new(compiler::diagnostics::catalog::local_environment::refused(&deed, said)))
            }
        }
    }
}
