//! The system's certificates for libgit2: read before the first visit to a remote, and not when the program starts.
//!
//! libgit2 reads all of them when it starts, which takes longer than the check of hundreds of environments. What the environment
//! names as certificates comes before what the system has.

use std::ffi::{OsStr, OsString};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use openssl_probe::{ENV_CERT_DIR, ENV_CERT_FILE};

static DEFERRED: AtomicBool = AtomicBool::new(false);

/// Starts libgit2 without certificates.
///
/// # Safety
/// To be called before any other thread is started: for a moment the environment is another.
pub(crate) unsafe fn defer() {
    let nothing = OsStr::new("/dev/null");
    if !std::path::Path::new(nothing).exists() {
        return;
    }
    let named: [(&str, Option<OsString>); 2] = [ENV_CERT_FILE, ENV_CERT_DIR].map(|name| (name, std::env::var_os(name)));
    // SAFETY: the caller sees to it that no other thread reads the environment.
    named.iter().for_each(|(name, _)| unsafe { std::env::set_var(name, nothing) });
    super::trust_every_owner();
    for (name, value) in named {
        // SAFETY: as above.
        match value {
            Some(value) => unsafe { std::env::set_var(name, value) },
            None => unsafe { std::env::remove_var(name) },
        }
    }
    DEFERRED.store(true, Ordering::Relaxed);
}

/// Reads the certificates, if that was put off. Without any, a connection over https says so itself.
pub(super) fn load() {
    static ONCE: Once = Once::new();
    if !DEFERRED.load(Ordering::Relaxed) {
        return;
    }
    // SAFETY: sets where libgit2 looks for certificates, once, before its first connection.
    ONCE.call_once(|| unsafe {
        let found = openssl_probe::probe();
        if let Some(file) = found.cert_file {
            let _ = git2::opts::set_ssl_cert_file(file);
        }
        if let Some(folder) = found.cert_dir {
            let _ = git2::opts::set_ssl_cert_dir(folder);
        }
    });
}
