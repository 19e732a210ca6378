//! Numbers with a unit: `4GB`, `512MiB`, `500m`, `30s`, `0.5h`.

use super::Ty;
use crate::model::{Bytes, Cpu};

/// Every unit, by family.
pub const BYTE_UNITS: [(&str, u64, bool); 11] = [
    ("B", 1, false),
    ("kB", 1_000, false),
    ("MB", 1_000_000, false),
    ("GB", 1_000_000_000, false),
    ("TB", 1_000_000_000_000, false),
    ("PB", 1_000_000_000_000_000, false),
    ("KiB", 1 << 10, true),
    ("MiB", 1 << 20, true),
    ("GiB", 1 << 30, true),
    ("TiB", 1 << 40, true),
    ("PiB", 1 << 50, true),
];
/// In milliseconds.
pub const DURATION_UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityProblem {
    UnknownUnit,
    /// More than 64 bits hold.
    TooLarge,
    /// A fraction of a byte, of a millisecond, or of a thousandth of a processor.
    TooFine,
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    Bytes(Bytes),
    Cpu(Cpu),
    /// In milliseconds.
    Duration(u64),
}

impl Quantity {
    pub fn ty(self) -> Ty {
        match self {
            Quantity::Bytes(_) => Ty::Bytes,
            Quantity::Cpu(_) => Ty::Cpu,
            Quantity::Duration(_) => Ty::Duration,
        }
    }
}

/// The amount of a number (`4`, `0.5`) with its unit (`GB`).
pub fn parse_quantity(number: &str, unit: &str) -> Result<Quantity, QuantityProblem> {
    if let Some((_, factor, binary)) = BYTE_UNITS.iter().find(|(name, ..)| *name == unit) {
        return Ok(Quantity::Bytes(Bytes { amount: scaled(number, *factor)?, binary: *binary }));
    }
    if let Some((_, factor)) = DURATION_UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(Quantity::Duration(scaled(number, *factor)?));
    }
    if unit == "m" {
        return Ok(Quantity::Cpu(Cpu(scaled(number, 1)?)));
    }
    Err(QuantityProblem::UnknownUnit)
}

/// `number * factor`, exactly. `number` is digits, perhaps with a point, perhaps with `_` between digits.
pub fn scaled(number: &str, factor: u64) -> Result<u64, QuantityProblem> {
    let digits = number.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut amount: u128 = whole.parse().map_err(|_| QuantityProblem::TooLarge)?;
    let mut scale: u128 = 1;
    for digit in fraction.bytes() {
        let shifted = amount.checked_mul(10).ok_or(QuantityProblem::TooFine)?;
        amount = shifted.checked_add(u128::from(digit.wrapping_sub(b'0'))).ok_or(QuantityProblem::TooFine)?;
        scale = scale.checked_mul(10).ok_or(QuantityProblem::TooFine)?;
    }
    let scaled = amount.checked_mul(u128::from(factor)).ok_or(QuantityProblem::TooLarge)?;
    if scaled % scale != 0 {
        return Err(QuantityProblem::TooFine);
    }
    u64::try_from(scaled / scale).map_err(|_| QuantityProblem::TooLarge)
}

pub fn is_duration_unit(unit: &str) -> bool {
    DURATION_UNITS.iter().any(|(name, _)| *name == unit)
}
