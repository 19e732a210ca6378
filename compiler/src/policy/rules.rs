//! A policy's rules against one image or environment.

use crate::db::{Db, ItemId, item_tree, name_place};
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::{Data, Frame, Interpreter, Value, show};
use crate::hir::{Definition, ExprId, Rule};
use crate::text::{Place, TextRange};
use crate::types;

/// What a policy says against an image or environment, each rule once for all elements of a loop with the same message; and
/// what went wrong while the policy itself was evaluated.
pub fn violations(db: &dyn Db, policy: ItemId, instance: &Value) -> Vec<Diagnostic> {
    let Definition::Policy { params, rules } = &item_tree(db, policy).item.definition else { return Vec::new() };
    if types::has_errors(db, policy) || instance.is_error() {
        return Vec::new();
    }
    let place = match &instance.data {
        Data::Instance(declared) => declared.place,
        _ => instance.place,
    };
    let mut interpreter = Interpreter::new(db, policy);
    let mut frame = interpreter.frame(policy);
    if let Some(param) = params.first() {
        frame.bind(&param.name.text, instance.clone());
    }
    let mut check = Check { db, policy, place, broken: Vec::new() };
    check.rules(&mut interpreter, &mut frame, rules);
    let mut diagnostics = check.broken;
    diagnostics.extend(interpreter.finish());
    diagnostics
}

struct Check<'db> {
    db: &'db dyn Db,
    policy: ItemId,
    /// What is checked: where it is declared.
    place: Place,
    broken: Vec<Diagnostic>,
}

impl<'db> Check<'db> {
    fn rules(&mut self, run: &mut Interpreter<'db>, frame: &mut Frame<'db>, rules: &'db [Rule]) {
        let outer = frame.bound();
        for rule in rules {
            match rule {
                Rule::Let { name, type_, value } => {
                    let value = run.typed(frame, *type_, *value);
                    frame.bind(&name.text, value);
                }
                Rule::Require { condition, message, range } => {
                    if run.truth(frame, *condition) == Some(false) {
                        self.violation(run, frame, *condition, *message, *range);
                    }
                }
                Rule::For { loop_, condition, rules } => {
                    run.each(frame, loop_, &mut |run, frame| {
                        if condition.is_none_or(|condition| run.truth(frame, condition) == Some(true)) {
                            self.rules(run, frame, rules);
                        }
                    });
                }
                Rule::If { condition, rules } => {
                    if run.truth(frame, *condition) == Some(true) {
                        self.rules(run, frame, rules);
                    }
                }
            }
        }
        frame.unbind(outer);
    }

    fn violation(
        &mut self,
        run: &mut Interpreter<'db>,
        frame: &mut Frame<'db>,
        condition: ExprId,
        message: ExprId,
        range: TextRange,
    ) {
        // A message that cannot be written is reported by itself.
        let Data::String(message) = run.expr(frame, message).data else { return };
        let rule = frame.place(range);
        let mut diagnostic = catalog::policy::new(self.place, self.policy.name(self.db), message.as_str(), rule);
        if let Some((left, right)) = run.deciding_comparison(frame, condition) {
            // What was written outside of the policy is what broke it.
            let declared = name_place(self.db, self.policy).owner;
            for (_, value) in [left, right] {
                if value.place.owner != declared && value.place != self.place {
                    diagnostic = diagnostic.label(value.place, format!("this is {}", show(&value)));
                }
            }
        }
        let same = |other: &Diagnostic| other.message == diagnostic.message && other.labels.first() == diagnostic.labels.first();
        if !self.broken.iter().any(same) {
            self.broken.push(diagnostic);
        }
    }
}
