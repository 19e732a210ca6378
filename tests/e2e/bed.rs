//! `bed`: the processes of the test bed, and a way to hold one by hand.
//!
//! The tests start it themselves; the bed is `tests::bed`.

use std::path::Path;
use std::process::{Command, ExitCode};

use tests::bed::{self, Bed};

const USAGE: &str = "usage: bed hold [COMMAND…]   start the bed, or join it, and keep it until the command, or this process, ends
The rest is for the bed itself: keep, inside FOLDER, sweep FOLDER, git ADDRESS FOLDER, names ADDRESS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["keep"] => bed::keep(),
        ["inside", folder] => bed::run_inside(Path::new(folder)),
        ["sweep", folder] => {
            bed::sweep(Path::new(folder));
            Ok(())
        }
        ["git", address, folder] => bed::git::serve(address, Path::new(folder)),
        ["names", address] => bed::names::serve(address),
        ["hold", command @ ..] => Bed::missing().and_then(|()| hold(command)),
        _ => Err(USAGE.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("bed: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn hold(command: &[&str]) -> Result<(), String> {
    let bed = Bed::get();
    println!("export KUBECONFIG={}", bed.kubeconfig().display());
    println!("# registry {}, private {}, kaniko: {}", bed.registry(), bed.private_registry(), bed.kaniko());
    println!("# {}", bed.folder().display());
    let Some((program, arguments)) = command.split_first() else {
        loop {
            std::thread::park();
        }
    };
    let status = Command::new(program).args(arguments).env("KUBECONFIG", bed.kubeconfig()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program}: {status}")),
        Err(error) => Err(format!("{program}: {error}")),
    }
}
