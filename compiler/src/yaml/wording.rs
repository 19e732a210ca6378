//! What the YAML parser's errors are called in a diagnostic, and the words they point at.
//!
//! Only wording: which text is an error is the parser's to say.

use granit_parser::ErrorKind;

use crate::text::{TextRange, range};

/// A message and, where there is one, how to mend it.
pub fn of(kind: &ErrorKind) -> (String, Option<&'static str>) {
    use ErrorKind as Kind;
    let (message, help) = match kind {
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabAtBlockScalarStart
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar => ("a tab stands where YAML wants spaces", "indent with spaces"),
        Kind::UnclosedQuotedScalar => {
            ("a quote is opened here and never closed", "close it, or double it if it is part of the text")
        }
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidUnicodeEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate => {
            ("text in double quotes has an escape that YAML does not know", "write `\\\\` for a backslash, or use single quotes")
        }
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => {
            ("something follows the closing quote", "a value in quotes ends at the closing quote; quote all of it")
        }
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => {
            ("a `:` makes a key here, where none can stand", "check the indentation, or put a value that holds `: ` in quotes")
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "found a line that is neither a key with `:` nor an entry with `- `",
            "write `key: value`, or `- ` and a space before an entry",
        ),
        Kind::ExpectedBlockMappingKey => ("found something else where a key was expected", "align it with the keys above"),
        Kind::ExpectedBlockSequenceEntry => {
            ("found something else where an entry with `- ` was expected", "align it with the entries above")
        }
        Kind::BlockSequenceEntryNotAllowed | Kind::BlockEntryInFlowCollection => {
            ("an entry with `- ` cannot stand here", "start the list on a line of its own")
        }
        Kind::MisplacedFlowCollectionEnd => {
            ("found a closing bracket that nothing opened", "put the value in quotes if it belongs to it")
        }
        Kind::ExpectedFlowMappingSeparator => ("expected `,` or `}` here", "close the map, or separate its entries with `,`"),
        Kind::ExpectedFlowSequenceSeparator => ("expected `,` or `]` here", "close the list, or separate its entries with `,`"),
        Kind::InvalidIndentation
        | Kind::InvalidFlowScalarIndent
        | Kind::InvalidBlockScalarIndent
        | Kind::InvalidQuotedScalarIndent => ("this line is indented differently from what it belongs to", "align it"),
        Kind::CommentInterceptedScalar => ("a comment stands inside a value of many lines", "move the comment above the value"),
        Kind::BomInsideDocument => {
            ("a byte order mark stands inside the document", "remove it: it can stand only at the start of a file")
        }
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{open}` is closed by `{close}`"), None);
        }
        Kind::UnclosedFlowCollection { open } => return (format!("`{open}` is opened here and never closed"), None),
        Kind::UnexpectedCharacter { character } => {
            let message = format!("a value cannot begin with `{}`", character.escape_default());
            return (message, Some("put the value in quotes"));
        }
        other => return (format!("this is not YAML: {}", other.to_string().replace('`', "'")), None),
    };
    (message.to_owned(), Some(help))
}

/// The word at an offset, or the last character before it where nothing stands there.
pub fn token(text: &str, offset: usize) -> TextRange {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let word = text[start..].split(char::is_whitespace).next().unwrap_or_default();
    if !word.is_empty() {
        let end = word.char_indices().nth(40).map_or(word.len(), |(at, _)| at);
        return range(start, start + end);
    }
    let before = text[..start].trim_end();
    let length = before.chars().next_back().map_or(0, char::len_utf8);
    range(before.len() - length, before.len())
}
