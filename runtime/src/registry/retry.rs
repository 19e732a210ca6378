//! Asking again, where a registry or the way to it may answer differently the next time.
//!
//! It knows nothing of deadlines: who asks sets one around it.

use std::time::Duration;

use super::answer::Answer;
use super::failure::FailureKind;

/// Attempts in all. A machine that cannot be reached at all is given up sooner, so that a mistyped host is said soon.
const ATTEMPTS: u32 = 5;
const ATTEMPTS_TO_REACH: u32 = 3;

/// The first result, or the last failure, of `question`; after `pause`, then twice as long, and so on.
pub async fn retry<T, Answered>(pause: Duration, question: impl Fn() -> Answered) -> Result<T, Answer>
where
    Answered: Future<Output = Result<T, Answer>>,
{
    let mut attempt = 1;
    loop {
        match question().await {
            Err(answer) if answer.passing && attempt < attempts(answer.kind) => {
                tracing::debug!(attempt, detail = answer.detail, "the registry is asked again");
                tokio::time::sleep(pause * 2u32.pow(attempt - 1)).await;
                attempt += 1;
            }
            answered => return answered,
        }
    }
}

fn attempts(kind: FailureKind) -> u32 {
    if kind == FailureKind::Unreachable { ATTEMPTS_TO_REACH } else { ATTEMPTS }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn asked(answers: &[Result<&'static str, Answer>]) -> (Result<&'static str, Answer>, usize) {
        let count = Cell::new(0);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let result = runtime.block_on(retry(Duration::ZERO, async || {
            count.set(count.get() + 1);
            answers[(count.get() - 1).min(answers.len() - 1)].clone()
        }));
        (result, count.get())
    }

    fn answer(kind: FailureKind, passing: bool) -> Answer {
        Answer { kind, detail: String::new(), passing }
    }

    #[test]
    fn what_passes_is_asked_again() {
        assert_eq!(asked(&[Err(answer(FailureKind::RateLimited, true)), Ok("here")]), (Ok("here"), 2));
    }

    #[test]
    fn what_does_not_pass_is_asked_once() {
        let refused = answer(FailureKind::Unauthorized, false);
        assert_eq!(asked(&[Err(refused.clone())]), (Err(refused), 1));
    }

    #[test]
    fn it_ends() {
        assert_eq!(asked(&[Err(answer(FailureKind::RateLimited, true))]).1, 5);
        assert_eq!(asked(&[Err(answer(FailureKind::Unreachable, true))]).1, 3);
    }
}
