//! One canonical layout of a `.coder` text: lines, indentation, spaces, commas, and what stands below each other.
//!
//! Only what is between tokens is chosen here, and the commas at the ends of lines: no other token, no comment and no text in quotes
//! changes. What is in brackets stands on one line where it was written so and fits, else each part has a line of its own. One
//! blank line stays where there was any.
//!
//! ```text
//! pieces   tokens and comments in order, with the brackets they are in
//! layout   which brackets are spread over lines, and so the lines
//! align    what stands below each other: `=`, `=>`, comments at the ends of lines
//! ```

mod align;
mod layout;
mod pieces;

use super::Split;

/// The canonical layout of a text; its own, where it has been laid out before. `split` is the text cut into items. Lines end with a
/// line feed, the last one too. A text with mistakes of syntax keeps its tokens as well, but may be laid out oddly.
pub fn format(text: &str, split: &Split) -> String {
    let (pieces, brackets) = pieces::pieces(text, split);
    align::print(layout::lines(&pieces, &brackets))
}
