//! Operators: arithmetic on numbers and amounts, comparisons, and what joins texts and lists.

use std::cmp::Ordering;
use std::sync::Arc;

use smol_str::SmolStr;

use super::code::Frame;
use super::{Data, Interpreter, List, Value};
use crate::diagnostics::catalog;
use crate::hir::{BinaryOperator, ExprId, UnaryOperator};
use crate::model::{Bytes, Cpu};
use crate::text::Place;

/// Why an operation has no result.
enum Failure {
    /// Of types that do not go together: reported by the type checker.
    Silent,
    DivisionByZero,
    /// The result does not fit; of which type.
    Overflow(&'static str),
    Negative(&'static str),
}

type Outcome = Result<Data, Failure>;

impl<'db> Interpreter<'db> {
    pub(super) fn unary(&mut self, frame: &mut Frame<'db>, operator: UnaryOperator, operand: ExprId, place: Place) -> Value {
        let operand = self.expr(frame, operand);
        let outcome = match (operator, &operand.data) {
            (UnaryOperator::Not, Data::Bool(truth)) => Ok(Data::Bool(!truth)),
            (UnaryOperator::Negate, Data::Int(number)) => number.checked_neg().map(Data::Int).ok_or(Failure::Overflow("int")),
            (UnaryOperator::Negate, Data::Float(number)) => Ok(Data::Float(-number)),
            _ => Err(Failure::Silent),
        };
        self.outcome(outcome, place)
    }

    /// Any operator but `??`.
    pub(super) fn binary(
        &mut self,
        frame: &mut Frame<'db>,
        operator: BinaryOperator,
        left: ExprId,
        right: ExprId,
        place: Place,
    ) -> Value {
        let left = self.expr(frame, left);
        match (operator, &left.data) {
            (BinaryOperator::And, Data::Bool(false)) | (BinaryOperator::Or, Data::Bool(true)) => {
                return Value::new(left.data, place);
            }
            (BinaryOperator::And | BinaryOperator::Or, Data::Bool(_)) => {
                return Value::new(self.expr(frame, right).data, place);
            }
            (BinaryOperator::And | BinaryOperator::Or, _) => return Value::error(place),
            _ => {}
        }
        let right = self.expr(frame, right);
        self.operate(operator, &left, &right, place)
    }

    /// The result of an operator that needs both sides.
    pub(crate) fn operate(&mut self, operator: BinaryOperator, left: &Value, right: &Value, place: Place) -> Value {
        use BinaryOperator as Op;
        if left.is_error() || right.is_error() {
            return Value::error(place);
        }
        let outcome = match operator {
            Op::Equal | Op::NotEqual => {
                if !self.steps(left.weight().min(right.weight()), place) {
                    return Value::error(place);
                }
                Ok(Data::Bool(left.equals(right) == (operator == Op::Equal)))
            }
            Op::Less => compare(left, right).map(|order| Data::Bool(order.is_lt())),
            Op::LessEqual => compare(left, right).map(|order| Data::Bool(order.is_le())),
            Op::Greater => compare(left, right).map(|order| Data::Bool(order.is_gt())),
            Op::GreaterEqual => compare(left, right).map(|order| Data::Bool(order.is_ge())),
            Op::Add => match (&left.data, &right.data) {
                (Data::String(left), Data::String(right)) => return self.concatenated(left, right, place),
                (Data::List(left), Data::List(right)) => return self.appended(left, right, place),
                (left, right) => arithmetic(operator, left, right),
            },
            _ => arithmetic(operator, &left.data, &right.data),
        };
        self.outcome(outcome, place)
    }

    fn outcome(&mut self, outcome: Outcome, place: Place) -> Value {
        match outcome {
            Ok(data) => Value::new(data, place),
            Err(Failure::Silent) => Value::error(place),
            Err(Failure::DivisionByZero) => self.fail(catalog::division_by_zero::new(place)),
            Err(Failure::Overflow(ty)) => self.fail(catalog::overflow::new(place, ty)),
            Err(Failure::Negative(ty)) => self.fail(catalog::overflow::negative(place, ty)),
        }
    }

    fn concatenated(&mut self, left: &SmolStr, right: &SmolStr, place: Place) -> Value {
        if !self.may_write(left.len() + right.len(), place) {
            return Value::error(place);
        }
        let mut text = String::with_capacity(left.len() + right.len());
        text.push_str(left);
        text.push_str(right);
        Value::new(Data::String(text.into()), place)
    }

    pub(super) fn appended(&mut self, left: &Arc<List>, right: &Arc<List>, place: Place) -> Value {
        if left.weight.saturating_add(right.weight) > super::limits::WEIGHT {
            return self.fail(catalog::limit_size::values(place, super::limits::WEIGHT));
        }
        if !self.steps((left.items.len() + right.items.len()) as u64, place) {
            return Value::error(place);
        }
        let mut items = Vec::with_capacity(left.items.len() + right.items.len());
        items.extend_from_slice(&left.items);
        items.extend_from_slice(&right.items);
        self.list(items, place)
    }
}

/// The order of two numbers, amounts or texts.
fn compare(left: &Value, right: &Value) -> Result<Ordering, Failure> {
    order(left, right).ok_or(Failure::Silent)
}

/// The order of two numbers, amounts or texts; `None` for anything else.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (&left.data, &right.data) {
        (Data::Int(left), Data::Int(right)) => Some(left.cmp(right)),
        (Data::String(left), Data::String(right)) => Some(left.cmp(right)),
        (Data::Bytes(left), Data::Bytes(right)) => Some(left.amount.cmp(&right.amount)),
        (Data::Duration(left), Data::Duration(right)) => Some(left.cmp(right)),
        (Data::Cpu(left), Data::Cpu(right)) => Some(left.cmp(right)),
        (left, right) => thousandths_or_number(left, matches!(right, Data::Cpu(_)))?
            .partial_cmp(&thousandths_or_number(right, matches!(left, Data::Cpu(_)))?),
    }
}

