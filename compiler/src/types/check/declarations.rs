//! The check of each kind of declaration.

use smol_str::SmolStr;

use super::Checker;
use super::paths::with_article;
use crate::db::{FileKind, ImportPlaces, ImportState, Namespace, duplicate_of, import_package, item_text, lookup, name_place};
use crate::diagnostics::catalog;
use crate::hir::{Decl, DeclBody, Definition, Expr, ExprId, ImportDecl, Param, Rule, TestStatement, TypeId};
use crate::names::{self, Resolution};
use crate::text::{TextRange, TextSize};
use crate::types::{Signature, Ty, body_schema, project_schema, signature, type_of};

impl Checker<'_> {
    /// Where an import's parts stand. A YAML template has no clause to edit.
    pub(super) fn import_places(&self, import: &ImportDecl) -> ImportPlaces {
        let text = item_text(self.db, self.id);
        let unquoted = |range: TextRange| {
            let written = text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
            let quoted = written.len() >= 2 && written.starts_with(['"', '\'']) && written.ends_with(['"', '\'']);
            let one = TextSize::from(u32::from(quoted));
            self.place(TextRange::new(range.start() + one, range.end() - one))
        };
        let coder = self.id.file(self.db).kind(self.db) == FileKind::Coder;
        ImportPlaces {
            url: self.place(import.url.range),
            text: unquoted(import.url.range),
            name: import.at.as_ref().map(|at| unquoted(at.name.range)),
            clause: import.at.as_ref().filter(|_| coder).map(|at| self.place(at.range)),
        }
    }

    /// Checks the whole declaration; the type of a `let`'s value.
    pub(super) fn definition(&mut self) -> Ty {
        self.identity();
        if self.report_cycle() {
            return Ty::Error;
        }
        match &self.item.definition {
            Definition::Error => Ty::Error,
            Definition::Import(import) => {
                if let ImportState::Problem(problem) = import_package(self.db, self.package, import) {
                    let diagnostic = problem.diagnostic(self.import_places(import));
                    self.report(diagnostic);
                }
                Ty::Error
            }
            Definition::Let { type_, value } => self.binding(*type_, *value),
            Definition::Type(type_) => {
                self.type_expr(*type_);
                Ty::Error
            }
            Definition::Fn { params, result, body } => {
                self.params(params);
                self.type_expr(*result);
                if !self.is_builtin(*body) {
                    let result = type_of(self.db, self.id, *result);
                    self.check(*body, &result);
                }
                Ty::Error
            }
            Definition::Decl(decl) => {
                self.decl(decl);
                Ty::Error
            }
            Definition::Project { body } => {
                let record = project_schema(self.db);
                if let Expr::Body(members) = self.item.expr(*body) {
                    self.body(members, &record, self.item.range);
                }
                Ty::Error
            }
            Definition::Policy { params, rules } => {
                self.params(params);
                self.policy_params(params);
                self.rules(rules);
                Ty::Error
            }
            Definition::Enforce(policy) => {
                self.enforce(*policy);
                Ty::Error
            }
            Definition::Test(statements) => {
                self.test(statements);
                Ty::Error
            }
        }
    }

    /// A name declared twice, and names that Kubernetes does not take.
    fn identity(&mut self) {
        if let Some(first) = duplicate_of(self.db, self.id) {
            let (place, first) = (name_place(self.db, self.id), name_place(self.db, first));
            let name = self.item.name.as_ref().map(|name| name.text.clone()).unwrap_or_else(|| SmolStr::new_static("project"));
            self.report(catalog::duplicate_name::new(place, &name, first));
        }
        if let (Definition::Decl(decl), Some(name)) = (&self.item.definition, &self.item.name)
            && let Some(problem) = crate::model::name_problem(&name.text)
        {
            let place = self.place(name.range);
            self.report(catalog::invalid_name::new(place, &name.text, decl.kind.word(), problem));
        }
    }

    /// Reports a cycle once, at the first of its declarations.
    fn report_cycle(&mut self) -> bool {
        let Some(cycle) = names::cycle_of(self.db, self.id) else { return false };
        if cycle.first() == Some(&self.id) {
            let places: Vec<_> = cycle.iter().map(|item| (item.name(self.db).clone(), name_place(self.db, *item))).collect();
            self.report(catalog::cycle::new(&places));
        }
        true
    }

    fn is_builtin(&self, body: ExprId) -> bool {
        self.package == self.db.prelude() && matches!(self.item.expr(body), Expr::Name(name) if name == "builtin")
    }

    fn binding(&mut self, type_: Option<TypeId>, value: ExprId) -> Ty {
        match type_ {
            Some(type_) => {
                self.type_expr(type_);
                let ty = type_of(self.db, self.id, type_);
                self.check(value, &ty);
                ty
            }
            None => {
                let ty = self.infer(value, None);
                if let (Ty::Function(function), false) = (&ty, ty.is_error()) {
                    let place = self.expr_place(value);
                    let name = function.item.name(self.db).clone();
                    return self.report(
                        catalog::not_a_value::new(place, &format!("the function `{name}`")).help(format!("call it: `{name}(…)`")),
                    );
                }
                ty
            }
        }
    }

    /// Checks the parameters and binds them.
    fn params(&mut self, params: &[Param]) {
        for (index, param) in params.iter().enumerate() {
            if let Some(first) = params[..index].iter().find(|first| first.name.text == param.name.text) {
                let diagnostic =
                    catalog::duplicate_field::new(self.place(param.name.range), &param.name.text, self.place(first.name.range));
                self.report(diagnostic);
            }
            self.type_expr(param.type_);
            let ty = type_of(self.db, self.id, param.type_);
            if let Some(default) = param.default {
                self.check_as(default, &ty, Some(&param.name.text));
            }
            self.locals.push((param.name.text.clone(), ty));
        }
    }

    fn decl(&mut self, decl: &Decl) {
        self.params(decl.params.as_deref().unwrap_or_default());
        let name = self.item.name.as_ref().map_or(self.item.range, |name| name.range);
        self.looped(decl.loop_.as_ref(), decl.condition, |checker| match decl.body {
            DeclBody::Block(body) => {
                if let Expr::Body(members) = checker.item.expr(body) {
                    checker.body(members, &body_schema(checker.db, decl.kind, members), name);
                }
            }
            DeclBody::Expr(value) => checker.instance(value, decl),
        });
    }

    /// `environment a = expr`: another instance, not one for each element of a loop, and not a template.
    fn instance(&mut self, value: ExprId, decl: &Decl) {
        let found = self.infer(value, None);
        let place = self.expr_place(value);
        match &found {
            Ty::Instance(kind) if *kind == decl.kind => {}
            Ty::Error | Ty::Any => {}
            Ty::Function(function) if function.result == Ty::Instance(decl.kind) => {
                let name = function.item.name(self.db).clone();
                let message = format!("the template `{name}`");
                self.report(
                    catalog::not_a_value::new(place, &message)
                        .help(format!("give it its arguments: `{}.{name}(…)`", decl.kind.word())),
                );
            }
            Ty::Record(_) => {
                self.report(
                    catalog::type_mismatch::new(place, &found, Ty::Instance(decl.kind), None)
                        .help(format!("write its body without `=`: `{} NAME {{ … }}`", decl.kind.word())),
                );
            }
            other => {
                self.report(catalog::type_mismatch::new(place, other, Ty::Instance(decl.kind), None));
            }
        }
    }

    /// A policy is about one image or one environment.
    fn policy_params(&mut self, params: &[Param]) {
        let fits = matches!(params, [param] if matches!(type_of(self.db, self.id, param.type_), Ty::Instance(_) | Ty::Error));
        if !fits {
            let place = name_place(self.db, self.id);
            self.report(catalog::policy_parameter::new(place));
        }
    }

    fn rules(&mut self, rules: &[Rule]) {
        let outer = self.locals.len();
        for rule in rules {
            match rule {
                Rule::Let { name, type_, value } => {
                    let ty = self.binding(*type_, *value);
                    self.locals.push((name.text.clone(), ty));
                }
                Rule::Require { condition, message, .. } => {
                    self.check(*condition, &Ty::Bool);
                    self.check(*message, &Ty::STRING);
                }
                Rule::For { loop_, condition, rules } => {
                    self.looped(Some(loop_), *condition, |checker| checker.rules(rules));
                }
                Rule::If { condition, rules } => {
                    self.check(*condition, &Ty::Bool);
                    self.rules(rules);
                }
            }
        }
        self.locals.truncate(outer);
    }

    /// `enforce` takes the name of a policy.
    fn enforce(&mut self, policy: ExprId) {
        let place = self.expr_place(policy);
        match self.resolve(policy) {
            Resolution::Item(found) if matches!(signature(self.db, found), Signature::Policy(_)) => {
                if found.package(self.db) != self.package && crate::types::type_expr::is_private(self.db, found) {
                    let declared = name_place(self.db, found);
                    self.report(catalog::private_name::new(place, found.name(self.db), declared));
                }
            }
            Resolution::Item(found) if matches!(signature(self.db, found), Signature::Let(Ty::Error)) => {}
            Resolution::Unknown(..) | Resolution::Namespace(..) | Resolution::Package(..) => {
                // A plain name that is a policy's: the word is missing.
                if let Expr::Name(name) = self.item.expr(policy)
                    && lookup(self.db, self.package, Namespace::Policy, name.clone()).is_some()
                {
                    let diagnostic = catalog::not_a_policy::new(place, &format!("`{name}`"))
                        .help(format!("write `policy.{name}`"))
                        .replace(format!("write `policy.{name}`"), true, place, format!("policy.{name}"));
                    self.report(diagnostic);
                    return;
                }
                self.infer(policy, None);
            }
            _ => {
                let ty = self.infer(policy, None);
                if !ty.is_error() {
                    self.report(catalog::not_a_policy::new(place, &with_article(&ty.to_string())));
                }
            }
        }
    }

    fn test(&mut self, statements: &[TestStatement]) {
        for statement in statements {
            match statement {
                TestStatement::Let { name, type_, value } => {
                    let ty = self.binding(*type_, *value);
                    self.locals.push((name.text.clone(), ty));
                }
                TestStatement::Assert { condition, .. } => self.check(*condition, &Ty::Bool),
            }
        }
    }
}
