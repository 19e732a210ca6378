//! Functions of numbers and amounts.

use super::Arguments;
use crate::diagnostics::catalog;
use crate::eval::limits::WEIGHT;
use crate::eval::{Data, Interpreter, Value, operators::order};
use crate::hir::BinaryOperator;

pub fn range(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(first) = arguments.int(0) else { return arguments.nothing() };
    // One argument is the end.
    let (from, to) = match arguments.int(1) {
        Some(to) => (first, to),
        None => (0, first),
    };
    let length = to.checked_sub(from).unwrap_or(i64::MAX).max(0) as u64;
    if length >= WEIGHT {
        return run.fail(catalog::limit_size::values(arguments.place, WEIGHT));
    }
    if !run.steps(length, arguments.place) {
        return arguments.nothing();
    }
    let numbers = (from..to.max(from)).map(|number| arguments.made(Data::Int(number))).collect();
    run.list(numbers, arguments.place)
}

pub fn sum(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(list) = arguments.list(0) else { return arguments.nothing() };
    let Some((first, rest)) = list.items.split_first() else { return arguments.made(Data::Int(0)) };
    if !run.steps(rest.len() as u64, arguments.place) {
        return arguments.nothing();
    }
    // Texts and lists are joined by `join` and `flatten`.
    if matches!(first.data, Data::String(_) | Data::List(_)) {
        return arguments.nothing();
    }
    let start = arguments.made(first.data.clone());
    rest.iter().fold(start, |sum, item| run.operate(BinaryOperator::Add, &sum, item, arguments.place))
}

pub fn min(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    extreme(run, arguments, "min", std::cmp::Ordering::Less)
}

pub fn max(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    extreme(run, arguments, "max", std::cmp::Ordering::Greater)
}

/// The first element that no other goes beyond in the direction `wanted`.
fn extreme(run: &mut Interpreter<'_>, arguments: &Arguments, name: &str, wanted: std::cmp::Ordering) -> Value {
    let Some(list) = arguments.list(0) else { return arguments.nothing() };
    let Some((first, rest)) = list.items.split_first() else {
        return run.fail(catalog::empty_list::new(arguments.places[0], name));
    };
    if !run.steps(rest.len() as u64, arguments.place) {
        return arguments.nothing();
    }
    let mut found = first;
    for item in rest {
        match order(item, found) {
            Some(order) if order == wanted => found = item,
            Some(_) => {}
            None => return arguments.nothing(),
        }
    }
    found.clone()
}