/// A number as a float; as thousandths beside processors.
fn thousandths_or_number(data: &Data, beside_cpu: bool) -> Option<f64> {
    match data {
        Data::Int(number) => Some(*number as f64 * if beside_cpu { 1000.0 } else { 1.0 }),
        Data::Float(number) => Some(number * if beside_cpu { 1000.0 } else { 1.0 }),
        Data::Cpu(cpu) => Some(cpu.0 as f64),
        _ => None,
    }
}

fn arithmetic(operator: BinaryOperator, left: &Data, right: &Data) -> Outcome {
    match (left, right) {
        (Data::Int(left), Data::Int(right)) => ints(operator, *left, *right),
        (Data::Int(left), Data::Float(right)) => floats(operator, *left as f64, *right),
        (Data::Float(left), Data::Int(right)) => floats(operator, *left, *right as f64),
        (Data::Float(left), Data::Float(right)) => floats(operator, *left, *right),
        _ => amounts(operator, left, right),
    }
}

fn ints(operator: BinaryOperator, left: i64, right: i64) -> Outcome {
    use BinaryOperator as Op;
    let result = match operator {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        Op::Divide | Op::Remainder if right == 0 => return Err(Failure::DivisionByZero),
        Op::Divide => left.checked_div(right),
        // The one remainder that does not fit while it is computed is 0.
        Op::Remainder => Some(left.checked_rem(right).unwrap_or(0)),
        _ => return Err(Failure::Silent),
    };
    result.map(Data::Int).ok_or(Failure::Overflow("int"))
}

fn floats(operator: BinaryOperator, left: f64, right: f64) -> Outcome {
    use BinaryOperator as Op;
    let result = match operator {
        Op::Add => left + right,
        Op::Subtract => left - right,
        Op::Multiply => left * right,
        Op::Divide | Op::Remainder if right == 0.0 => return Err(Failure::DivisionByZero),
        Op::Divide => left / right,
        Op::Remainder => left % right,
        _ => return Err(Failure::Silent),
    };
    if result.is_finite() { Ok(Data::Float(result)) } else { Err(Failure::Overflow("float")) }
}

/// An amount as its family and a number of its least units.
#[derive(Clone, Copy)]
struct Amount {
    units: u64,
    family: Family,
}

#[derive(Clone, Copy)]
enum Family {
    Bytes { binary: bool },
    Cpu,
    Duration,
}

impl Amount {
    fn of(data: &Data) -> Option<Amount> {
        match data {
            Data::Bytes(bytes) => Some(Amount { units: bytes.amount, family: Family::Bytes { binary: bytes.binary } }),
            Data::Cpu(cpu) => Some(Amount { units: cpu.0, family: Family::Cpu }),
            Data::Duration(units) => Some(Amount { units: *units, family: Family::Duration }),
            _ => None,
        }
    }
}

