//! The declarations of a file and the blocks inside them, as an editor lists them.

use compiler::db::{Db, Package, SourceFile, item_start, item_tree, items};
use compiler::hir::{DeclBody, DeclKind, Definition, Expr, ExprId, Item, Member, StringPart};
use compiler::text::{TextRange, TextSize};

/// An entry of the outline. Ranges are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub kind: Kind,
    pub range: TextRange,
    /// The name, inside `range`.
    pub selection: TextRange,
    pub inner: Vec<Symbol>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Import,
    Constant,
    Type,
    Function,
    Image,
    Environment,
    Project,
    Policy,
    Test,
    Block,
}

/// In the order of the file.
pub fn outline(db: &dyn Db, package: Package, file: SourceFile) -> Vec<Symbol> {
    let symbols = items(db, package, file).iter().filter_map(|id| {
        let item = &item_tree(db, *id).item;
        let start = item_start(db, *id);
        let kind = match &item.definition {
            Definition::Error | Definition::Enforce(_) => return None,
            Definition::Import(_) => Kind::Import,
            Definition::Let { .. } => Kind::Constant,
            Definition::Type(_) => Kind::Type,
            Definition::Fn { .. } => Kind::Function,
            Definition::Decl(decl) if decl.kind == DeclKind::Image => Kind::Image,
            Definition::Decl(_) => Kind::Environment,
            Definition::Project { .. } => Kind::Project,
            Definition::Policy { .. } => Kind::Policy,
            Definition::Test(_) => Kind::Test,
        };
        let name = item.name.as_ref().map(|name| name.text.to_string()).filter(|name| !name.is_empty());
        let name = name.or_else(|| (kind == Kind::Project).then(|| "project".to_owned()))?;
        let selection = item.name.as_ref().map_or(TextRange::empty(item.range.start()), |name| name.range);
        let inner = match &item.definition {
            Definition::Decl(decl) => match decl.body {
                DeclBody::Block(body) => blocks(item, start, body),
                DeclBody::Expr(_) => Vec::new(),
            },
            Definition::Project { body } => blocks(item, start, *body),
            _ => Vec::new(),
        };
        Some(Symbol { name, kind, range: item.range.cover(selection) + start, selection: selection + start, inner })
    });
    symbols.collect()
}

fn blocks(item: &Item, start: TextSize, body: ExprId) -> Vec<Symbol> {
    let Expr::Body(members) = item.expr(body) else { return Vec::new() };
    let blocks = members.iter().filter_map(|member| match member {
        Member::Field { .. } => None,
        Member::Block { word, label, body, range, .. } => {
            let (name, selection) = match label {
                Some(label) => (format!("{} {}", word.text, label_text(item, *label)), item.expr_range(*label)),
                None => (word.text.to_string(), word.range),
            };
            let inner = blocks(item, start, *body);
            Some(Symbol { name, kind: Kind::Block, range: range.cover(selection) + start, selection: selection + start, inner })
        }
    });
    blocks.collect()
}

/// A label without what is interpolated.
fn label_text(item: &Item, label: ExprId) -> String {
    let Expr::String(parts) = item.expr(label) else { return String::new() };
    let text = parts.iter().map(|part| match part {
        StringPart::Text(text) => text.as_str(),
        StringPart::Expr(_) => "…",
    });
    text.collect()
}
