//! Amounts as Kubernetes writes them: `500m`, `0.5`, `1024Mi` and `1Gi` are texts that may mean the same.
//!
//! Pure. It only compares; nothing is computed with them.

use serde_json::Value;

/// Whether both are amounts, and the same one.
pub fn equal(one: &Value, other: &Value) -> bool {
    matches!((amount(one), amount(other)), (Some(one), Some(other)) if one == other)
}

/// How two amounts compare, where both are.
pub fn compare(one: &Value, other: &Value) -> Option<std::cmp::Ordering> {
    Some(amount(one)?.cmp(&amount(other)?))
}

/// In thousand-millionths.
fn amount(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => parse(text),
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    }
}

/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn parse(text: &str) -> Option<i128> {
    let end = text.find(|character: char| !character.is_ascii_digit() && !".+-".contains(character)).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok().map(i128::from) };
    let nanos = digits(whole)? * 1_000_000_000 + digits(&format!("{fraction:0<9}"))?;
    let scaled = match suffix {
        "n" => Some(nanos / 1_000_000_000),
        "u" => Some(nanos / 1_000_000),
        "m" => Some(nanos / 1_000),
        _ => nanos.checked_mul(multiple(suffix)?),
    }?;
    Some(if negative { -scaled } else { scaled })
}

fn multiple(suffix: &str) -> Option<i128> {
    let decimal = |power: u32| 10_i128.checked_pow(power);
    match suffix {
        "" => Some(1),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => Some(1 << 10),
        "Mi" => Some(1 << 20),
        "Gi" => Some(1 << 30),
        "Ti" => Some(1 << 40),
        "Pi" => Some(1 << 50),
        "Ei" => Some(1 << 60),
        _ => decimal(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_amount_in_other_words() {
        for (one, other) in [("500m", "0.5"), ("1024Mi", "1Gi"), ("4G", "4000M"), ("1e3", "1k"), ("1000m", "1"), ("+2", "2.0")] {
            assert!(equal(&json!(one), &json!(other)), "{one} {other}");
        }
        assert!(equal(&json!(2), &json!("2")));
        assert!(equal(&json!("2000u"), &json!("2m")));
    }

    #[test]
    fn other_amounts_and_what_is_none() {
        for (one, other) in [("4G", "4Gi"), ("1", "2"), ("x", "x"), ("", ""), ("1Q", "1Q"), (".", ".")] {
            assert!(!equal(&json!(one), &json!(other)), "{one} {other}");
        }
        assert_eq!(compare(&json!("10G"), &json!("10Gi")), Some(std::cmp::Ordering::Less));
        assert_eq!(compare(&json!("10G"), &json!(true)), None);
    }
}