impl Family {
    fn data(self, units: u64) -> Data {
        match self {
            Family::Bytes { binary } => Data::Bytes(Bytes { amount: units, binary }),
            Family::Cpu => Data::Cpu(Cpu(units)),
            Family::Duration => Data::Duration(units),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Family::Bytes { .. } => "bytes",
            Family::Cpu => "cpu",
            Family::Duration => "duration",
        }
    }

    /// Binary units survive only among their own.
    fn with(self, other: Family) -> Option<Family> {
        match (self, other) {
            (Family::Bytes { binary: left }, Family::Bytes { binary: right }) => Some(Family::Bytes { binary: left && right }),
            (Family::Cpu, Family::Cpu) => Some(Family::Cpu),
            (Family::Duration, Family::Duration) => Some(Family::Duration),
            _ => None,
        }
    }
}

fn amounts(operator: BinaryOperator, left: &Data, right: &Data) -> Outcome {
    use BinaryOperator as Op;
    match (operator, Amount::of(left), Amount::of(right)) {
        (_, Some(left), Some(right)) => two_amounts(operator, left, right),
        (Op::Multiply | Op::Divide, Some(amount), None) => scaled(operator, amount, right),
        (Op::Multiply, None, Some(amount)) => scaled(operator, amount, left),
        // A plain number beside processors counts whole ones.
        (Op::Add | Op::Subtract, Some(amount @ Amount { family: Family::Cpu, .. }), None) => {
            two_amounts(operator, amount, processors(right)?)
        }
        (Op::Add | Op::Subtract, None, Some(amount @ Amount { family: Family::Cpu, .. })) => {
            two_amounts(operator, processors(left)?, amount)
        }
        _ => Err(Failure::Silent),
    }
}

fn two_amounts(operator: BinaryOperator, left: Amount, right: Amount) -> Outcome {
    use BinaryOperator as Op;
    let Some(family) = left.family.with(right.family) else { return Err(Failure::Silent) };
    match operator {
        Op::Add => left.units.checked_add(right.units).map(|units| family.data(units)).ok_or(Failure::Overflow(family.word())),
        Op::Subtract => {
            left.units.checked_sub(right.units).map(|units| family.data(units)).ok_or(Failure::Negative(family.word()))
        }
        Op::Divide | Op::Remainder if right.units == 0 => Err(Failure::DivisionByZero),
        Op::Divide => Ok(Data::Float(left.units as f64 / right.units as f64)),
        Op::Remainder => Ok(family.data(left.units % right.units)),
        _ => Err(Failure::Silent),
    }
}

/// An amount times or divided by a number: exactly for ints, else to the nearest unit.
fn scaled(operator: BinaryOperator, amount: Amount, number: &Data) -> Outcome {
    let word = amount.family.word();
    let divide = operator == BinaryOperator::Divide;
    let units = match number {
        Data::Int(0) if divide => return Err(Failure::DivisionByZero),
        Data::Int(number) => {
            let number = u64::try_from(*number).map_err(|_| Failure::Negative(word))?;
            if divide { amount.units / number } else { amount.units.checked_mul(number).ok_or(Failure::Overflow(word))? }
        }
        Data::Float(number) => {
            if divide && *number == 0.0 {
                return Err(Failure::DivisionByZero);
            }
            let units = if divide { amount.units as f64 / number } else { amount.units as f64 * number };
            return whole(units.round(), word).map(|units| amount.family.data(units));
        }
        _ => return Err(Failure::Silent),
    };
    Ok(amount.family.data(units))
}

fn processors(number: &Data) -> Result<Amount, Failure> {
    let units = match number {
        Data::Int(number) => {
            let whole = u64::try_from(*number).map_err(|_| Failure::Negative("cpu"))?;
            whole.checked_mul(1000).ok_or(Failure::Overflow("cpu"))?
        }
        Data::Float(number) => whole((number * 1000.0).round(), "cpu")?,
        _ => return Err(Failure::Silent),
    };
    Ok(Amount { units, family: Family::Cpu })
}

fn whole(units: f64, word: &'static str) -> Result<u64, Failure> {
    if units < 0.0 {
        Err(Failure::Negative(word))
    } else if units < 18_446_744_073_709_551_615.0 {
        Ok(units as u64)
    } else {
        Err(Failure::Overflow(word))
    }
}
