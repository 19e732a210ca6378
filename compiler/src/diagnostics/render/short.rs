//! `--format short`: a line a diagnostic, `file:line:column: error[name]: message`, as editors' problem matchers read it.
//!
//! Shows neither source nor mends.

use super::one_line;
use crate::diagnostics::Report;

/// One line for each report; one without a place has no `file:line:column: `.
pub fn render(reports: &[Report]) -> String {
    reports.iter().map(line).collect()
}

fn line(report: &Report) -> String {
    let place = match &report.source {
        Some(source) => format!("{}:{}:{}: ", one_line(&source.file), source.start.line, source.start.column),
        None => String::new(),
    };
    format!("{place}{}[{}]: {}\n", report.info.severity.word(), report.info.name, one_line(&report.message))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::example::reports;

    #[test]
    fn a_line_a_diagnostic() {
        expect![[r#"
            .coder/environments/team a.coder:3:5: error[unknown-field]: a container has no field `memry`
            warning[unpinned-image]: 100% of `a:b, c` is ?[31munpinned
        "#]]
        .assert_eq(&super::render(&reports()));
    }
}
