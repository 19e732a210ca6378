//! Declarations and diagnostics as short text, for expectations. Ranges are shown by the text they cover.

use std::fmt::Write;

use crate::diagnostics::Diagnostic;
use crate::hir::{
    DeclBody, Definition, Expr, ExprId, FieldOperator, ImportDecl, Item, Loop, Member, Param, Rule, StringPart, TestStatement,
    TypeExpr, TypeId,
};
use crate::syntax::{lower, split};
use crate::text::Owner;

pub fn owner() -> Owner {
    Owner::Item(salsa::Id::from_bits(1))
}

/// All diagnostics of a file, each as `name: message @ the text it points at`.
pub fn diagnostics(text: &str) -> String {
    let mut shown = String::new();
    let split = split(owner(), text);
    for item in &split.items {
        for diagnostic in lower(owner(), &text[item.range]).1 {
            show_diagnostic(&mut shown, &text[item.range], &diagnostic);
        }
    }
    for diagnostic in &split.diagnostics {
        show_diagnostic(&mut shown, text, diagnostic);
    }
    shown
}

fn show_diagnostic(shown: &mut String, text: &str, diagnostic: &Diagnostic) {
    let at = diagnostic.place.map_or("", |place| &text[place.range]);
    let fix = diagnostic.fixes.first().map(|fix| format!(" [{}]", fix.title)).unwrap_or_default();
    let _ = writeln!(shown, "{}: {} @ `{}`{fix}", diagnostic.info.name, diagnostic.message, at.lines().next().unwrap_or(""));
}

/// The text after the first fix of each diagnostic was applied, the last first.
pub fn fixed(text: &str) -> String {
    let mut edits = Vec::new();
    let split = split(owner(), text);
    for item in &split.items {
        for diagnostic in lower(owner(), &text[item.range]).1 {
            let fix = diagnostic.fixes.into_iter().next();
            edits
                .extend(fix.into_iter().flat_map(|fix| fix.edits).map(|edit| (edit.place.range + item.range.start(), edit.text)));
        }
    }
    for diagnostic in split.diagnostics {
        let fix = diagnostic.fixes.into_iter().next();
        edits.extend(fix.into_iter().flat_map(|fix| fix.edits).map(|edit| (edit.place.range, edit.text)));
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start()));
    let mut text = text.to_string();
    for (range, replacement) in edits {
        text.replace_range(usize::from(range.start())..usize::from(range.end()), &replacement);
    }
    text
}

/// All items of a file, one a line.
pub fn items(text: &str) -> String {
    let mut shown = String::new();
    for item in split(owner(), text).items {
        let (item, _) = lower(owner(), &text[item.range]);
        let _ = writeln!(shown, "{}", Shown(&item).item());
    }
    shown
}

struct Shown<'i>(&'i Item);

