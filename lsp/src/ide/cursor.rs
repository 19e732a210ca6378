//! What stands at an offset: the smallest word of a declaration that has a meaning of its own.

use compiler::db::{Db, ItemId, item_start, item_tree, items, split_file};
use compiler::hir::{Definition, Expr, ExprId, Item, Loop, Member, Name, Rule, TestStatement, TypeExpr, TypeId};
use compiler::text::{TextRange, TextSize};

use super::Spot;

/// A declaration and the word in it that is asked about.
pub struct Cursor<'db> {
    pub id: ItemId,
    pub item: &'db Item,
    /// Of the word, relative to the declaration.
    pub range: TextRange,
    pub at: At,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// The name that the declaration declares.
    Declared,
    /// An import's address or ref; of a YAML template with the import's index.
    Import(Option<usize>),
    /// A parameter, a loop's variable, or a `let` of a rule or test, where it is bound.
    Bound(Name),
    /// A name, a literal, an operator; of `a.b` the name after the dot.
    Expr(ExprId),
    /// A field's name in a body, a `with` or a record literal.
    Field {
        within: ExprId,
        name: Name,
        value: ExprId,
    },
    /// The word of a block, or its label.
    Block {
        within: ExprId,
        word: Name,
        labelled: bool,
        body: ExprId,
    },
    /// The name before an argument.
    Argument {
        callee: ExprId,
        name: Name,
    },
    Type(TypeId),
    /// The import's alias before a type.
    Qualifier(Name),
    /// A field's name in a record type.
    TypeField {
        name: Name,
        type_: TypeId,
    },
}

/// The word at an offset; at the end of one, that.
pub fn at(db: &dyn Db, spot: Spot) -> Option<Cursor<'_>> {
    let pieces = &split_file(db, spot.file).items;
    let index = pieces.partition_point(|piece| piece.range.start() <= spot.offset).checked_sub(1)?;
    let id = *items(db, spot.package, spot.file).get(index)?;
    let item = &item_tree(db, id).item;
    let offset = spot.offset.checked_sub(item_start(db, id))?;
    let mut search = Search { item, offset, best: None };
    search.declaration();
    search.expressions();
    search.types();
    let (range, at) = search.best?;
    Some(Cursor { id, item, range, at })
}

struct Search<'a> {
    item: &'a Item,
    offset: TextSize,
    best: Option<(TextRange, At)>,
}

impl Search<'_> {
    fn consider(&mut self, range: TextRange, at: impl FnOnce() -> At) {
        if !range.contains_inclusive(self.offset) {
            return;
        }
        let rank = |range: TextRange| (range.len(), range.end() == self.offset);
        if self.best.as_ref().is_none_or(|(best, _)| rank(range) <= rank(*best)) {
            self.best = Some((range, at()));
        }
    }

    fn bound(&mut self, name: &Name) {
        self.consider(name.range, || At::Bound(name.clone()));
    }

    fn looped(&mut self, loop_: Option<&Loop>) {
        if let Some(loop_) = loop_ {
            self.bound(&loop_.binders.first);
            loop_.binders.second.iter().for_each(|second| self.bound(second));
        }
    }

    fn declaration(&mut self) {
        if let Some(name) = &self.item.name {
            self.consider(name.range, || At::Declared);
        }
        for (index, import) in self.item.imports.iter().enumerate() {
            self.consider(import.url.range, || At::Import(Some(index)));
            import.at.iter().for_each(|at| self.consider(at.range, || At::Import(Some(index))));
        }
        match &self.item.definition {
            Definition::Import(import) => {
                self.consider(import.url.range, || At::Import(None));
                import.at.iter().for_each(|at| self.consider(at.range, || At::Import(None)));
            }
            Definition::Fn { params, .. } => params.iter().for_each(|param| self.bound(&param.name)),
            Definition::Policy { params, rules } => {
                params.iter().for_each(|param| self.bound(&param.name));
                self.rules(rules);
            }
            Definition::Decl(decl) => {
                decl.params.iter().flatten().for_each(|param| self.bound(&param.name));
                self.looped(decl.loop_.as_ref());
            }
            Definition::Test(statements) => {
                for statement in statements {
                    if let TestStatement::Let { name, .. } = statement {
                        self.bound(name);
                    }
                }
            }
            _ => {}
        }
    }

    fn rules(&mut self, rules: &[Rule]) {
        for rule in rules {
            match rule {
                Rule::Let { name, .. } => self.bound(name),
                Rule::For { loop_, rules, .. } => {
                    self.looped(Some(loop_));
                    self.rules(rules);
                }
                Rule::If { rules, .. } => self.rules(rules),
                Rule::Require { .. } => {}
            }
        }
    }

    fn expressions(&mut self) {
        let item = self.item;
        for (id, node) in item.exprs.iter() {
            match &node.expr {
                Expr::Field { name, .. } | Expr::ImportedImage { name, .. } => self.consider(name.range, || At::Expr(id)),
                Expr::Binary { operator_range, .. } => self.consider(*operator_range, || At::Expr(id)),
                Expr::Call { callee, arguments } => {
                    for name in arguments.iter().filter_map(|argument| argument.name.as_ref()) {
                        self.consider(name.range, || At::Argument { callee: *callee, name: name.clone() });
                    }
                }
                Expr::ListFor { loop_, .. } | Expr::MapFor { loop_, .. } => self.looped(Some(loop_)),
                Expr::Record(fields) => {
                    for field in fields {
                        let at = || At::Field { within: id, name: field.name.clone(), value: field.value };
                        self.consider(field.name.range, at);
                    }
                }
                Expr::With { members, .. } | Expr::Body(members) => self.members(id, members),
                Expr::Missing
                | Expr::Index { .. }
                | Expr::Unary { .. }
                | Expr::If { .. }
                | Expr::Match { .. }
                | Expr::List(_) => {}
                _ => self.consider(node.range, || At::Expr(id)),
            }
        }
    }

    fn members(&mut self, within: ExprId, members: &[Member]) {
        for member in members {
            match member {
                Member::Field { name, value, .. } => {
                    self.consider(name.range, || At::Field { within, name: name.clone(), value: *value });
                }
                Member::Block { word, label, loop_, body, .. } => {
                    let at = || At::Block { within, word: word.clone(), labelled: label.is_some(), body: *body };
                    self.consider(word.range, at);
                    label.iter().for_each(|label| self.consider(self.item.expr_range(*label), at));
                    self.looped(loop_.as_ref());
                }
            }
        }
    }

    fn types(&mut self) {
        let item = self.item;
        for (id, node) in item.types.iter() {
            match &node.type_expr {
                TypeExpr::Name { qualifier, name } => {
                    self.consider(name.range, || At::Type(id));
                    qualifier.iter().for_each(|name| self.consider(name.range, || At::Qualifier(name.clone())));
                }
                TypeExpr::Apply { name, .. } => self.consider(name.range, || At::Type(id)),
                TypeExpr::Literal(_) => self.consider(node.range, || At::Type(id)),
                TypeExpr::Record(fields) => {
                    for field in fields {
                        let at = || At::TypeField { name: field.name.clone(), type_: field.type_ };
                        self.consider(field.name.range, at);
                    }
                }
                _ => {}
            }
        }
    }
}
