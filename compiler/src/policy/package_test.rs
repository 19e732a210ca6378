//! A package's `test`: its statements in order, and the assertions that do not hold.

use crate::db::{Db, ItemId, item_tree};
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::{Interpreter, show};
use crate::hir::{Definition, TestStatement};
use crate::types;

#[derive(Debug, PartialEq)]
pub enum TestOutcome {
    Passed,
    /// One diagnostic for each assertion that does not hold, with both sides of a comparison.
    Failed(Vec<Diagnostic>),
    /// It could not be evaluated to its end. Without diagnostics where the errors are those of other declarations, or were
    /// reported by the check.
    Errors(Vec<Diagnostic>),
}

/// Runs one `test`.
pub fn run_test(db: &dyn Db, test: ItemId) -> TestOutcome {
    let Definition::Test(statements) = &item_tree(db, test).item.definition else { return TestOutcome::Errors(Vec::new()) };
    if types::has_errors(db, test) {
        return TestOutcome::Errors(Vec::new());
    }
    let mut run = Interpreter::new(db, test);
    let mut frame = run.frame(test);
    let mut failed = Vec::new();
    let mut unknown = false;
    for statement in statements {
        match statement {
            TestStatement::Let { name, type_, value } => {
                let value = run.typed(&mut frame, *type_, *value);
                frame.bind(&name.text, value);
            }
            TestStatement::Assert { condition, .. } => match run.truth(&mut frame, *condition) {
                Some(true) => {}
                Some(false) => {
                    let mut diagnostic = catalog::assertion_failed::new(frame.expr_place(*condition));
                    if let Some((left, right)) = run.deciding_comparison(&mut frame, *condition) {
                        for (place, value) in [left, right] {
                            diagnostic = diagnostic.label(place, format!("this is {}", show(&value)));
                        }
                    }
                    failed.push(diagnostic);
                }
                None => unknown = true,
            },
        }
    }
    let errors = run.finish();
    if unknown || !errors.is_empty() {
        TestOutcome::Errors(failed.into_iter().chain(errors).collect())
    } else if failed.is_empty() {
        TestOutcome::Passed
    } else {
        TestOutcome::Failed(failed)
    }
}
