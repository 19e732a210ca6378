//! Everything that is printed, on standard output and standard error.

pub mod apply;
mod page;
mod paint;
mod progress;

use std::io::Write;
use std::path::Path;

pub use page::page;
pub use paint::Paint;
pub use progress::progress;

/// An error without a place in any file, with its mends, on standard error.
pub fn error(color: bool, message: &str, help: &[String]) {
    let (red, bold, off) = if color { ("\x1b[31;1m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
    let mut text = format!("{red}error{off}{bold}: {message}{off}\n");
    for line in help {
        text.push_str(&format!("  help: {line}\n"));
    }
    stderr(&text);
}

/// A remark on standard error.
pub fn note(text: &str) {
    stderr(&format!("{text}\n"));
}

pub fn stderr(text: &str) {
    // Nobody is left to be told that standard error is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The output of a command: to a file, beside and renamed, or to standard output. Where a link is named, to what it leads to, and
/// straight into what is no file (`/dev/stdout`, a pipe).
pub fn output(out: Option<&Path>, text: &str) -> std::io::Result<()> {
    let Some(path) = out else {
        return match std::io::stdout().lock().write_all(text.as_bytes()) {
            // Whoever read it has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        };
    };
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match std::fs::metadata(&path) {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            std::fs::OpenOptions::new().write(true).open(&path)?.write_all(text.as_bytes())
        }
        _ => write_file(&path, text.as_bytes()),
    }
}

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("there is no folder `{}`", folder.display())));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode()).unwrap_or(0o644);
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
