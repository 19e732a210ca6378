//! Random edits of packages, from what fingers do (a token, a line, a declaration, a file) to noise.
//!
//! The same seed makes the same edits. What must hold after each is for the tests to say.

use crate::literate::Package;
use crate::random::Random;
use crate::sandbox::Files;

/// Changes one thing. Now and then a file goes back to what it was in `original`, so that a package never drifts into rubbish.
pub fn edit(random: &mut Random, package: &mut Package, original: &Package) -> String {
    let imported: Vec<String> = package.others.keys().cloned().collect();
    if !imported.is_empty() && random.chance(15) {
        let url = random.pick(&imported).clone();
        let (Some(other), Some(before)) = (package.others.get_mut(&url), original.others.get(&url)) else { return String::new() };
        return format!("{url}: {}", edit_files(random, &mut other.files, &before.files));
    }
    edit_files(random, &mut package.files, &original.files)
}

fn edit_files(random: &mut Random, files: &mut Files, original: &Files) -> String {
    match random.below(100) {
        0..30 => {
            let path = random.pick(&original.keys().cloned().collect::<Vec<_>>()).clone();
            files.insert(path.clone(), original[&path].clone());
            format!("restore {path}")
        }
        30..34 => match random_path(random, files) {
            Some(path) => {
                files.remove(&path);
                format!("remove {path}")
            }
            None => String::new(),
        },
        34..38 => match random_path(random, files) {
            Some(path) => {
                let text = files[&path].clone();
                let copy = beside(&path, random.below(3));
                files.insert(copy.clone(), text);
                format!("copy {path} to {copy}")
            }
            None => String::new(),
        },
        _ => match random_path(random, files) {
            Some(path) => {
                let text = text(random, &files[&path]);
                files.insert(path.clone(), text);
                format!("change {path}")
            }
            None => String::new(),
        },
    }
}

fn random_path(random: &mut Random, files: &Files) -> Option<String> {
    let paths: Vec<&String> = files.keys().collect();
    if paths.is_empty() { None } else { Some((*random.pick(&paths)).clone()) }
}

/// Another name in the same folder, with the same ending.
fn beside(path: &str, number: usize) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}copy-{number}-{name}")
}

/// A text with one change.
pub fn text(random: &mut Random, text: &str) -> String {
    match random.below(100) {
        0..60 => tokens(random, text),
        60..80 => pieces(random, text.split_inclusive('\n').map(str::to_string).collect()),
        80..92 => pieces(random, declarations(text)),
        _ => characters(random, text),
    }
}

/// Deletes, repeats, moves or replaces one token, or types a new one.
fn tokens(random: &mut Random, text: &str) -> String {
    let mut tokens = split_tokens(text);
    let at = random.below(tokens.len() + 1);
    let typed = (*random.pick(WORDS)).to_string();
    match random.below(5) {
        0 if at < tokens.len() => drop(tokens.remove(at)),
        1 if at < tokens.len() => tokens[at] = typed,
        2 if at < tokens.len() => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        3 if at < tokens.len() => tokens.insert(at, tokens[at].clone()),
        _ => tokens.insert(at, typed),
    }
    tokens.concat()
}

/// Deletes, repeats or moves one of the pieces.
fn pieces(random: &mut Random, mut pieces: Vec<String>) -> String {
    if pieces.is_empty() {
        return (*random.pick(WORDS)).to_string();
    }
    let at = random.below(pieces.len());
    let piece = pieces[at].clone();
    let to = random.below(pieces.len() + 1);
    match random.below(3) {
        0 => drop(pieces.remove(at)),
        1 => pieces.insert(to, piece),
        _ => {
            pieces.remove(at);
            pieces.insert(to.min(pieces.len()), piece);
        }
    }
    pieces.concat()
}

/// Noise: cuts, and characters that nobody types.
fn characters(random: &mut Random, text: &str) -> String {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    match random.below(4) {
        0 => before.to_string(),
        1 => after.to_string(),
        2 => format!("{before}{}{after}", random.pick(NOISE)),
        _ => format!("{before}{}{after}", random.pick(NOISE).repeat(random.below(40))),
    }
}

/// A text cut where a line begins with a word: at declarations, and at the keys and instructions of other formats.
fn declarations(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|first: char| first.is_alphabetic());
        match found.last_mut() {
            Some(last) if !begins => last.push_str(line),
            _ => found.push(line.to_string()),
        }
    }
    found
}

/// Words, white space, and single other characters.
pub fn split_tokens(text: &str) -> Vec<String> {
    let class = |character: char| match character {
        _ if character.is_alphanumeric() || character == '-' || character == '_' => 0,
        ' ' | '\t' | '\n' => 1,
        _ => 2,
    };
    let mut tokens: Vec<String> = Vec::new();
    for character in text.chars() {
        match tokens.last_mut() {
            Some(last) if class(character) < 2 && last.chars().next().is_some_and(|first| class(first) == class(character)) => {
                last.push(character);
            }
            _ => tokens.push(character.to_string()),
        }
    }
    tokens
}

/// What is typed into any of the formats.
const WORDS: &[&str] = &[
    " ",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "\\(",
    "=",
    "==",
    "=>",
    "+=",
    "-",
    ".",
    ",",
    ":",
    "?",
    "?.",
    "??",
    "|",
    "&&",
    "//",
    "/*",
    "*/",
    "///",
    "#",
    "<",
    ">",
    "%",
    "/",
    "!",
    "$",
    "\\",
    "<<EOF",
    "EOF",
    "image",
    "environment",
    "container",
    "volume",
    "port",
    "mount",
    "import",
    "let",
    "type",
    "fn",
    "policy",
    "enforce",
    "test",
    "project",
    "private",
    "for",
    "in",
    "if",
    "else",
    "match",
    "with",
    "where",
    "require",
    "assert",
    "at",
    "as",
    "primary",
    "env",
    "memory",
    "cpu",
    "personalize",
    "repository",
    "context",
    "it",
    "none",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "0.5",
    "500m",
    "4GB",
    "512MiB",
    "30s",
    "range",
    "len",
    "secret",
    "file",
    "json",
    "yaml",
    "a",
    "base",
    "dev",
    "x-y",
    "string",
    "int",
    "list",
    "map",
    "_",
    "é",
    "日本",
    "FROM",
    "RUN",
    "COPY",
    "ARG",
    "USER",
    "AS",
    "--from=0",
    "ONBUILD",
    "HEALTHCHECK",
    "SHELL",
    "- ",
    "name: ",
    "spec:",
    "type: ",
    "---\n",
    "&a",
    "*a",
    "!!",
    ">-",
    "'",
    "[[import]]",
    "[[image]]",
    "commit = \"",
    "<<<<<<< HEAD\n",
    "**",
    "../",
    "!*.md",
];

/// Characters that nobody types.
const NOISE: &[&str] = &[
    "\0",
    "\u{feff}",
    "\r",
    "\r\n",
    "\u{202e}",
    "\u{2028}",
    "\u{1b}[31m",
    "((((",
    "{{{{",
    "[[[[",
    "\"",
    "\\",
    "👩‍👩‍👧",
    "\u{301}",
    "-",
];
