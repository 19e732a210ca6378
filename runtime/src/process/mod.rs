//! Programs of this machine that are run: their output line by line, their end, and their end before their time.
//!
//! Each runs in a process group of its own, so that Ctrl-C reaches it only through [`Stop`], and then with all it started. What
//! a program says is never shown from here, and no value of a secret is ever among its arguments.

mod folder;

use std::process::Stdio;
use std::time::Duration;

use compiler::diagnostics::catalog::missing_program;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

pub use folder::{Lock, Scratch, runtime_folder};

use crate::execute::{Failure, Level, Stop};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);
/// How many of the last lines are kept for a failure's message.
const LAST_LINES: usize = 40;

/// What a program said and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Output {
    pub fn ok(&self) -> bool {
        self.code == Some(0)
    }

    /// The last line of what it complained, without `Error: `.
    pub fn complaint(&self) -> String {
        let last = self.err.lines().map(str::trim).rfind(|line| !line.is_empty());
        last.map_or_else(|| "it gave no reason".to_owned(), |line| line.trim_start_matches("Error: ").to_owned())
    }

    pub fn last_lines(&self) -> Vec<String> {
        let lines: Vec<String> = self.err.lines().map(str::to_owned).collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].to_vec()
    }
}

/// Runs a program to its end; `input` goes to its standard input.
///
/// # Errors
/// When it cannot be started; that it fails is for the caller to judge.
pub async fn run(program: &'static str, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, Failure> {
    let mut command = command(program, arguments);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().map_err(|error| cannot_start(program, &error))?;
    let group = Group(child.id());
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A program that ends early has said why.
            let _ = stdin.write_all(input).await;
        }
    };
    let ((), out, err, status) = tokio::join!(write, text(stdout), text(stderr), child.wait());
    let status = status.map_err(|error| cannot_start(program, &error))?;
    group.gone();
    Ok(Output { code: status.code(), out, err })
}

/// What a followed program left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    /// The last lines of both its outputs.
    pub last: Vec<String>,
}

/// Runs a program and hands on each line that it prints, of both its outputs, until it ends. When `stop` asks for an end, or
/// `deadline` passes, the program and all it started are ended. `held` stays locked until then, whatever happens to this process.
///
/// # Errors
/// When it cannot be started, or was stopped ([`Failure::cancelled`]).
pub async fn follow(
    program: &'static str,
    arguments: &[&str],
    variables: &[(&str, String)],
    stop: &Stop,
    held: Option<&Lock>,
    deadline: Option<Duration>,
    mut line: impl FnMut(&str),
) -> Result<Followed, Failure> {
    let mut command = command(program, arguments);
    command.stdin(held.map_or_else(Stdio::null, Lock::share)).envs(variables.iter().map(|(name, value)| (*name, value)));
    let mut child = command.spawn().map_err(|error| cannot_start(program, &error))?;
    let group = Group(child.id());
    let (sender, mut lines) = mpsc::channel(64);
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(read_lines(stdout, sender.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(read_lines(stderr, sender));
    }
    let late = async {
        match deadline {
            Some(deadline) => tokio::time::sleep(deadline).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(late);
    let mut last: Vec<String> = Vec::new();
    loop {
        tokio::select! {
            next = lines.recv() => match next {
                Some(text) => {
                    line(&text);
                    last.push(text);
                    if last.len() > LAST_LINES {
                        last.remove(0);
                    }
                }
                None => break,
            },
            () = stop.reached(Level::Cancel) => {
                end(&mut child, group).await;
                return Err(Failure::cancelled());
            }
            () = &mut late => {
                end(&mut child, group).await;
                return Ok(Followed { code: None, last });
            }
        }
    }
    let status = child.wait().await.map_err(|error| cannot_start(program, &error))?;
    group.gone();
    Ok(Followed { code: status.code(), last })
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Asks the group to end, then makes it.
async fn end(child: &mut Child, group: Group) {
    group.signal("TERM");
    if tokio::time::timeout(GRACE, child.wait()).await.is_ok() {
        group.gone();
    }
}

/// A process group that is ended when nobody waits for it any more.
struct Group(Option<u32>);

impl Group {
    /// Its leader ended by itself, and its number may be another's soon.
    fn gone(mut self) {
        self.0 = None;
    }

    fn signal(&self, name: &str) {
        if let Some(leader) = self.0 {
            let script = format!("kill -{name} -{leader}");
            // Nothing is lost when the group is gone already.
            let _ = std::process::Command::new("/bin/sh").args(["-c", &script]).stderr(Stdio::null()).status();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

async fn text(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Lines end with a line feed or, for programs that draw progress, a carriage return; longer ones than anybody reads are cut.
async fn read_lines(stream: impl AsyncRead + Unpin, sender: mpsc::Sender<String>) {
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end_matches(['\n', '\r']);
        let text = text.rsplit('\r').next().unwrap_or(text);
        if sender.send(text.chars().take(4000).collect()).await.is_err() {
            return;
        }
        bytes.clear();
    }
}

fn cannot_start(program: &'static str, error: &std::io::Error) -> Failure {
    Failure::new(match error.kind() {
        std::io::ErrorKind::NotFound => missing_program::new(program),
        _ => missing_program::unusable(program, &error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::execute::stop;

    fn block<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn what_a_program_is_told_says_and_ends_with() {
        let output = block(run("sh", &["-c", "cat; echo Error: no >&2; exit 3"], Some(b"in"))).unwrap();
        assert_eq!((output.code, output.out.as_str(), output.complaint().as_str()), (Some(3), "in", "no"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = block(run("coderc-no-such-program", &[], None)).unwrap_err();
        assert_eq!(failure.info.name, "missing-program");
        assert!(failure.message.contains("`coderc-no-such-program`"), "{}", failure.message);
    }

    #[test]
    fn a_stop_ends_all_that_was_started() {
        let (stopper, stop) = stop();
        let mut process = String::new();
        let since = Instant::now();
        let followed = block(follow("sh", &["-c", "sleep 300 & echo $!; wait"], &[], &stop, None, None, |line| {
            process = line.to_owned();
            stopper.further();
        }));
        assert!(followed.unwrap_err().cancelled);
        assert!(since.elapsed() < Duration::from_secs(60));
        // Ended, if perhaps not yet waited for by its new parent; the signal takes its moment.
        let runs = || !std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default().is_empty();
        let ended = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            !runs()
        });
        assert!(ended, "{process} still runs");
    }

    #[test]
    fn a_deadline_ends_it_too() {
        let (_stopper, stop) = stop();
        let deadline = Some(Duration::from_millis(50));
        let mut lines = Vec::new();
        let script = ["-c", "echo one; echo two >&2; sleep 60"];
        let followed = block(follow("sh", &script, &[], &stop, None, deadline, |line| lines.push(line.to_owned()))).unwrap();
        assert_eq!(followed.code, None);
        assert_eq!(lines.len(), 2);
    }
}
