//! The inputs of a build by name, each with where it was typed: what reasons speak of.
//!
//! They mirror what the build ID is made of; the ID itself is made in `id`.

use smol_str::SmolStr;

use crate::model::{Image, Project, Sourced};
use crate::plan::action::{Assets, Base, Input};
use crate::plan::facts::Facts;
use crate::plan::id::sha256;
use crate::plan::reasons::short;
use crate::text::{LineIndex, Place, TextRange};

pub(super) struct Inputs<'a> {
    facts: &'a dyn Facts,
    list: Vec<Input>,
}

impl<'a> Inputs<'a> {
    pub fn new(facts: &'a dyn Facts) -> Inputs<'a> {
        Inputs { facts, list: Vec::new() }
    }

    pub fn done(self) -> Vec<Input> {
        self.list
    }

    pub fn context(&mut self, image: &Image, tree: &str) {
        self.at("context", tree, Some(image.context.place));
    }

    /// The template's Dockerfile as its author wrote it.
    pub fn dockerfile(&mut self, image: &Image, text: &str) {
        let file = self.facts.file(image, &image.dockerfile.value);
        self.push("dockerfile", short(&sha256(text)), Some(file), None);
    }

    pub fn args(&mut self, image: &Image) {
        for (name, value) in &image.args {
            self.at(&format!("arg {name}"), &value.value, Some(value.place));
        }
    }

    pub fn target(&mut self, image: &Image) {
        if let Some(target) = &image.target {
            self.at("target", &target.value, Some(target.place));
        }
    }

    /// Bases that a Dockerfile names, with their places in it.
    pub fn bases(&mut self, image: &Image, text: &str, bases: &[(TextRange, String, Base)]) {
        let lines = LineIndex::new(text);
        let file = self.facts.file(image, &image.dockerfile.value);
        for (range, written, base) in bases {
            let line = lines.line_column(text, range.start()).line;
            self.push(&format!("base {written}"), value(base), Some(file.clone()), Some(line));
        }
    }

    /// The base of a personalised image, which its container names.
    pub fn base(&mut self, name: &str, base: &Base, place: Place) {
        self.at(&format!("base {name}"), value(base), Some(place));
    }

    pub fn builder(&mut self, platform: &str, builder: &str, flags: &[&str], project: &Project) {
        self.at("platform", platform, None);
        self.at("builder", builder, project.place);
        self.at("flags", &flags.join(" "), None);
    }

    pub fn labels_and_secrets(&mut self, image: &Image) {
        for (name, value) in &image.labels {
            self.at(&format!("label {name}"), value, Some(image.place));
        }
        for (id, _) in &image.secrets {
            self.at(&format!("secret {id}"), "used", Some(image.place));
        }
    }

    pub fn assets(&mut self, assets: Option<&Assets>, project: &Project) {
        if let Some(assets) = assets {
            self.at("assets", &assets.content, project.assets.first().map(|asset| asset.place));
        }
    }

    pub fn personalize(&mut self, lines: &[Sourced<SmolStr>]) {
        for (index, line) in lines.iter().enumerate() {
            self.at(&format!("personalize {}", index + 1), &line.value, Some(line.place));
        }
    }

    fn at(&mut self, what: &str, value: &str, place: Option<Place>) {
        let (file, line) = place.and_then(|place| self.facts.line(place)).unzip();
        self.push(what, value, file, line);
    }

    fn push(&mut self, what: &str, value: &str, file: Option<String>, line: Option<u32>) {
        self.list.push(Input { what: what.to_owned(), value: value.to_owned(), file, line });
    }
}

fn value(base: &Base) -> &str {
    base.digest.as_deref().or(base.id.as_deref()).unwrap_or_default()
}
