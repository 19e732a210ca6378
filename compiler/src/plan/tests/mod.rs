//! Plans of a world made by hand: a repository, a registry and a lock that are a few maps.
//!
//! One file a question: which plan, which ID, which refusal, which defect, how it is shown.

mod defects;
mod ids;
mod plans;
mod reasons;
mod refusals;
mod shows;

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::dockerfile::{Context, Entry, Mode};
use crate::model::*;
use crate::plan::action::{Action, Build, Package, Plan};
use crate::plan::{Built, Facts, PinnedBase, Predecessor, PreviousBuild, Request, lower};
use crate::text::{Owner, Place, range};

/// A repository with files at HEAD, and what registries hold. Line `n` of `.coder/a.coder` is the place `at(n)`.
#[derive(Clone)]
struct World {
    /// Path in the repository to content.
    files: BTreeMap<String, String>,
    /// Normal form of a reference to digest and user.
    bases: BTreeMap<String, PinnedBase>,
    /// Reference to digest; `None` is offline.
    registry: Option<BTreeMap<String, String>>,
    previous: BTreeMap<Predecessor, PreviousBuild>,
    modified: Vec<String>,
    project: Project,
    images: Vec<Arc<Image>>,
    environments: Vec<Arc<Environment>>,
}

impl World {
    fn new() -> World {
        World {
            files: BTreeMap::new(),
            bases: BTreeMap::new(),
            registry: None,
            previous: BTreeMap::new(),
            modified: Vec::new(),
            project: project(),
            images: Vec::new(),
            environments: Vec::new(),
        }
        .base("debian:12", None)
    }

    fn file(mut self, path: &str, content: &str) -> World {
        self.files.insert(path.to_owned(), content.to_owned());
        self
    }

    fn base(mut self, reference: &str, user: Option<&str>) -> World {
        let pinned = PinnedBase { digest: digest(reference), user: user.map(str::to_owned) };
        self.bases.insert(super::reference::normal(reference), pinned);
        self
    }

    fn image(mut self, image: Image) -> World {
        self.images.push(Arc::new(image));
        self
    }

    fn environment(mut self, environment: Environment) -> World {
        self.environments.push(Arc::new(environment));
        self
    }

    fn project(mut self, change: impl FnOnce(&mut Project)) -> World {
        change(&mut self.project);
        self
    }

    fn request(&self) -> Request<'_> {
        Request {
            package: Package { url: "https://github.com/acme/team-a".into(), commit: commit("a").into(), path: "".into() },
            project: &self.project,
            images: &self.images,
            environments: &self.environments,
            facts: self,
        }
    }

    fn plan(&self) -> Plan {
        lower(&self.request())
    }

    /// The plan, which must be without any diagnostic.
    fn sound(&self) -> Plan {
        let plan = self.plan();
        assert_eq!(plan.diagnostics, [], "a sound plan");
        plan
    }

    /// Everything that the plan builds, and its tags, is in the registry.
    fn all_built(mut self) -> World {
        let wanted = super::wanted_of_registry(&self.plan());
        self.registry = Some(wanted.heads.into_iter().map(|reference| (reference, digest("built"))).collect());
        self
    }

    fn prefix(image: &Image) -> String {
        if image.context.value.is_empty() { String::new() } else { format!("{}/", image.context.value) }
    }
}

impl Facts for World {
    fn dockerfile(&self, image: &Image) -> Option<&str> {
        self.files.get(&format!("{}{}", World::prefix(image), image.dockerfile.value)).map(String::as_str)
    }

    fn context(&self, image: &Image) -> Option<Context> {
        let prefix = World::prefix(image);
        let inside = self.files.iter().filter_map(|(path, content)| Some((path.strip_prefix(&prefix)?, content)));
        Some(listing(inside))
    }

    fn dockerignore(&self, image: &Image) -> Option<&str> {
        self.files.get(&format!("{}.dockerignore", World::prefix(image))).map(String::as_str)
    }

    fn base(&self, reference: &str) -> Option<PinnedBase> {
        self.bases.get(reference).cloned()
    }

    fn assets(&self) -> Option<Context> {
        let named = |path: &str| self.project.assets.iter().any(|asset| path.starts_with(asset.value.as_str()));
        Some(listing(self.files.iter().map(|(path, content)| (path.as_str(), content)).filter(|(path, _)| named(path))))
    }

    fn built(&self, reference: &str) -> Built {
        match &self.registry {
            None => Built::Unknown,
            Some(registry) => registry.get(reference).map_or(Built::Absent, |digest| Built::Present { digest: digest.clone() }),
        }
    }

