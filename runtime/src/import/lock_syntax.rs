//! The syntax of `coder.lock`: TOML, every key known, every value of its form, each mistake with its place.
//!
//! Which entries may stand together is the lock's business.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lock::{LockProblem, LockedImage, LockedImport, VERSION};
use super::resolve::full_commit;
use super::{At, RepositoryUrl};

/// Entries in the order of the file, each with the place of its table.
pub(super) struct Unlocked {
    pub imports: Vec<(LockedImport, Range<usize>)>,
    pub images: Vec<(LockedImage, Range<usize>)>,
}

const ANEW: &str = "restore the file from the repository's history, or remove it and run `coderc check` to lock anew";

pub(super) fn read(text: &str) -> Result<Unlocked, LockProblem> {
    refuse_conflict(text)?;
    // TOML knows no byte order mark; places count from the file's start all the same.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let reader = Reader { text, mark };
    let table = DeTable::parse(&text[mark..]).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        reader.problem(range, format!("the lock is not TOML: {}", one_line(error.message())))
    })?;
    reader.document(table.get_ref())
}

struct Reader<'text> {
    text: &'text str,
    mark: usize,
}

impl Reader<'_> {
    fn document(&self, table: &DeTable<'_>) -> Result<Unlocked, LockProblem> {
        self.version(table)?;
        let mut unlocked = Unlocked { imports: Vec::new(), images: Vec::new() };
        for (key, value) in table {
            let entries = match key.get_ref().as_ref() {
                "version" => continue,
                "import" | "image" => self.tables(key.get_ref(), value)?,
                other => return Err(self.unknown(key.span(), other, "`version`, `[[import]]` and `[[image]]`")),
            };
            for (entry, range) in entries {
                if key.get_ref() == "import" {
                    unlocked.imports.push((self.import(entry, range.clone())?, self.file(range)));
                } else {
                    unlocked.images.push((self.image(entry, range.clone())?, self.file(range)));
                }
            }
        }
        Ok(unlocked)
    }

    fn version(&self, table: &DeTable<'_>) -> Result<(), LockProblem> {
        let Some(value) = table.get("version") else {
            return match table.is_empty() {
                true => Ok(()),
                false => Err(self.problem(0..0, "the lock does not say its `version`")),
            };
        };
        let found = value.get_ref().as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        match found {
            Some(VERSION) => Ok(()),
            Some(newer) if newer > VERSION => {
                let message = format!("the lock is of version {newer}, and this program reads version {VERSION}");
                Err(LockProblem::at(
                    self.text,
                    self.file(value.span()),
                    message,
                    "use the `coderc` that wrote it, or a newer one",
                ))
            }
            _ => Err(self.problem(value.span(), format!("the lock's `version` is not {VERSION}"))),
        }
    }

    fn tables<'t, 'i>(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'i>>,
    ) -> Result<Vec<(&'t DeTable<'i>, Range<usize>)>, LockProblem> {
        let wrong = |range| self.problem(range, format!("entries are written as tables, `[[{key}]]`"));
        let array = value.get_ref().as_array().ok_or_else(|| wrong(value.span()))?;
        let table = |entry: &'t Spanned<DeValue<'i>>| {
            entry.get_ref().as_table().map(|table| (table, entry.span())).ok_or_else(|| wrong(entry.span()))
        };
        array.iter().map(table).collect()
    }

    fn import(&self, entry: &DeTable<'_>, range: Range<usize>) -> Result<LockedImport, LockProblem> {
        let [url, at, commit, content] = self.fields(entry, range, ["url", "at", "commit", "content"], "an import")?;
        Ok(LockedImport {
            url: RepositoryUrl::parse(url.0).map_err(|problem| self.problem(url.1, problem.message))?,
            at: Some(At::parse(at.0))
                .filter(At::is_possible)
                .ok_or_else(|| self.problem(at.1, "`at` is no branch, tag or commit"))?,
            commit: full_commit(commit.0).ok_or_else(|| self.problem(commit.1, "`commit` is not forty hexadecimal digits"))?,
            content: self.digest(content)?,
        })
    }

    fn image(&self, entry: &DeTable<'_>, range: Range<usize>) -> Result<LockedImage, LockProblem> {
        let [reference, digest, user] = self.fields(entry, range, ["reference", "digest", "user"], "an image")?;
        Ok(LockedImage { reference: reference.0.to_owned(), digest: self.digest(digest)?, user: user.0.to_owned() })
    }

    /// The values of exactly these keys, each a string with its place.
    fn fields<'t, const N: usize>(
        &self,
        entry: &'t DeTable<'_>,
        range: Range<usize>,
        names: [&str; N],
        what: &str,
    ) -> Result<[(&'t str, Range<usize>); N], LockProblem> {
        let known = names.map(|name| format!("`{name}`")).join(", ");
        if let Some((key, _)) = entry.iter().find(|(key, _)| !names.contains(&key.get_ref().as_ref())) {
            return Err(self.unknown(key.span(), key.get_ref(), &known));
        }
        let mut values = [const { ("", 0..0) }; N];
        for (slot, name) in values.iter_mut().zip(names) {
            let value =
                entry.get(name).ok_or_else(|| self.problem(range.clone(), format!("{what} of the lock lacks its `{name}`")))?;
            let text = value.get_ref().as_str();
            *slot = (text.ok_or_else(|| self.problem(value.span(), format!("`{name}` is not a string")))?, value.span());
        }
        Ok(values)
    }

    fn digest(&self, (text, range): (&str, Range<usize>)) -> Result<String, LockProblem> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        match digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            true => Ok(text.to_owned()),
            false => Err(self.problem(range, "this is not `sha256:` and 64 hexadecimal digits in lower case")),
        }
    }

    fn unknown(&self, range: Range<usize>, key: &str, known: &str) -> LockProblem {
        self.problem(range, format!("the lock has the unknown key `{key}`; it holds {known}"))
    }

    fn problem(&self, range: Range<usize>, message: impl Into<String>) -> LockProblem {
        LockProblem::at(self.text, self.file(range), message, ANEW)
    }

    /// A range of what TOML read, as one of the file.
    fn file(&self, range: Range<usize>) -> Range<usize> {
        range.start + self.mark..range.end + self.mark
    }
}

/// The marks of an unresolved merge would be reported as some mistake of TOML; they are named instead.
fn refuse_conflict(text: &str) -> Result<(), LockProblem> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|mark| line.starts_with(mark)) || line.trim_end() == "=======" {
            let range = start..start + line.trim_end().len();
            let help = "keep the lines of both sides that are meant and remove the marks; then `coderc check` settles the rest";
            return Err(LockProblem::at(text, range, "the lock holds the marks of an unresolved merge", help));
        }
        start += line.len();
    }
    Ok(())
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
