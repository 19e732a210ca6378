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
    append_outside_with,
    assignment_in_condition,
    bad_name,
    base_not_found,
    block_in_record,
    chained_comparison,
    changed_content,
    colon_for_equals,
    context_not_committed,
    dash_list,
    dockerfile_syntax,
    dockerignore_pattern,
    empty_copy,
    equality_for_assignment,
    equals_for_colon,
    foreign_comment,
    heredoc_differs,
    ignored_context_file,
    ignored_flag,
    ignored_frontend,
    ignored_instruction,
    image_cycle,
    import_auth,
    import_cache,
    import_commit,
    import_cycle,
    import_network,
    import_not_found,
    import_ref,
    import_tree,
    import_url,
    invalid_tag,
    lock_missing,
    lock_offline,
    lock_syntax,
    lock_write,
    misplaced_private,
    misplaced_statement,
    missing_build_secret,
    missing_comma,
    missing_context_file,
    missing_else,
    missing_from,
    missing_let,
    missing_value,
    modified_context,
    moved_tag,
    nesting_too_deep,
    no_package,
    no_repository,
    not_a_declaration,
    object_name_taken,
    personalize_instruction,
    plan_lint,
    quoted_name,
    registry_answer,
    registry_auth,
    registry_limit,
    registry_network,
    single_quotes,
    stray_bracket,
    stray_semicolon,
    tag_taken,
    unclosed_bracket,
    unclosed_comment,
    unclosed_text,
    undecided_base,
    unexpected_text,
    unknown_build_argument,
    unknown_escape,
    unknown_field,
    unknown_instruction,
    unknown_keyword,
    unknown_stage,
    unknown_target,
    unpinned_base,
    unpinned_image,
    unsupported_instruction,
    word_operator,
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
}

/// The entry of this name.
pub fn find(name: &str) -> Option<&'static Info> {
    ALL.iter().copied().find(|info| info.name == name)
}
