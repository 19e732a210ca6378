//! From one kind of scalar to another, and the making of secrets.

use super::Arguments;
use crate::diagnostics::catalog;
use crate::eval::strings::write_scalar;
use crate::eval::{Data, Interpreter, Value, scalar, show};
use crate::model::object_name_problem;

pub fn int(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let made = match arguments.data(0) {
        Some(Data::Int(number)) => Some(*number),
        Some(Data::Bool(truth)) => Some(i64::from(*truth)),
        // The bounds are powers of two, which floats hold exactly.
        Some(Data::Float(number)) if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(number) => {
            Some(*number as i64)
        }
        Some(Data::Float(_)) => return run.fail(catalog::overflow::new(arguments.place, "int")),
        Some(Data::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    match made {
        Some(number) => arguments.made(Data::Int(number)),
        None => refused(run, arguments, "int"),
    }
}

pub fn float(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let made = match arguments.data(0) {
        Some(Data::Int(number)) => Some(*number as f64),
        Some(Data::Float(number)) => Some(*number),
        Some(Data::Bool(truth)) => Some(f64::from(u8::from(*truth))),
        Some(Data::String(text)) => scalar::float(text.trim()),
        _ => None,
    };
    match made {
        Some(number) => arguments.made(Data::Float(number)),
        None => refused(run, arguments, "float"),
    }
}

pub fn string(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(data) = arguments.data(0) else { return arguments.nothing() };
    if matches!(data, Data::Secret(_)) {
        return run.fail(catalog::secret_in_text::new(arguments.places[0]));
    }
    let mut text = String::new();
    if write_scalar(data, &mut text) { run.text(text, arguments.place) } else { refused(run, arguments, "string") }
}

pub fn secret(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(name), Some(key)) = (arguments.text(0), arguments.text(1)) else { return arguments.nothing() };
    match object_name_problem(name) {
        Some(problem) => run.fail(catalog::invalid_name::new(arguments.places[0], name, "Secret", problem)),
        None => run.secret(name.clone(), key.clone(), arguments.place),
    }
}

fn refused(run: &mut Interpreter<'_>, arguments: &Arguments, ty: &str) -> Value {
    let Some(value) = arguments.value(0) else { return arguments.nothing() };
    run.fail(catalog::not_convertible::new(arguments.places[0], &show(value), ty))
}