    fn previous(&self, of: &Predecessor) -> Option<PreviousBuild> {
        self.previous.get(of).cloned()
    }

    fn line(&self, place: Place) -> Option<(String, u32)> {
        Some((".coder/a.coder".to_owned(), place.range.start().into()))
    }

    fn modified(&self, image: &Image) -> Vec<String> {
        self.modified.iter().filter(|file| file.starts_with(&World::prefix(image))).cloned().collect()
    }
}

fn listing<'a>(files: impl Iterator<Item = (&'a str, &'a String)>) -> Context {
    let entry = |(path, content): (&str, &String)| {
        let mut oid = [0u8; 20];
        for (index, byte) in content.bytes().enumerate() {
            oid[index % 20] = oid[index % 20].wrapping_mul(31) ^ byte;
        }
        Entry { path: path.into(), mode: Mode::File, oid }
    };
    Context::new(files.map(entry).collect())
}

fn at(line: u32) -> Place {
    Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: range(line as usize, line as usize + 1) }
}

fn sourced(line: u32, value: &str) -> Sourced<SmolStr> {
    Sourced { value: value.into(), place: at(line) }
}

/// Some digest, the same for the same word.
fn digest(word: &str) -> String {
    super::id::sha256(word)
}

/// Some commit, the same for the same word.
fn commit(word: &str) -> String {
    digest(word)["sha256:".len()..][..40].to_owned()
}

fn project() -> Project {
    Project {
        registry: None,
        namespace: None,
        repository: None,
        cache: None,
        bases: Bases::Pin,
        assets: Vec::new(),
        builder: BuilderSettings {
            image: DEFAULT_BUILDER.into(),
            git_image: DEFAULT_GIT_IMAGE.into(),
            mode: crate::model::Mode::Layered,
            cpu: None,
            memory: None,
            timeout: None,
            insecure: Vec::new(),
        },
        limits: Limits::default(),
        place: Some(at(90)),
    }
}

/// `image NAME { context = "./NAME", repository = "acme/NAME" }` of the root package.
fn image(name: &str) -> Image {
    Image {
        address: format!("image.{name}"),
        name: name.into(),
        origin: Origin {
            url: "https://github.com/acme/team-a".into(),
            commit: commit("a").into(),
            branch: Some("main".into()),
            folder: "".into(),
        },
        context: sourced(2, name),
        dockerfile: sourced(3, "Dockerfile"),
        repository: sourced(4, &format!("acme/{name}")),
        credentials: Some("registry-creds".into()),
        target: None,
        args: Vec::new(),
        platforms: vec!["linux/amd64".into()],
        tags: Vec::new(),
        secrets: Vec::new(),
        cache: true,
        labels: Vec::new(),
        place: at(1),
    }
}

fn environment(name: &str, containers: Vec<Container>) -> Environment {
    Environment {
        address: format!("environment.{name}"),
        name: name.into(),
        declaration: name.into(),
        origin: image("x").origin,
        provider: Provider::Kubernetes,
        namespace: None,
        replicas: 1,
        containers,
        inits: Vec::new(),
        volumes: Vec::new(),
        service_account: None,
        labels: Vec::new(),
        annotations: Vec::new(),
        node_selector: Vec::new(),
        tolerations: Vec::new(),
        ttl: None,
        patch: None,
        place: at(10),
    }
}

fn container(name: &str, image: ContainerImage, personalize: &[&str]) -> Container {
    Container {
        name: name.into(),
        image,
        primary: false,
        credentials: None,
        cpu: None,
        memory: None,
        requests_cpu: None,
        requests_memory: None,
        env: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
        command: Vec::new(),
        args: Vec::new(),
        workdir: None,
        user: None,
        health: None,
        personalize: personalize.iter().zip(14..).map(|(line, number)| sourced(number, line)).collect(),
        repository: None,
        place: at(11),
    }
}

fn of(image: &Image) -> ContainerImage {
    ContainerImage::Template(Arc::new(image.clone()))
}

fn reference(text: &str) -> ContainerImage {
    ContainerImage::Reference(sourced(12, text))
}

fn action<'a>(plan: &'a Plan, address: &str) -> &'a Action {
    let found = plan.actions.iter().find(|action| action.address == address);
    found.unwrap_or_else(|| panic!("no {address} among {:?}", addresses(plan)))
}

fn build<'a>(plan: &'a Plan, address: &str) -> &'a Build {
    action(plan, address).build().expect("it is a build")
}

fn addresses(plan: &Plan) -> Vec<&str> {
    plan.actions.iter().map(|action| action.address.as_str()).collect()
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.diagnostics.iter().map(|diagnostic| diagnostic.info.name).collect()
}
