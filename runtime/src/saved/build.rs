//! A build of a saved plan, as the compiler's own type again.
//!
//! What only reasons need (inputs with their lines, the predecessor) is not read back: the reason stands in the plan.

use compiler::model::{Bytes, Cpu, SecretKey};
use compiler::plan::action::{Assets, Base, Build, Context, Lines};
use compiler::types::{Quantity, parse_quantity};
use indexmap::IndexMap;
use serde::Deserialize;
use smol_str::SmolStr;

#[derive(Deserialize)]
pub(super) struct Written {
    id: String,
    destination: String,
    tags: Vec<String>,
    context: Context,
    dockerfile: String,
    #[serde(default)]
    lines: Vec<Lines>,
    ignore: String,
    target: Option<SmolStr>,
    args: IndexMap<SmolStr, SmolStr>,
    platform: SmolStr,
    bases: Vec<Base>,
    builder: SmolStr,
    flags: Vec<SmolStr>,
    git_image: SmolStr,
    credentials: Option<SmolStr>,
    secrets: IndexMap<SmolStr, SecretKey>,
    cache: bool,
    cache_repository: Option<SmolStr>,
    labels: IndexMap<SmolStr, SmolStr>,
    assets: Option<Assets>,
    namespace: Option<SmolStr>,
    cpu: Option<String>,
    memory: Option<String>,
    timeout: Option<u64>,
    insecure: Vec<SmolStr>,
    digest: Option<String>,
    record: String,
}

impl Written {
    /// The message completes `PATH …`.
    pub fn read(self) -> Result<Build, String> {
        let cpu = self.cpu.as_deref().map(cpu).transpose()?;
        let memory = self.memory.as_deref().map(bytes).transpose()?;
        Ok(Build {
            id: self.id,
            destination: self.destination,
            tags: self.tags,
            context: self.context,
            dockerfile: self.dockerfile,
            lines: self.lines,
            ignore: self.ignore,
            target: self.target,
            args: self.args.into_iter().collect(),
            platform: self.platform,
            bases: self.bases,
            builder: self.builder,
            flags: self.flags,
            git_image: self.git_image,
            credentials: self.credentials,
            secrets: self.secrets.into_iter().collect(),
            cache: self.cache,
            cache_repository: self.cache_repository,
            labels: self.labels.into_iter().collect(),
            assets: self.assets,
            namespace: self.namespace,
            cpu,
            memory,
            timeout: self.timeout,
            insecure: self.insecure,
            digest: self.digest,
            inputs: Vec::new(),
            record: self.record,
            predecessor: None,
        })
    }
}

/// `2`, `500m`.
fn cpu(text: &str) -> Result<Cpu, String> {
    let thousandths = match text.strip_suffix('m') {
        Some(number) => number.parse().ok(),
        None => text.parse::<u64>().ok().and_then(|whole| whole.checked_mul(1000)),
    };
    thousandths.map(Cpu).ok_or_else(|| format!("is no plan: `{text}` is no number of processors"))
}

/// `4G`, `512Mi`, as [`Bytes::quantity`] writes them.
fn bytes(text: &str) -> Result<Bytes, String> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "" => "B".to_owned(),
        "k" => "kB".to_owned(),
        unit => format!("{unit}B"),
    };
    match parse_quantity(number, &unit) {
        Ok(Quantity::Bytes(bytes)) => Ok(bytes),
        _ => Err(format!("is no plan: `{text}` is no amount of memory")),
    }
}