impl Shown<'_> {
    fn item(&self) -> String {
        let mut line = String::new();
        if let Some(docs) = &self.0.docs {
            let _ = write!(line, "/{}/ ", docs.replace('\n', "|"));
        }
        if self.0.private.is_some() {
            line.push_str("private ");
        }
        let name = self.0.name.as_ref().map_or("-", |name| name.text.as_str());
        match &self.0.definition {
            Definition::Error => line.push_str(&format!("error {name}")),
            Definition::Import(import) => line.push_str(&self.import(import)),
            Definition::Let { type_, value } => line.push_str(&format!("let {name}{} = {}", self.of(*type_), self.expr(*value))),
            Definition::Type(type_) => line.push_str(&format!("type {name} = {}", self.type_(*type_))),
            Definition::Fn { params, result, body } => {
                let (params, result) = (self.params(params), self.type_(*result));
                line.push_str(&format!("fn {name}({params}) -> {result} = {}", self.expr(*body)));
            }
            Definition::Decl(decl) => {
                let params = decl.params.as_ref().map(|params| format!("({})", self.params(params))).unwrap_or_default();
                let clauses = self.clauses(&decl.loop_, decl.condition);
                let body = match decl.body {
                    DeclBody::Block(body) => self.expr(body),
                    DeclBody::Expr(value) => format!("= {}", self.expr(value)),
                };
                line.push_str(&format!("{} {name}{params}{clauses} {body}", decl.kind.word()));
            }
            Definition::Project { body } => line.push_str(&format!("project {}", self.expr(*body))),
            Definition::Policy { params, rules } => {
                line.push_str(&format!("policy {name}({}) {{ {} }}", self.params(params), self.rules(rules)));
            }
            Definition::Enforce(expr) => line.push_str(&format!("enforce {}", self.expr(*expr))),
            Definition::Test(statements) => line.push_str(&format!("test {name} {{ {} }}", self.statements(statements))),
        }
        line
    }

    fn import(&self, import: &ImportDecl) -> String {
        let at = import.at.as_ref().map(|at| format!(" at {:?} {:?}", at.kind, at.name.text)).unwrap_or_default();
        format!("import {:?}{at} as {}", import.url.text, import.alias.text)
    }

    fn of(&self, type_: Option<TypeId>) -> String {
        type_.map(|type_| format!(": {}", self.type_(type_))).unwrap_or_default()
    }

    fn params(&self, params: &[Param]) -> String {
        let shown = params.iter().map(|param| {
            let default = param.default.map(|default| format!(" = {}", self.expr(default))).unwrap_or_default();
            format!("{}: {}{default}", param.name.text, self.type_(param.type_))
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    fn clauses(&self, loop_: &Option<Loop>, condition: Option<ExprId>) -> String {
        let loop_ = loop_.as_ref().map(|loop_| format!(" {}", self.loop_(loop_))).unwrap_or_default();
        let condition = condition.map(|condition| format!(" if {}", self.expr(condition))).unwrap_or_default();
        format!("{loop_}{condition}")
    }

    fn loop_(&self, loop_: &Loop) -> String {
        let second = loop_.binders.second.as_ref().map(|second| format!(", {}", second.text)).unwrap_or_default();
        format!("for {}{second} in {}", loop_.binders.first.text, self.expr(loop_.iterable))
    }

    fn rules(&self, rules: &[Rule]) -> String {
        let shown = rules.iter().map(|rule| match rule {
            Rule::Let { name, type_, value } => format!("let {}{} = {}", name.text, self.of(*type_), self.expr(*value)),
            Rule::Require { condition, message, .. } => format!("require {} else {}", self.expr(*condition), self.expr(*message)),
            Rule::For { loop_, condition, rules } => {
                format!("{}{} {{ {} }}", self.loop_(loop_), self.clauses(&None, *condition), self.rules(rules))
            }
            Rule::If { condition, rules } => format!("if {} {{ {} }}", self.expr(*condition), self.rules(rules)),
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    fn statements(&self, statements: &[TestStatement]) -> String {
        let shown = statements.iter().map(|statement| match statement {
            TestStatement::Let { name, type_, value } => format!("let {}{} = {}", name.text, self.of(*type_), self.expr(*value)),
            TestStatement::Assert { condition, .. } => format!("assert {}", self.expr(*condition)),
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    fn members(&self, members: &[Member]) -> String {
        let shown = members.iter().map(|member| match member {
            Member::Field { docs, name, operator, value, .. } => {
                let docs = docs.as_ref().map(|docs| format!("/{docs}/ ")).unwrap_or_default();
                let operator = if *operator == FieldOperator::Append { "+=" } else { "=" };
                format!("{docs}{} {operator} {}", name.text, self.expr(*value))
            }
            Member::Block { docs, word, label, loop_, condition, body, .. } => {
                let docs = docs.as_ref().map(|docs| format!("/{docs}/ ")).unwrap_or_default();
                let label = label.map(|label| format!(" {}", self.expr(label))).unwrap_or_default();
                format!("{docs}{}{label}{} {}", word.text, self.clauses(loop_, *condition), self.expr(*body))
            }
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    fn list(&self, exprs: &[ExprId]) -> String {
        exprs.iter().map(|expr| self.expr(*expr)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        match self.0.expr(id) {
            Expr::Missing => "?".to_string(),
            Expr::Bool(value) => value.to_string(),
            Expr::None => "none".to_string(),
            Expr::Int(value) => value.map_or("overflow".to_string(), |value| value.to_string()),
            Expr::Float(value) => format!("{value:?}"),
            Expr::Quantity { number, unit } => format!("{number}_{unit}"),
            Expr::String(parts) => {
                let parts = parts.iter().map(|part| match part {
                    StringPart::Text(text) => format!("{text:?}"),
                    StringPart::Expr(expr) => format!("\\({})", self.expr(*expr)),
                });
                let parts: Vec<String> = parts.collect();
                if parts.is_empty() { "\"\"".to_string() } else { parts.join("") }
            }
            Expr::Name(name) => name.to_string(),
            Expr::Field { base, name, optional } => {
                format!("{}{}{}", self.expr(*base), if *optional { "?." } else { "." }, name.text)
            }
            Expr::Index { base, index } => format!("{}[{}]", self.expr(*base), self.expr(*index)),
            Expr::Call { callee, arguments } => {
                let arguments = arguments.iter().map(|argument| {
                    let name = argument.name.as_ref().map(|name| format!("{}: ", name.text)).unwrap_or_default();
                    format!("{name}{}", self.expr(argument.value))
                });
                format!("{}({})", self.expr(*callee), arguments.collect::<Vec<_>>().join(", "))
            }
            Expr::Unary { operator, operand } => format!("({operator:?} {})", self.expr(*operand)),
            Expr::Binary { operator, left, right, .. } => format!("({} {operator:?} {})", self.expr(*left), self.expr(*right)),
            Expr::If { condition, then, otherwise } => {
                format!("if {} {{ {} }} else {{ {} }}", self.expr(*condition), self.expr(*then), self.expr(*otherwise))
            }
            Expr::Match { scrutinee, arms } => {
                let arms = arms.iter().map(|arm| {
                    let pattern = arm.pattern.map_or("_".to_string(), |pattern| self.expr(pattern));
                    format!("{pattern} => {}", self.expr(arm.value))
                });
                format!("match {} {{ {} }}", self.expr(*scrutinee), arms.collect::<Vec<_>>().join(", "))
            }
            Expr::List(elements) => format!("[{}]", self.list(elements)),
            Expr::ListFor { loop_, condition, element } => {
                format!("[{}{} {{ {} }}]", self.loop_(loop_), self.clauses(&None, *condition), self.expr(*element))
            }
            Expr::Record(fields) => {
                let fields = fields.iter().map(|field| format!("{} = {}", field.name.text, self.expr(field.value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            Expr::MapFor { loop_, condition, key, value } => {
                let clauses = self.clauses(&None, *condition);
                format!("{{{}{clauses} {{ {} = {} }}}}", self.loop_(loop_), self.expr(*key), self.expr(*value))
            }
            Expr::With { base, members } => format!("({} with {{ {} }})", self.expr(*base), self.members(members)),
            Expr::Body(members) => format!("{{ {} }}", self.members(members)),
            other => format!("{other:?}"),
        }
    }

    fn type_(&self, id: TypeId) -> String {
        match self.0.type_expr(id) {
            TypeExpr::Missing => "?".to_string(),
            TypeExpr::Name { qualifier: Some(qualifier), name } => format!("{}.{}", qualifier.text, name.text),
            TypeExpr::Name { qualifier: None, name } => name.text.to_string(),
            TypeExpr::Apply { name, argument } => format!("{}<{}>", name.text, self.type_(*argument)),
            TypeExpr::Literal(text) => format!("{text:?}"),
            TypeExpr::Union(arms) => {
                let arms: Vec<String> = arms.iter().map(|arm| self.type_(*arm)).collect();
                format!("({})", arms.join(" | "))
            }
            TypeExpr::Optional(inner) => format!("{}?", self.type_(*inner)),
            TypeExpr::Where { base, condition } => format!("({} where {})", self.type_(*base), self.expr(*condition)),
            TypeExpr::Record(fields) => {
                let fields = fields.iter().map(|field| {
                    let default = field.default.map(|default| format!(" = {}", self.expr(default))).unwrap_or_default();
                    let docs = field.docs.as_ref().map(|docs| format!("/{docs}/ ")).unwrap_or_default();
                    format!("{docs}{}: {}{default}", field.name.text, self.type_(field.type_))
                });
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
        }
    }
}
