//! Functions of lists and maps, some of them of strings as lists of characters.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::Arguments;
use crate::eval::{Data, Field, Fields, Interpreter, Value, operators::order};

pub fn len(_: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let length = match arguments.data(0) {
        Some(Data::List(list)) => list.items.len(),
        Some(Data::Record(record)) => record.fields.len(),
        Some(Data::String(text)) => text.chars().count(),
        _ => return arguments.nothing(),
    };
    arguments.made(Data::Int(length as i64))
}

pub fn keys(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(record) = arguments.value(0).and_then(Value::fields) else { return arguments.nothing() };
    if !run.steps(record.fields.len() as u64, arguments.place) {
        return arguments.nothing();
    }
    let key = |(name, field): (&SmolStr, &Field)| Value::new(Data::String(name.clone()), field.set_at);
    let keys = record.fields.iter().map(key).collect();
    run.list(keys, arguments.place)
}

pub fn values(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(record) = arguments.value(0).and_then(Value::fields) else { return arguments.nothing() };
    if !run.steps(record.fields.len() as u64, arguments.place) {
        return arguments.nothing();
    }
    let values = record.fields.values().map(|field| field.value.clone()).collect();
    run.list(values, arguments.place)
}

pub fn sort(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(items) = elements(run, arguments, 0, 8) else { return arguments.nothing() };
    let mut items = items.to_vec();
    // A first pass makes sure that each has an order, so that the sort has a total one.
    if items.iter().any(|item| order(&items[0], item).is_none()) {
        return arguments.nothing();
    }
    items.sort_by(|left, right| order(left, right).unwrap_or(std::cmp::Ordering::Equal));
    run.list(items, arguments.place)
}

pub fn unique(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(items) = elements(run, arguments, 0, 1) else { return arguments.nothing() };
    let mut texts: FxHashSet<&SmolStr> = FxHashSet::default();
    let mut numbers: FxHashSet<i64> = FxHashSet::default();
    let mut kept: Vec<Value> = Vec::new();
    // Of what is neither text nor number: compared one by one.
    let mut others: Vec<usize> = Vec::new();
    for item in items {
        let is_new = match &item.data {
            Data::String(text) => texts.insert(text),
            Data::Int(number) => numbers.insert(*number),
            _ => {
                if !run.steps((others.len() as u64 + 1).saturating_mul(item.weight()), arguments.place) {
                    return arguments.nothing();
                }
                let is_new = !others.iter().any(|other| kept[*other].equals(item));
                if is_new {
                    others.push(kept.len());
                }
                is_new
            }
        };
        if is_new {
            kept.push(item.clone());
        }
    }
    run.list(kept, arguments.place)
}

pub fn flatten(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(lists) = elements(run, arguments, 0, 1) else { return arguments.nothing() };
    let mut items = Vec::new();
    for list in lists {
        let Data::List(list) = &list.data else { return arguments.nothing() };
        if !run.steps(list.items.len() as u64, arguments.place) {
            return arguments.nothing();
        }
        items.extend_from_slice(&list.items);
    }
    run.list(items, arguments.place)
}

pub fn reverse(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    if let Some(text) = arguments.text(0) {
        return run.text(text.chars().rev().collect(), arguments.place);
    }
    let Some(items) = elements(run, arguments, 0, 1) else { return arguments.nothing() };
    let items = items.iter().rev().cloned().collect();
    run.list(items, arguments.place)
}

/// Positions past an end mean that end.
pub fn slice(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(from) = arguments.int(1) else { return arguments.nothing() };
    let to = arguments.int(2);
    let bounds = |length: usize| {
        let length = length as i64;
        let position = |at: i64| if at < 0 { (length.saturating_add(at)).max(0) } else { at.min(length) };
        let (start, end) = (position(from), position(to.unwrap_or(length)));
        start as usize..end.max(start) as usize
    };
    if let Some(text) = arguments.text(0) {
        let characters: Vec<char> = text.chars().collect();
        let cut = characters[bounds(characters.len())].iter().collect();
        return run.text(cut, arguments.place);
    }
    let Some(items) = elements(run, arguments, 0, 1) else { return arguments.nothing() };
    let cut = items[bounds(items.len())].to_vec();
    run.list(cut, arguments.place)
}

pub fn zip(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(left), Some(right)) = (elements(run, arguments, 0, 1), elements(run, arguments, 1, 1)) else {
        return arguments.nothing();
    };
    let place = arguments.place;
    let pair = |(left, right): (&Value, &Value)| {
        let field = |value: &Value| Field { value: value.clone(), set_at: place, overridden: None };
        let fields: Fields = [("first", left), ("second", right)]
            .map(|(name, value)| (SmolStr::new_static(name), field(value)))
            .into_iter()
            .collect();
        Value::record(fields, place)
    };
    let pairs = left.iter().zip(right).map(pair).collect();
    run.list(pairs, place)
}

pub fn contains(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(of), Some(what)) = (arguments.value(0), arguments.value(1)) else { return arguments.nothing() };
    let found = match (&of.data, &what.data) {
        (Data::List(list), _) => {
            if !run.steps(list.weight.min((list.items.len() as u64).saturating_mul(what.weight())), arguments.place) {
                return arguments.nothing();
            }
            list.items.iter().any(|item| item.equals(what))
        }
        (Data::Record(record), Data::String(key)) => record.fields.contains_key(key),
        (Data::String(text), Data::String(part)) => {
            if !run.steps(text.len() as u64 / 256, arguments.place) {
                return arguments.nothing();
            }
            text.contains(part.as_str())
        }
        _ => return arguments.nothing(),
    };
    arguments.made(Data::Bool(found))
}

pub fn all(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    truths(run, arguments, |truths| truths.iter().all(|truth| *truth))
}

pub fn any(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    truths(run, arguments, |truths| truths.contains(&true))
}

fn truths(run: &mut Interpreter<'_>, arguments: &Arguments, result: impl Fn(&[bool]) -> bool) -> Value {
    let Some(items) = elements(run, arguments, 0, 1) else { return arguments.nothing() };
    let truth = |item: &Value| match item.data {
        Data::Bool(truth) => Some(truth),
        _ => None,
    };
    match items.iter().map(truth).collect::<Option<Vec<bool>>>() {
        Some(truths) => arguments.made(Data::Bool(result(&truths))),
        None => arguments.nothing(),
    }
}

/// The elements of a list argument, each counted as so many steps.
fn elements<'a>(run: &mut Interpreter<'_>, arguments: &'a Arguments, index: usize, steps: u64) -> Option<&'a [Value]> {
    let list = arguments.list(index)?;
    run.steps(list.items.len() as u64 * steps, arguments.place).then_some(&list.items)
}
