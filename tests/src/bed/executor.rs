//! Which kaniko the bed's builds use: one that is named, the public one, or a stand-in.
//!
//! The stand-in takes the same flags and really assembles and pushes images, but runs no `RUN` line.

use std::fmt;
use std::path::PathBuf;

use super::place::cache;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kaniko {
    /// `CODERC_TEST_KANIKO` names an executor's binary.
    Program(PathBuf),
    /// `CODERC_TEST_KANIKO` names an image, or the public one can be had.
    Image(String),
    /// The executor of `tests/e2e/executor`.
    StandIn,
    /// None is built.
    Missing,
}

impl Kaniko {
    /// The one that `CODERC_TEST_KANIKO` names: the path of a binary, an image, or `stand-in`.
    pub fn named() -> Option<Kaniko> {
        match std::env::var("CODERC_TEST_KANIKO").ok()?.as_str() {
            "" => None,
            "stand-in" => Some(Kaniko::built()),
            path if PathBuf::from(path).is_file() => Some(Kaniko::Program(PathBuf::from(path))),
            image => Some(Kaniko::Image(image.to_string())),
        }
    }

    /// The stand-in, if `tests/run` built it.
    pub fn built() -> Kaniko {
        if stand_in().is_file() { Kaniko::StandIn } else { Kaniko::Missing }
    }

    /// Whether an image holds what its `RUN` lines did.
    pub fn is_real(&self) -> bool {
        matches!(self, Kaniko::Program(_) | Kaniko::Image(_))
    }

    /// The binary to make an image of.
    pub fn binary(&self) -> Option<PathBuf> {
        match self {
            Kaniko::Program(path) => Some(path.clone()),
            Kaniko::StandIn => Some(stand_in()),
            Kaniko::Image(_) | Kaniko::Missing => None,
        }
    }

    /// What [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Kaniko {
        match text.split_once(' ') {
            Some(("program", path)) => Kaniko::Program(PathBuf::from(path)),
            Some(("image", image)) => Kaniko::Image(image.to_string()),
            _ if text == "stand-in" => Kaniko::StandIn,
            _ => Kaniko::Missing,
        }
    }
}

impl fmt::Display for Kaniko {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kaniko::Program(path) => write!(f, "program {}", path.display()),
            Kaniko::Image(image) => write!(f, "image {image}"),
            Kaniko::StandIn => f.write_str("stand-in"),
            Kaniko::Missing => f.write_str("missing"),
        }
    }
}

fn stand_in() -> PathBuf {
    cache().join("executor")
}
