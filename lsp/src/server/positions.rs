//! Positions of the protocol, in lines and columns of the agreed encoding, and byte offsets.

use compiler::text::{LineIndex, TextRange, TextSize};
use tower_lsp::lsp_types::{Position, Range};

/// In which units columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
}

/// `index` is that of `text`.
pub fn position(encoding: Encoding, index: &LineIndex, text: &str, offset: TextSize) -> Position {
    match encoding {
        Encoding::Utf16 => {
            let (line, column) = index.utf16(text, offset);
            Position::new(line, column)
        }
        Encoding::Utf8 => {
            let line = index.line(offset);
            let start = index.line_start(line).unwrap_or_default();
            Position::new(line as u32, u32::from(offset).saturating_sub(start.into()))
        }
    }
}

pub fn range(encoding: Encoding, index: &LineIndex, text: &str, range: TextRange) -> Range {
    Range::new(position(encoding, index, text, range.start()), position(encoding, index, text, range.end()))
}

/// The offset of a position; past the end of a line that end, past the last line the end of the text.
pub fn offset(encoding: Encoding, index: &LineIndex, text: &str, position: Position) -> TextSize {
    match encoding {
        Encoding::Utf16 => index.offset_of_utf16(text, position.line, position.character),
        Encoding::Utf8 => {
            let Some(start) = index.line_start(position.line as usize) else { return TextSize::of(text) };
            let start = usize::from(start);
            let next = index.line_start(position.line as usize + 1).map(|next| usize::from(next) - 1);
            let end = next.unwrap_or(text.len());
            let mut at = start.saturating_add(position.character as usize).min(end);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            TextSize::new(at as u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_go_there_and_back() {
        let text = "é😀x\nb";
        let index = LineIndex::new(text);
        for (encoding, column) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3)] {
            let at = position(encoding, &index, text, TextSize::new(6));
            assert_eq!(at, Position::new(0, column), "{encoding:?}");
            assert_eq!(offset(encoding, &index, text, at), TextSize::new(6), "{encoding:?}");
            assert_eq!(offset(encoding, &index, text, Position::new(0, 99)), TextSize::new(7), "{encoding:?}");
            assert_eq!(offset(encoding, &index, text, Position::new(9, 0)), TextSize::new(9), "{encoding:?}");
        }
        assert_eq!(offset(Encoding::Utf8, &index, text, Position::new(0, 3)), TextSize::new(2), "inside of a character");
    }
}
