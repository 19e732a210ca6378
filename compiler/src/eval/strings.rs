//! Texts put together: interpolation, and how each scalar is written into a text.

use super::code::Frame;
use super::{Data, Interpreter, Value};
use crate::hir::StringPart;
use crate::model::{Bytes, Cpu};
use crate::text::Place;

impl<'db> Interpreter<'db> {
    pub(super) fn interpolation(&mut self, frame: &mut Frame<'db>, parts: &'db [StringPart], place: Place) -> Value {
        let mut text = String::new();
        let mut failed = false;
        for part in parts {
            match part {
                StringPart::Text(part) => text.push_str(part),
                StringPart::Expr(expr) => {
                    let value = self.expr(frame, *expr);
                    failed |= !write_scalar(&value.data, &mut text);
                }
            }
            if text.len() > super::limits::TEXT {
                break;
            }
        }
        if failed { Value::error(place) } else { self.text(text, place) }
    }
}

/// Writes a scalar as interpolation does; false for what is none, a secret among them.
pub(super) fn write_scalar(data: &Data, text: &mut String) -> bool {
    use std::fmt::Write;
    // Writing into a string never fails.
    let _ = match data {
        Data::String(part) => text.write_str(part),
        Data::Int(number) => write!(text, "{number}"),
        Data::Bool(truth) => write!(text, "{truth}"),
        Data::Float(number) => write!(text, "{}", positive_zero(*number)),
        Data::Bytes(bytes) => write_bytes(*bytes, text),
        Data::Cpu(cpu) => write_cpu(*cpu, text),
        Data::Duration(milliseconds) => write_duration(*milliseconds, text),
        _ => return false,
    };
    true
}

/// `-0.0` reads as `0`.
pub(super) fn positive_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// In the largest unit of its family that divides it: `4GB`, `512MiB`, `1500MB`.
fn write_bytes(bytes: Bytes, text: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    let units: [&str; 6] =
        if bytes.binary { ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] } else { ["B", "kB", "MB", "GB", "TB", "PB"] };
    let base = if bytes.binary { 1024 } else { 1000 };
    let (mut amount, mut unit) = (bytes.amount, 0);
    while amount != 0 && amount % base == 0 && unit + 1 < units.len() {
        (amount, unit) = (amount / base, unit + 1);
    }
    write!(text, "{amount}{}", units[unit])
}

/// `2`, `500m`.
fn write_cpu(cpu: Cpu, text: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    if cpu.0.is_multiple_of(1000) { write!(text, "{}", cpu.0 / 1000) } else { write!(text, "{}m", cpu.0) }
}

/// In the largest unit that divides it: `10min`, `90s`, `7d`.
fn write_duration(milliseconds: u64, text: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];
    let fits = |(_, size): &&(&str, u64)| milliseconds != 0 && milliseconds.is_multiple_of(*size);
    let (unit, size) = units.iter().find(fits).unwrap_or(&("s", 1_000));
    write!(text, "{}{unit}", milliseconds / size)
}
