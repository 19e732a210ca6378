//! Whether the user wants it to end: Ctrl-C once cancels cleanly, twice stops at once.
//!
//! Who asks is not known here.

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Run,
    /// End what runs, cleanly: cancel builds, leave what is done.
    Cancel,
    /// Return at once; the next apply finishes.
    Abort,
}

/// What is asked to stop watches this. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Level>);

/// Asks for the end.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<Level>);

pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Level::Run);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// One level further each time.
    pub fn further(&self) -> Level {
        self.0.send_modify(|level| *level = if *level == Level::Run { Level::Cancel } else { Level::Abort });
        *self.0.borrow()
    }
}

impl Stop {
    pub fn level(&self) -> Level {
        *self.0.borrow()
    }

    /// Returns once the user asked for `level`, or for more. Never, when nobody can ask any more.
    pub async fn reached(&self, level: Level) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= level).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
