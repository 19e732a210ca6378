//! The pages of this front end's diagnostics: each wrong block gives exactly its diagnostic, its fix and the right block none.

use super::show::{diagnostics, fixed};
use crate::diagnostics::Info;
use crate::diagnostics::catalog::*;

static OURS: &[&Info] = &[
    &append_outside_with::INFO,
    &assignment_in_condition::INFO,
    &bad_name::INFO,
    &block_in_record::INFO,
    &chained_comparison::INFO,
    &colon_for_equals::INFO,
    &dash_list::INFO,
    &equality_for_assignment::INFO,
    &equals_for_colon::INFO,
    &foreign_comment::INFO,
    &misplaced_private::INFO,
    &misplaced_statement::INFO,
    &missing_comma::INFO,
    &missing_else::INFO,
    &missing_let::INFO,
    &missing_value::INFO,
    &nesting_too_deep::INFO,
    &not_a_declaration::INFO,
    &quoted_name::INFO,
    &single_quotes::INFO,
    &stray_bracket::INFO,
    &stray_semicolon::INFO,
    &unclosed_bracket::INFO,
    &unclosed_comment::INFO,
    &unclosed_text::INFO,
    &unexpected_text::INFO,
    &unknown_escape::INFO,
    &unknown_keyword::INFO,
    &word_operator::INFO,
];

#[test]
fn pages_show_their_diagnostic() {
    for info in OURS {
        let (wrong, right) = info.page.split_once("## Right").unwrap_or_default();
        for block in blocks(wrong) {
            let shown = diagnostics(block);
            let expected = format!("{}: ", info.name);
            assert!(shown.lines().count() == 1 && shown.starts_with(&expected), "{}: {shown}", info.name);
            if shown.ends_with("]\n") {
                assert_eq!(diagnostics(&fixed(block)), "", "{}: its fix gives {}", info.name, fixed(block));
            }
        }
        let right = blocks(right);
        assert!(!right.is_empty(), "{} shows no mended text", info.name);
        for block in right {
            assert_eq!(diagnostics(block), "", "{}", info.name);
        }
    }
}

fn blocks(page: &str) -> Vec<&str> {
    page.split("```coder\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}
