//! Every kind of expression, and how what is expected goes down into it.

use smol_str::SmolStr;

use super::Checker;
use super::misfits::texts as texts_of;
use crate::diagnostics::{catalog, nearest};
use crate::hir::{Arm, BinaryOperator, Expr, ExprId, StringPart};
use crate::types::{BYTE_UNITS, DURATION_UNITS, Quantity, QuantityProblem, Ty, join, parse_quantity};

impl Checker<'_> {
    /// Where an expression has parts that the expectation goes into, checks them and is done.
    pub(super) fn push_down(&mut self, expr: ExprId, expected: &Ty) -> bool {
        let item = self.item;
        let target = expected.present().base();
        match item.expr(expr) {
            Expr::Missing => true,
            Expr::If { condition, then, otherwise } => {
                self.check(*condition, &Ty::Bool);
                self.check(*then, expected);
                self.check(*otherwise, expected);
                true
            }
            Expr::Match { scrutinee, arms } => {
                self.match_arms(*scrutinee, arms, &mut |checker, value| checker.check(value, expected));
                true
            }
            Expr::Binary { operator: BinaryOperator::OrElse, left, right, .. } => {
                self.check(*left, &Ty::option(expected.clone()));
                self.check(*right, expected);
                true
            }
            Expr::List(elements) => match self.arm(target, |arm| matches!(arm, Ty::List(_))) {
                Some(Ty::List(element)) => {
                    elements.iter().for_each(|value| self.check(*value, &element));
                    true
                }
                _ => false,
            },
            Expr::ListFor { loop_, condition, element } => match target {
                Ty::List(wanted) => {
                    self.looped(Some(loop_), *condition, |checker| checker.check(*element, wanted));
                    true
                }
                _ => false,
            },
            Expr::MapFor { loop_, condition, key, value } => match target {
                Ty::Map(wanted) => {
                    self.looped(Some(loop_), *condition, |checker| {
                        checker.check(*key, &Ty::STRING);
                        checker.check(*value, wanted);
                    });
                    true
                }
                _ => false,
            },
            Expr::Record(fields) => match self.arm(target, |arm| matches!(arm, Ty::Map(_) | Ty::Record(_))) {
                Some(Ty::Map(wanted)) => {
                    self.duplicate_fields(fields);
                    for field in fields {
                        self.check_as(field.value, &wanted, Some(&field.name.text));
                    }
                    true
                }
                Some(Ty::Record(record)) => {
                    self.record_literal(expr, fields, &record);
                    true
                }
                _ => false,
            },
            Expr::Body(members) => match target {
                Ty::Record(record) => {
                    self.body(members, record, item.expr_range(expr));
                    true
                }
                _ => false,
            },
            Expr::Scalar(scalar) => {
                self.yaml_scalar(expr, scalar, expected);
                true
            }
            _ => false,
        }
    }

    /// The expected type, or the one arm of an expected union, that this kind of literal can be.
    fn arm(&self, target: &Ty, fits: impl Fn(&Ty) -> bool) -> Option<Ty> {
        match target {
            Ty::Union(union) => {
                let mut arms = union.arms.iter().map(Ty::base).filter(|arm| fits(arm));
                arms.next().filter(|_| arms.next().is_none()).cloned()
            }
            other => fits(other).then(|| other.clone()),
        }
    }

    pub(super) fn infer(&mut self, expr: ExprId, expected: Option<&Ty>) -> Ty {
        let ty = self.infer_kind(expr, expected);
        self.record(expr, &ty);
        ty
    }

    fn infer_kind(&mut self, expr: ExprId, expected: Option<&Ty>) -> Ty {
        let item = self.item;
        match item.expr(expr) {
            Expr::Missing => Ty::Error,
            Expr::Bool(_) => Ty::Bool,
            Expr::None => Ty::None,
            Expr::Int(Some(_)) => Ty::Int,
            Expr::Int(None) => self.report(catalog::number_too_large::new(self.expr_place(expr), "int")),
            Expr::Float(_) => Ty::Float,
            Expr::Quantity { number, unit } => self.quantity(expr, number, unit, expected),
            Expr::String(parts) => self.string(parts),
            Expr::Name(_) => self.name(expr),
            Expr::Field { base, name, optional } => self.field(expr, *base, name, *optional),
            Expr::Index { base, index } => self.index(*base, *index),
            Expr::Call { callee, arguments } => self.call(expr, *callee, arguments),
            Expr::Unary { operator, operand } => self.unary(expr, *operator, *operand),
            Expr::Binary { operator, operator_range, left, right } => {
                self.binary(expr, *operator, *operator_range, *left, *right)
            }
            Expr::If { condition, then, otherwise } => {
                self.check(*condition, &Ty::Bool);
                let then = self.infer(*then, None);
                let other = self.infer(*otherwise, None);
                self.joined(then, other, *otherwise, "the other arm")
            }
            Expr::Match { scrutinee, arms } => {
                let mut result = Ty::Never;
                self.match_arms(*scrutinee, arms, &mut |checker, value| {
                    let arm = checker.infer(value, None);
                    let before = std::mem::replace(&mut result, Ty::Error);
                    result = checker.joined(before, arm, value, "the arms before");
                });
                result
            }
            Expr::List(elements) => {
                let mut element = Ty::Never;
                for value in elements {
                    let next = self.infer(*value, None);
                    element = self.joined(element, next, *value, "the elements before");
                }
                Ty::list(element)
            }
            Expr::ListFor { loop_, condition, element } => {
                let mut result = Ty::Error;
                self.looped(Some(loop_), *condition, |checker| result = checker.infer(*element, None));
                Ty::list(result)
            }
            Expr::MapFor { loop_, condition, key, value } => {
                let mut result = Ty::Error;
                self.looped(Some(loop_), *condition, |checker| {
                    checker.check(*key, &Ty::STRING);
                    result = checker.infer(*value, None);
                });
                Ty::map(result)
            }
            Expr::Record(fields) => self.free_record(fields),
            Expr::With { base, members } => self.with(*base, members),
            Expr::Body(_) => Ty::Error,
            Expr::Scalar(scalar) => match expected {
                Some(expected) => {
                    self.yaml_scalar(expr, scalar, expected);
                    Ty::Error
                }
                None => Ty::STRING,
            },
            Expr::ImportedImage { import, name } => self.imported_image(expr, *import, name),
            Expr::ImageOrReference(name) => self.image_or_reference(name),
        }
    }

    fn quantity(&mut self, expr: ExprId, number: &str, unit: &str, expected: Option<&Ty>) -> Ty {
        match parse_quantity(number, unit) {
            Ok(Quantity::Cpu(_)) => Ty::Cpu,
            Ok(quantity) => quantity.ty(),
            Err(QuantityProblem::UnknownUnit) => {
                let place = self.expr_place(expr);
                let known = known_units(expected);
                let usual = usual_unit(unit).filter(|usual| known.contains(usual));
                let near = usual.or_else(|| nearest::nearest(unit, known.iter().copied()));
                self.report(catalog::unknown_unit::new(place, number, unit, near, &known))
            }
            Err(QuantityProblem::TooLarge) => {
                let ty = if crate::types::is_duration_unit(unit) { "duration" } else { "amount of bytes" };
                self.report(catalog::number_too_large::new(self.expr_place(expr), ty))
            }
            Err(QuantityProblem::TooFine) => self.report(catalog::number_too_fine::new(self.expr_place(expr), number, unit)),
        }
    }

    fn string(&mut self, parts: &[StringPart]) -> Ty {
        let mut known = Some(SmolStr::default());
        for part in parts {
            match part {
                StringPart::Text(text) if parts.len() == 1 => known = Some(text.clone()),
                StringPart::Text(_) => {}
                StringPart::Expr(inner) => {
                    known = None;
                    self.interpolated(*inner);
                }
            }
        }
        Ty::String(known.map(|text| std::iter::once(text).collect()))
    }

    /// Any scalar may be written into a text; a secret never.
    fn interpolated(&mut self, expr: ExprId) {
        let ty = self.infer(expr, None);
        let place = self.expr_place(expr);
        match ty.base() {
            Ty::Secret => {
                self.report(catalog::secret_in_text::new(place));
            }
            Ty::Union(union) if union.arms.contains(&Ty::Secret) => {
                self.report(catalog::secret_in_text::new(place));
            }
            Ty::Option(_) | Ty::None => {
                self.report(catalog::maybe_none::new(place, &ty));
            }
            Ty::List(_) | Ty::Map(_) | Ty::Record(_) | Ty::Instance(_) | Ty::Function(_) => {
                self.report(catalog::not_a_scalar::new(place, &ty));
            }
            _ => {}
        }
    }

    /// The type of both, or a report at `expr`, the second.
    pub(super) fn joined(&mut self, first: Ty, second: Ty, expr: ExprId, others: &str) -> Ty {
        match join(first.clone(), second.clone()) {
            Some(ty) => ty,
            None => {
                let place = self.expr_place(expr);
                self.report(catalog::different_types::new(place, &second, &first, others))
            }
        }
    }

    /// Checks what is matched and the patterns, and that every case is there; `arm` checks each value.
    fn match_arms(&mut self, scrutinee: ExprId, arms: &[Arm], arm: &mut dyn FnMut(&mut Self, ExprId)) {
        let subject = self.infer(scrutinee, None);
        let (mut texts, mut bools, mut has_none, mut rest) = (Vec::<SmolStr>::new(), Vec::new(), false, false);
        for each in arms {
            match each.pattern {
                None => rest = true,
                Some(pattern) => {
                    let found = self.infer(pattern, None);
                    // A pattern fits when either could be the other: a plain string matches texts, too.
                    let fits = join(found.clone(), subject.clone()).is_some() && self.pattern_fits(&found, &subject);
                    if !fits {
                        let place = self.expr_place(pattern);
                        let text = self.plain_text(pattern);
                        let known = texts_of(&subject).unwrap_or_default();
                        let meant = text.as_ref().and_then(|text| nearest::nearest(text, known));
                        // Who meant it covered it.
                        texts.extend(meant.map(SmolStr::new));
                        let written = text.map_or_else(|| found.to_string(), |text| format!("{text:?}"));
                        self.report(catalog::unreachable_pattern::new(place, &written, &subject, meant));
                    }
                    match self.item.expr(pattern) {
                        Expr::Bool(value) => bools.push(*value),
                        Expr::None => has_none = true,
                        _ => texts.extend(self.plain_text(pattern)),
                    }
                }
            }
            arm(self, each.value);
        }
        let missing = match subject.present().base() {
            _ if rest || subject.is_error() => Vec::new(),
            Ty::Bool => [true, false].into_iter().filter(|value| !bools.contains(value)).map(|value| value.to_string()).collect(),
            Ty::Union(union) if union.arms.iter().all(|arm| matches!(arm, Ty::Literal(_))) => {
                let texts = |arm: &Ty| matches!(arm, Ty::Literal(text) if texts.contains(text));
                union.arms.iter().filter(|arm| !texts(arm)).map(Ty::to_string).collect()
            }
            _ => vec!["_".to_owned()],
        };
        let missing_none =
            matches!(subject, Ty::Option(_)) && !has_none && !rest && missing.first().is_none_or(|first| first != "_");
        let missing: Vec<String> = missing.into_iter().chain(missing_none.then(|| "none".to_owned())).collect();
        if !missing.is_empty() {
            let place = self.expr_place(scrutinee);
            self.report(catalog::match_not_exhaustive::new(place, &subject, &missing));
        }
    }

    fn pattern_fits(&self, pattern: &Ty, subject: &Ty) -> bool {
        match subject.present().base() {
            Ty::Union(_) => *pattern == Ty::None || super::assign(pattern, subject).is_ok(),
            Ty::String(_) => matches!(pattern, Ty::String(_) | Ty::None),
            other => super::assign(pattern, &Ty::option(other.clone())).is_ok(),
        }
    }
}

