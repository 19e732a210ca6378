//! Every diagnostic there is: one file and one page each.
//!
//! `<name>.rs` holds `INFO` and a function `new` that takes what was found and makes the message, labels and mends;
//! `<name>.md` is its page. A name is listed here once.

use super::Info;

macro_rules! catalog {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// Every entry, in order of name.
        pub static ALL: &[&Info] = &[$(&$module::INFO),*];
    };
}

catalog! {
    ambiguous_ref,
    base_not_found,
    changed_content,
    dockerfile_syntax,
    dockerignore_pattern,
    empty_copy,
    heredoc_differs,
    ignored_context_file,
    ignored_flag,
    ignored_frontend,
    ignored_instruction,
    import_auth,
    import_cache,
    import_commit,
    import_cycle,
    import_network,
    import_not_found,
    import_ref,
    import_tree,
    import_url,
    lock_missing,
    lock_offline,
    lock_syntax,
    lock_write,
    missing_build_secret,
    missing_context_file,
    missing_from,
    moved_tag,
    no_package,
    personalize_instruction,
    undecided_base,
    unknown_build_argument,
    registry_answer,
    registry_auth,
    registry_limit,
    registry_network,
    unknown_field,
    yaml_alias,
    yaml_duplicate_key,
    yaml_missing_key,
    yaml_nesting,
    yaml_slash_after_value,
    yaml_slash_comment,
    yaml_syntax,
    yaml_tag_without_github,
    yaml_type_tag,
    yaml_unknown_type,
    yaml_wrong_shape,
    unknown_instruction,
    unknown_stage,
    unsupported_instruction,
    append_outside_with,
    assignment_in_condition,
    bad_name,
    block_in_record,
    chained_comparison,
    colon_for_equals,
    equality_for_assignment,
    equals_for_colon,
    foreign_comment,
    misplaced_private,
    missing_comma,
    missing_else,
    missing_let,
    missing_value,
    nesting_too_deep,
    not_a_declaration,
    quoted_name,
    single_quotes,
    stray_bracket,
    stray_semicolon,
    unclosed_bracket,
    unclosed_comment,
    unclosed_text,
    unexpected_text,
    unknown_escape,
    unknown_field,
    unknown_keyword,
    word_operator,
}

/// The entry of this name.
pub fn find(name: &str) -> Option<&'static Info> {
    ALL.iter().copied().find(|info| info.name == name)
}
