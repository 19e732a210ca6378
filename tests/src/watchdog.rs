//! Ends the process when one case of a test takes too long, and says which: a hang is a failure, not a silence.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Watches one thread's cases.
pub struct Watchdog {
    current: Arc<Mutex<(Instant, String)>>,
}

impl Watchdog {
    /// Each case may take `limit`.
    pub fn start(limit: Duration) -> Watchdog {
        let current = Arc::new(Mutex::new((Instant::now(), String::new())));
        let watched = Arc::downgrade(&current);
        std::thread::spawn(move || watch(&watched, limit));
        Watchdog { current }
    }

    /// The next case begins. `describe` is asked at once, for a case that hangs answers no more.
    pub fn begin(&self, case: String) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), case);
    }
}

fn watch(watched: &Weak<Mutex<(Instant, String)>>, limit: Duration) {
    while let Some(current) = watched.upgrade() {
        {
            let (since, case) = &*current.lock().unwrap_or_else(PoisonError::into_inner);
            if since.elapsed() > limit {
                hung(case, limit);
            }
        }
        drop(current);
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[expect(clippy::print_stderr, reason = "the test's thread hangs and can say nothing")]
fn hung(case: &str, limit: Duration) -> ! {
    eprintln!("this case did not end within {limit:?}:\n{case}");
    std::process::abort()
}