/// The unit that others write so: Kubernetes in its quantities, people in words.
fn usual_unit(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "b" | "byte" | "bytes" => "B",
        "k" | "K" | "KB" | "kb" => "kB",
        "M" | "mb" | "Mb" => "MB",
        "G" | "g" | "gb" | "Gb" => "GB",
        "T" | "t" | "tb" | "Tb" => "TB",
        "P" | "pb" | "Pb" => "PB",
        "Ki" | "ki" | "kiB" | "kib" => "KiB",
        "Mi" | "mi" | "mib" => "MiB",
        "Gi" | "gi" | "gib" => "GiB",
        "Ti" | "ti" | "tib" => "TiB",
        "Pi" | "pi" | "pib" => "PiB",
        "msec" | "millis" | "milliseconds" => "ms",
        "S" | "sec" | "secs" | "second" | "seconds" => "s",
        "mins" | "minute" | "minutes" => "min",
        "H" | "hr" | "hrs" | "hour" | "hours" => "h",
        "D" | "day" | "days" => "d",
        _ => return None,
    })
}

/// The units that can be meant.
fn known_units(expected: Option<&Ty>) -> Vec<&'static str> {
    let bytes = BYTE_UNITS.iter().map(|unit| unit.0);
    let durations = DURATION_UNITS.iter().map(|unit| unit.0);
    match expected.map(|ty| ty.present().base()) {
        Some(Ty::Bytes) => bytes.collect(),
        Some(Ty::Duration) => durations.collect(),
        Some(Ty::Cpu) => vec!["m"],
        _ => bytes.chain(durations).chain(["m"]).collect(),
    }
}
