//! The progress of fetching, as one line on a terminal and not at all elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::import::{Event, Progress, silent};

/// Shows what is fetched, unless `quiet` or standard error is no terminal.
pub fn progress(quiet: bool) -> Progress {
    if quiet || !std::io::stderr().is_terminal() {
        return silent();
    }
    let shown: Mutex<(Visits, Option<ProgressBar>)> = Mutex::default();
    Arc::new(move |event| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (visits, bar) = &mut *shown;
        visits.take(event);
        match visits.line() {
            Some(line) => bar.get_or_insert_with(spinner).set_message(line),
            // Whatever is printed next has the line to itself.
            None => bar.take().iter().for_each(ProgressBar::finish_and_clear),
        }
    })
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    // It turns while a remote thinks, too.
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// The repositories that are being visited, by address.
#[derive(Debug, Default)]
struct Visits(BTreeMap<String, Visit>);

#[derive(Debug)]
enum Visit {
    Asking,
    Receiving { received: usize, total: usize, bytes: usize },
    Retrying { reason: String },
}

impl Visits {
    fn take(&mut self, event: Event<'_>) {
        let name = |url: &crate::import::RepositoryUrl| url.as_str().to_owned();
        match event {
            Event::Asking { url } => drop(self.0.insert(name(url), Visit::Asking)),
            Event::Receiving { url, received, total, bytes } => {
                self.0.insert(name(url), Visit::Receiving { received, total, bytes });
            }
            Event::Retrying { url, reason } => drop(self.0.insert(name(url), Visit::Retrying { reason: reason.to_owned() })),
            Event::Asked { url } | Event::Kept { url, .. } | Event::GaveUp { url } => drop(self.0.remove(url.as_str())),
        }
    }

    /// One repository by its address; several as one sum, so that the line does not jump between them.
    fn line(&self) -> Option<String> {
        let mut visits = self.0.iter();
        match (visits.next(), self.0.len()) {
            (None, _) => None,
            (Some((url, visit)), 1) => Some(match visit {
                Visit::Asking => format!("asking {url}"),
                Visit::Retrying { reason } => format!("asking {url} by git: {reason}"),
                Visit::Receiving { received, total, bytes } => {
                    format!("{}  {url}", amount("fetching", *received, *total, *bytes))
                }
            }),
            (Some(_), count) => {
                let (mut received, mut total, mut bytes, mut asking) = (0, 0, 0, 0);
                for visit in self.0.values() {
                    match visit {
                        Visit::Receiving { received: some, total: of, bytes: size } => {
                            (received, total, bytes) = (received + some, total + of, bytes + size);
                        }
                        _ => asking += 1,
                    }
                }
                let names: Vec<&str> = self.0.keys().map(|url| short(url)).collect();
                let what = match asking == count {
                    true => format!("asking {count} repositories"),
                    false => amount(&format!("fetching {count} repositories:"), received, total, bytes),
                };
                Some(format!("{what}  {}", names.join(", ")))
            }
        }
    }
}

/// `fetching 140 KiB, 6 of 64 objects`
fn amount(what: &str, received: usize, total: usize, bytes: usize) -> String {
    let size = match bytes {
        0..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{}.{} MiB", bytes >> 20, (bytes >> 10) % 1024 * 10 / 1024),
    };
    if total > 0 { format!("{what} {size}, {received} of {total} objects") } else { format!("{what} {size}") }
}

/// The last part of an address.
fn short(url: &str) -> &str {
    url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::RepositoryUrl;

    #[test]
    fn one_line_for_all() {
        let [platform, tools] = ["acme/platform", "acme/tools"].map(|text| RepositoryUrl::parse(text).unwrap());
        let mut visits = Visits::default();
        assert_eq!(visits.line(), None);
        visits.take(Event::Asking { url: &platform });
        assert_eq!(visits.line().as_deref(), Some("asking https://github.com/acme/platform"));
        visits.take(Event::Asking { url: &tools });
        assert_eq!(visits.line().as_deref(), Some("asking 2 repositories  platform, tools"));
        visits.take(Event::Receiving { url: &tools, received: 3, total: 9, bytes: 1 << 20 });
        visits.take(Event::Receiving { url: &platform, received: 1, total: 0, bytes: 1 << 19 });
        let both = "fetching 2 repositories: 1.5 MiB, 4 of 9 objects  platform, tools";
        assert_eq!(visits.line().as_deref(), Some(both));
        visits.take(Event::GaveUp { url: &platform });
        assert_eq!(visits.line().as_deref(), Some("fetching 1.0 MiB, 3 of 9 objects  https://github.com/acme/tools"));
        visits.take(Event::Kept { url: &tools, commit: git2::Oid::ZERO_SHA1 });
        assert_eq!(visits.line(), None, "nothing is left on the line");
    }
}
