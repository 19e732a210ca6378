//! One file in one snapshot: what a request is answered from.

use compiler::db::{Package, SourceFile};
use compiler::text::{TextRange, TextSize};
use compiler::workspace::Session;
use tower_lsp::lsp_types::{Position, Range};

use super::features::Features;
use super::places::{Ground, Places};
use super::positions;
use crate::ide::Spot;

pub struct View {
    /// A snapshot: read it only.
    pub session: Session,
    pub ground: Ground,
    pub file: SourceFile,
    /// The package that the file is a member of; `None` for a Dockerfile, say.
    pub package: Option<Package>,
}

impl View {
    pub fn places(&self) -> Places<'_> {
        Places::new(&self.ground, &self.session)
    }

    pub fn features(&self) -> Features {
        self.ground.features
    }

    /// A place in the file; `None` where the file is no member of a package.
    pub fn spot(&self, position: Position) -> Option<Spot> {
        Some(Spot { package: self.package?, file: self.file, offset: self.offset(position) })
    }

    pub fn selection(&self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start.min(end), start.max(end))
    }

    fn offset(&self, position: Position) -> TextSize {
        let places = self.places();
        positions::offset(self.features().encoding, &places.lines(self.file), self.file.text(&self.session.db), position)
    }
}
