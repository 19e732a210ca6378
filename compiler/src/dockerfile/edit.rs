//! Dockerfiles that are written, not read: personalisation as last layers, and bases pinned.
//!
//! Pure text to text. Whether the lines may stand where they are put is [`super::personalize`]'s to say.

use std::fmt;

use smol_str::SmolStr;

use super::bases::Base;
use super::lines::{continued, lines};
use super::parse::{Dockerfile, Instruction, Keyword, parse};
use super::scope::{Scope, Scopes};
use crate::text::TextRange;

/// What is put on top of an image.
#[derive(Clone, Copy, Debug)]
pub struct Personalisation<'a> {
    /// Dockerfile instructions, each entry whole: it may hold several lines.
    pub lines: &'a [&'a str],
    /// What `/tmp/coder/image.json` holds.
    pub image_json: &'a str,
    /// The folder of the context that is copied to `/tmp/coder`.
    pub assets: Option<&'a str>,
    /// The user in the configuration of the image below (of the root base, for [`inline`]). `None` where it is not known, or
    /// not set: it runs as root.
    pub base_user: Option<&'a str>,
}

/// Who the last process of an image runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FinalUser {
    /// By a `USER` of the file, variables replaced where they are known.
    Set(String),
    /// By the configuration of this image.
    FromBase(String),
    /// The stage does not exist, or its base is undecided.
    Unknown,
}

/// Why a Dockerfile cannot be personalised in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    NoStage { target: Option<SmolStr> },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NoStage { target: Some(target) } => write!(f, "the Dockerfile has no stage `{target}`"),
            Refused::NoStage { target: None } => write!(f, "the Dockerfile has no `FROM`"),
        }
    }
}

/// A Dockerfile with personalisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// From which of its lines (from 1) on lines come from where, in order. The lines of an origin follow each other.
    pub origins: Vec<(u32, Origin)>,
}

/// Where a line of an edited Dockerfile comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Dockerfile that was edited, from this line on.
    Template(u32),
    /// Nobody typed it.
    Made,
    /// The entry of this index of [`Personalisation::lines`].
    Entry(usize),
}

/// A whole Dockerfile that stands on a built image.
pub fn layered(base_reference: &str, personalisation: &Personalisation<'_>) -> Edited {
    let layers = layers(personalisation, personalisation.base_user, '\\');
    let mut origins = vec![(1, Origin::Made)];
    origins.extend(layers.origins.into_iter().map(|(line, origin)| (line + 1, origin)));
    Edited { text: format!("FROM {base_reference}\n{}", layers.text), origins }
}

/// The Dockerfile with the layers as the last of its target stage (`None`: the last stage). Other stages stay as they are.
pub fn inline(
    text: &str,
    dockerfile: &Dockerfile,
    target: Option<&str>,
    args: &[(SmolStr, SmolStr)],
    personalisation: &Personalisation<'_>,
) -> Result<Edited, Refused> {
    let Some(stage) = dockerfile.target(target) else { return Err(Refused::NoStage { target: target.map(SmolStr::from) }) };
    let user = match final_user(dockerfile, target, args) {
        FinalUser::Set(user) => Some(user),
        FinalUser::FromBase(_) | FinalUser::Unknown => personalisation.base_user.map(str::to_owned),
    };
    let layers = layers(personalisation, user.as_deref(), dockerfile.escape);
    let last = &dockerfile.instructions[dockerfile.stages[stage].body.end - 1];
    let end = usize::from(last.range.end());
    // An escape at the very end of the file would continue the last instruction into ours.
    let rest = last.open.map_or(end, |open| open.end().into());
    let (before, after) = (&text[..end], &text[rest..]);
    let after = if after.is_empty() { "\n" } else { after };
    let above = line_breaks(before) + 1;
    let mut origins = vec![(1, Origin::Template(1))];
    origins.extend(layers.origins.into_iter().map(|(line, origin)| (line + above, origin)));
    let added = layers.text.trim_end_matches('\n');
    if !after.trim().is_empty() {
        origins.push((above + line_breaks(added) + 2, Origin::Template(above + 1)));
    }
    Ok(Edited { text: format!("{before}\n{added}{after}"), origins })
}

/// Who an image of the target runs as: the last `USER` of its stage, of what `ONBUILD` of the stage below adds, of that stage,
/// and so on down to the base.
pub fn final_user(dockerfile: &Dockerfile, target: Option<&str>, args: &[(SmolStr, SmolStr)]) -> FinalUser {
    let Some(mut stage) = dockerfile.target(target) else { return FinalUser::Unknown };
    let scopes = Scopes::new(dockerfile, args);
    loop {
        let mut scope = scopes.start(stage);
        let mut user = None;
        for (_, instruction) in dockerfile.body(stage) {
            if instruction.keyword == Keyword::User {
                user = Some(user_of(instruction, &scope, dockerfile.escape));
            }
            scopes.apply(&mut scope, instruction);
        }
        if let Some(user) = user {
            return FinalUser::Set(user);
        }
        let parent = match scopes.base(stage) {
            Base::Stage(parent) => parent,
            Base::Image(reference) => return FinalUser::FromBase(reference),
            // Nothing is there, not even a list of users.
            Base::Scratch => return FinalUser::Set("0".to_owned()),
            Base::Undecided { .. } => return FinalUser::Unknown,
        };
        let mut triggers = dockerfile.body(parent).filter_map(|(_, instruction)| instruction.trigger.as_deref());
        if let Some(trigger) = triggers.rfind(|trigger| trigger.keyword == Keyword::User) {
            return FinalUser::Set(user_of(trigger, &scopes.start(stage), dockerfile.escape));
        }
        stage = parent;
    }
}

