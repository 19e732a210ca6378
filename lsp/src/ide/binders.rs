//! Which local names are bound around an expression: parameters, loops' variables, and `let`s of rules and tests.

use compiler::hir::{
    DeclBody, Definition, Expr, ExprId, Item, Loop, Member, Name, Param, Rule, StringPart, TestStatement, TypeExpr, TypeId,
};

/// The names bound around `target`, the innermost last. `it`, which a refinement binds, stands where the refinement does.
pub fn bound_at(item: &Item, target: ExprId) -> Vec<Name> {
    let mut walk = Walk { item, target, bound: Vec::new(), found: None };
    walk.definition();
    walk.found.unwrap_or_default()
}

struct Walk<'a> {
    item: &'a Item,
    target: ExprId,
    bound: Vec<Name>,
    found: Option<Vec<Name>>,
}

impl Walk<'_> {
    fn definition(&mut self) {
        let item = self.item;
        match &item.definition {
            Definition::Error | Definition::Import(_) => {}
            Definition::Let { type_, value } => {
                self.types(type_.as_slice());
                self.expr(*value);
            }
            Definition::Type(type_) => self.types(&[*type_]),
            Definition::Fn { params, result, body } => {
                self.params(params);
                self.types(&[*result]);
                self.expr(*body);
            }
            Definition::Decl(decl) => {
                self.params(decl.params.as_deref().unwrap_or_default());
                self.looped(decl.loop_.as_ref(), |walk| {
                    walk.all(decl.condition);
                    match decl.body {
                        DeclBody::Block(body) | DeclBody::Expr(body) => walk.expr(body),
                    }
                });
            }
            Definition::Project { body } => self.expr(*body),
            Definition::Policy { params, rules } => {
                self.params(params);
                self.rules(rules);
            }
            Definition::Enforce(policy) => self.expr(*policy),
            Definition::Test(statements) => {
                for statement in statements {
                    match statement {
                        TestStatement::Let { name, type_, value } => {
                            self.types(type_.as_slice());
                            self.expr(*value);
                            self.bound.push(name.clone());
                        }
                        TestStatement::Assert { condition, .. } => self.expr(*condition),
                    }
                }
            }
        }
    }

    fn params(&mut self, params: &[Param]) {
        for param in params {
            self.types(&[param.type_]);
            self.all(param.default);
            self.bound.push(param.name.clone());
        }
    }

    fn rules(&mut self, rules: &[Rule]) {
        let outer = self.bound.len();
        for rule in rules {
            match rule {
                Rule::Let { name, type_, value } => {
                    self.types(type_.as_slice());
                    self.expr(*value);
                    self.bound.push(name.clone());
                }
                Rule::Require { condition, message, .. } => self.all([*condition, *message]),
                Rule::For { loop_, condition, rules } => self.looped(Some(loop_), |walk| {
                    walk.all(*condition);
                    walk.rules(rules);
                }),
                Rule::If { condition, rules } => {
                    self.expr(*condition);
                    self.rules(rules);
                }
            }
        }
        self.bound.truncate(outer);
    }

    fn looped(&mut self, loop_: Option<&Loop>, body: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        if let Some(loop_) = loop_ {
            self.expr(loop_.iterable);
            self.bound.push(loop_.binders.first.clone());
            self.bound.extend(loop_.binders.second.clone());
        }
        body(self);
        self.bound.truncate(outer);
    }

    fn all(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    /// The conditions of refinements, and the defaults of fields.
    fn types(&mut self, types: &[TypeId]) {
        for type_ in types {
            match self.item.type_expr(*type_) {
                TypeExpr::Missing | TypeExpr::Literal(_) | TypeExpr::Name { .. } => {}
                TypeExpr::Apply { argument: inner, .. } | TypeExpr::Optional(inner) => self.types(&[*inner]),
                TypeExpr::Union(arms) => self.types(arms),
                TypeExpr::Where { base, condition } => {
                    self.types(&[*base]);
                    self.bound.push(Name { text: "it".into(), range: self.item.type_range(*type_) });
                    self.expr(*condition);
                    self.bound.pop();
                }
                TypeExpr::Record(fields) => {
                    for field in fields {
                        self.types(&[field.type_]);
                        self.all(field.default);
                    }
                }
            }
        }
    }

    fn expr(&mut self, expr: ExprId) {
        if expr == self.target {
            self.found = Some(self.bound.clone());
        }
        if self.found.is_some() {
            return;
        }
        match self.item.expr(expr) {
            Expr::Field { base, .. } => self.expr(*base),
            Expr::String(parts) => {
                for part in parts {
                    if let StringPart::Expr(inner) = part {
                        self.expr(*inner);
                    }
                }
            }
            Expr::Index { base, index } => self.all([*base, *index]),
            Expr::Call { callee, arguments } => {
                self.expr(*callee);
                self.all(arguments.iter().map(|argument| argument.value));
            }
            Expr::Unary { operand, .. } => self.expr(*operand),
            Expr::Binary { left, right, .. } => self.all([*left, *right]),
            Expr::If { condition, then, otherwise } => self.all([*condition, *then, *otherwise]),
            Expr::Match { scrutinee, arms } => {
                self.expr(*scrutinee);
                self.all(arms.iter().flat_map(|arm| arm.pattern.into_iter().chain([arm.value])));
            }
            Expr::List(elements) => self.all(elements.iter().copied()),
            Expr::ListFor { loop_, condition, element } => self.looped(Some(loop_), |walk| {
                walk.all(*condition);
                walk.expr(*element);
            }),
            Expr::MapFor { loop_, condition, key, value } => self.looped(Some(loop_), |walk| {
                walk.all(*condition);
                walk.all([*key, *value]);
            }),
            Expr::Record(fields) => self.all(fields.iter().map(|field| field.value)),
            Expr::With { base, members } => {
                self.expr(*base);
                self.members(members);
            }
            Expr::Body(members) => self.members(members),
            _ => {}
        }
    }

    fn members(&mut self, members: &[Member]) {
        for member in members {
            match member {
                Member::Field { value, .. } => self.expr(*value),
                Member::Block { label, loop_, condition, body, .. } => self.looped(loop_.as_ref(), |walk| {
                    walk.all(*label);
                    walk.all(*condition);
                    walk.expr(*body);
                }),
            }
        }
    }
}
