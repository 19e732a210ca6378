//! Types as written.

use super::*;
use crate::hir::RecordTypeField;

impl Lowering<'_> {
    pub(super) fn type_expression(&mut self, id: u32) -> TypeId {
        let node = self.parsed.node(id);
        let range = self.range(node);
        let type_expr = match node.kind {
            Kind::TypeName => {
                let mut names = self.children(id).map(|(name, _)| self.name_or_empty(name));
                match (names.next(), names.next()) {
                    (Some(qualifier), Some(name)) => TypeExpr::Name { qualifier: Some(qualifier), name },
                    (Some(name), None) => TypeExpr::Name { qualifier: None, name },
                    (None, _) => TypeExpr::Missing,
                }
            }
            Kind::TypeApply => {
                let name = self.child(id, |kind| kind == Kind::DeclaredName).map(|name| self.name_or_empty(name));
                match name {
                    Some(name) => TypeExpr::Apply { name, argument: self.type_in(id) },
                    None => TypeExpr::Missing,
                }
            }
            Kind::TypeLiteral => match self.child(id, Kind::is_expression) {
                Some(string) => TypeExpr::Literal(self.plain_string(string).text),
                None => TypeExpr::Literal(SmolStr::new(self.text[range].trim_matches('\''))),
            },
            Kind::TypeUnion => TypeExpr::Union(self.children(id).map(|(arm, _)| self.type_expression(arm)).collect()),
            Kind::TypeOptional => TypeExpr::Optional(self.type_in(id)),
            Kind::TypeWhere => TypeExpr::Where { base: self.type_in(id), condition: self.expression_in(id) },
            Kind::TypeRecord => {
                let fields = self.children(id).filter(|(_, child)| child.kind == Kind::TypeField);
                TypeExpr::Record(fields.map(|(field, node)| self.type_field(field, node)).collect())
            }
            Kind::TypeParenthesized => return self.type_in(id),
            _ => TypeExpr::Missing,
        };
        self.item.add_type(type_expr, range)
    }

    fn type_field(&mut self, id: u32, node: Node) -> RecordTypeField {
        let name = self.child(id, |kind| kind == Kind::DeclaredName).map(|name| self.name_or_empty(name));
        let name = name.unwrap_or(Name { text: SmolStr::default(), range: self.range(node) });
        let type_ = self.type_in(id);
        let default = self.child(id, Kind::is_expression).map(|default| self.expression(default));
        RecordTypeField { docs: self.docs(node), name, type_, default }
    }
}
