//! Byte offsets to lines and columns, both ways, in Unicode scalar values and in UTF-16 units.

use rowan::TextSize;

/// A position for people: both count from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// The starts of a text's lines. Lines end with `\n`; a `\r` before it counts as a character of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1));
        LineIndex { starts }
    }

    /// The line (from 0) that holds this offset.
    pub fn line(&self, offset: TextSize) -> usize {
        self.starts.partition_point(|start| *start <= u32::from(offset)) - 1
    }

    /// The byte offset at which line `line` (from 0) starts; `None` past the last line.
    pub fn line_start(&self, line: usize) -> Option<TextSize> {
        self.starts.get(line).map(|start| TextSize::new(*start))
    }

    /// The line and column of a byte offset of `text`, the text this index was made of.
    pub fn line_column(&self, text: &str, offset: TextSize) -> LineColumn {
        let line = self.line(offset);
        let column = before(text, self.starts[line], offset).chars().count();
        LineColumn { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The line (from 0) and the column in UTF-16 units (from 0) of a byte offset, as the Language Server Protocol counts.
    pub fn utf16(&self, text: &str, offset: TextSize) -> (u32, u32) {
        let line = self.line(offset);
        let column: usize = before(text, self.starts[line], offset).chars().map(char::len_utf16).sum();
        (line as u32, column as u32)
    }

    /// The byte offset of a line (from 0) and a column in UTF-16 units (from 0); past the end of a line, that end.
    pub fn offset_of_utf16(&self, text: &str, line: u32, column: u32) -> TextSize {
        let Some(start) = self.starts.get(line as usize) else { return TextSize::of(text) };
        let end = self.starts.get(line as usize + 1).map_or(text.len(), |next| *next as usize - 1);
        let mut units = 0;
        for (at, character) in text[*start as usize..end].char_indices() {
            if units >= column {
                return TextSize::new(start + at as u32);
            }
            units += character.len_utf16() as u32;
        }
        TextSize::new(end as u32)
    }
}

fn before(text: &str, start: u32, offset: TextSize) -> &str {
    let mut end = (u32::from(offset) as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[start as usize..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "é😀x\nb";
        let index = LineIndex::new(text);
        let x = TextSize::new(6);
        assert_eq!(index.line_column(text, x), LineColumn { line: 1, column: 3 });
        assert_eq!(index.utf16(text, x), (0, 3));
        assert_eq!(index.offset_of_utf16(text, 0, 3), x);
        assert_eq!(index.offset_of_utf16(text, 0, 99), TextSize::new(7));
        assert_eq!(index.line_column(text, TextSize::new(8)), LineColumn { line: 2, column: 1 });
    }
}
