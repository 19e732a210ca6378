//! The progress of fetching, as one line on a terminal and not at all elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use crate::import::{Event, Progress, silent};

/// Shows what is fetched, unless `quiet` or standard error is no terminal.
pub fn progress(quiet: bool) -> Progress {
    if quiet || !std::io::stderr().is_terminal() {
        return silent();
    }
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    Arc::new(move |event| match event {
        Event::Asking { url } => bar.set_message(format!("asking {}", url.as_str())),
        Event::Asked { .. } => bar.tick(),
        Event::Receiving { url, received, total, bytes } => {
            let share = if total > 0 { format!(", {received} of {total} objects") } else { String::new() };
            bar.set_message(format!("fetching {} ({} KiB{share})", url.as_str(), bytes / 1024));
            bar.tick();
        }
        Event::Retrying { url, reason } => bar.set_message(format!("asking {} by git: {reason}", url.as_str())),
        Event::Kept { .. } => bar.finish_and_clear(),
    })
}