/// The text with each range replaced: references in `FROM`, `COPY --from` and `RUN --mount` by pinned ones. Names of stages,
/// flags and comments stay.
pub fn pin(text: &str, replacements: &[(TextRange, String)]) -> String {
    let mut replacements: Vec<&(TextRange, String)> = replacements.iter().collect();
    replacements.sort_by_key(|(range, _)| range.start());
    let (mut pinned, mut at) = (String::with_capacity(text.len()), 0);
    for (range, reference) in replacements {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        if let Some(between) = text.get(at..start) {
            pinned.push_str(between);
            pinned.push_str(reference);
            at = end;
        }
    }
    pinned.push_str(text.get(at..).unwrap_or_default());
    pinned
}

fn user_of(instruction: &Instruction, scope: &Scope, escape: char) -> String {
    let written = instruction.rest.text.as_str();
    let expanded = scope.expand(written, escape).ok().and_then(|expanded| expanded.decided());
    expanded.unwrap_or_else(|| written.to_owned())
}

fn line_breaks(text: &str) -> u32 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u32
}

/// The instructions from assets to the restored user, each on lines of its own. `user` is the one to restore.
fn layers(personalisation: &Personalisation<'_>, user: Option<&str>, escape: char) -> Edited {
    let (mut layers, mut origins) = (String::new(), vec![(1, Origin::Made)]);
    let known_root = user.is_some_and(is_root);
    if !known_root {
        layers.push_str("USER root\n");
    }
    if let Some(assets) = personalisation.assets {
        layers.push_str(&format!("COPY {}/ /tmp/coder/\n", assets.trim_end_matches('/')));
    }
    let json = personalisation.image_json.trim_end_matches('\n');
    let end = terminator(json);
    layers.push_str(&format!("COPY <<'{end}' /tmp/coder/image.json\n{json}\n{end}\n"));
    let mut sets_user = false;
    for (index, line) in personalisation.lines.iter().enumerate() {
        origins.push((line_breaks(&layers) + 1, Origin::Entry(index)));
        let line = line.trim_end_matches(['\n', '\r']);
        let parsed = parse(line);
        sets_user |= parsed.instructions.iter().any(|instruction| instruction.keyword == Keyword::User);
        layers.push_str(&escaped(line, &parsed, escape));
        layers.push('\n');
    }
    origins.push((line_breaks(&layers) + 1, Origin::Made));
    match user {
        Some(user) if !known_root || sets_user => {
            layers.push_str(&format!("USER {}\n", if user.is_empty() { "root" } else { user }))
        }
        None if sets_user => layers.push_str("USER root\n"),
        _ => {
            origins.pop();
        }
    }
    Edited { text: layers, origins }
}

/// Whether a user of an image's configuration is root, whatever its group.
pub fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("" | "0" | "root"))
}

/// A name for a heredoc that is no line of its body.
fn terminator(body: &str) -> String {
    let mut name = "IMAGE_JSON".to_owned();
    while body.lines().any(|line| line == name) {
        name.push('_');
    }
    name
}

/// An entry written for the escape character `\`, in a file whose escape character is another.
fn escaped(entry: &str, parsed: &Dockerfile, escape: char) -> String {
    if escape == '\\' {
        return entry.to_owned();
    }
    let mut written = String::new();
    for line in lines(entry) {
        let source = &entry[line.start..line.end];
        let inside = |instruction: &Instruction| {
            instruction.heredocs.iter().any(|heredoc| heredoc.body.contains((line.start as u32).into()))
        };
        let holder = parsed.instructions.iter().find(|instruction| instruction.range.contains((line.start as u32).into()));
        match (continued(source, '\\'), holder) {
            (_, Some(holder)) if inside(holder) => written.push_str(source),
            (kept, holder) => {
                let words = &source[..kept.unwrap_or(source.len())];
                // A shell reads its command's escapes itself; elsewhere the file's escape character does.
                let is_shell =
                    holder.is_none_or(|holder| matches!(holder.keyword, Keyword::Run | Keyword::Cmd | Keyword::Entrypoint));
                let words = if is_shell { words.to_owned() } else { words.replace('\\', escape.encode_utf8(&mut [0; 4])) };
                written.push_str(&words);
                match kept {
                    Some(_) => written.push(escape),
                    // The command's own last character is not meant to continue it: nothing, quoted, changes no word.
                    None if continued(&words, escape).is_some() => written.push_str("''"),
                    None => {}
                }
            }
        }
        written.push_str(&entry[line.end..line.next]);
    }
    written
}
