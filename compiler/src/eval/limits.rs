//! How much a declaration may compute: what makes evaluation end whatever was written.

use super::{Fields, Interpreter, Record, Value};
use crate::diagnostics::catalog;
use crate::text::Place;
use crate::types::Ty;

/// Steps of one declaration: an expression evaluated, an element visited, a few hundred bytes of text written.
pub(super) const STEPS: u64 = 1_000_000;
/// More steps for each instance that a declaration's loop makes.
pub(super) const STEPS_OF_AN_INSTANCE: u64 = 1_000;
/// Values within a value, itself included.
pub(super) const WEIGHT: u64 = 100_000;
/// Values within all instances of a declaration.
pub(super) const WEIGHT_OF_INSTANCES: u64 = 4_000_000;
/// Instances of a declaration.
pub(super) const INSTANCES: usize = 20_000;
/// Bytes of a text that was put together.
pub(super) const TEXT: usize = 1 << 20;
/// Lists and records within each other.
pub(super) const NESTING: u32 = 128;
/// Calls within each other.
pub(super) const CALLS: usize = 128;
/// Expressions within each other, calls included.
pub(super) const EXPRESSIONS: u32 = 4_096;

impl<'db> Interpreter<'db> {
    /// Counts `steps`; false once there were too many, which is reported the first time.
    pub(super) fn steps(&mut self, steps: u64, place: Place) -> bool {
        if self.stopped {
            return false;
        }
        self.steps_left = self.steps_left.saturating_sub(steps);
        if self.steps_left == 0 {
            self.stopped = true;
            self.report(catalog::limit_steps::new(place, STEPS));
        }
        !self.stopped
    }

    /// A list, if it is not too large.
    pub(super) fn list(&mut self, items: Vec<Value>, place: Place) -> Value {
        let list = Value::list(items, place);
        self.sized(list)
    }

    /// A record or map, if it is not too large.
    pub(super) fn record(&mut self, fields: Fields, ty: Option<Ty>, place: Place) -> Value {
        let record = Value::new(super::Data::Record(std::sync::Arc::new(Record::typed(fields, ty))), place);
        self.sized(record)
    }

    pub(super) fn sized(&mut self, value: Value) -> Value {
        if value.weight() > WEIGHT {
            return self.fail(catalog::limit_size::values(value.place, WEIGHT));
        }
        if value.depth() > NESTING {
            return self.fail(catalog::limit_depth::nesting(value.place, NESTING));
        }
        value
    }

    /// Whether a text of this many bytes may be made; reported where not.
    pub(super) fn may_write(&mut self, bytes: usize, place: Place) -> bool {
        if bytes > TEXT {
            self.report(catalog::limit_size::text(place, TEXT));
            return false;
        }
        self.steps(bytes as u64 / 256, place)
    }

    /// A text, if it is not too long.
    pub(super) fn text(&mut self, text: String, place: Place) -> Value {
        if self.may_write(text.len(), place) { Value::new(super::Data::String(text.into()), place) } else { Value::error(place) }
    }
}
