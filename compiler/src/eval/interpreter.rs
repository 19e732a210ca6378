//! Evaluates expressions: one interpreter for one declaration, and what it calls.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::code::{Code, Frame};
use super::limits::{EXPRESSIONS, STEPS};
use super::{Data, Field, Fields, Instances, Value};
use crate::db::{Db, ImportState, ItemId, Namespace, Package, import_package, item_place, lookup};
use crate::diagnostics::{Diagnostic, catalog};
use crate::hir::{Arm, BinaryOperator, DeclKind, Expr, ExprId, Member, Name, RecordField, SmolStr, StringPart};
use crate::model::SecretKey;
use crate::names::Resolution;
use crate::syntax::ItemKeyword;
use crate::text::Place;
use crate::types::{self, Quantity, RecordTy, Signature, Ty};

/// Of stack left before more is taken from the heap, and how much then.
const RED_ZONE: usize = 128 * 1024;
const STACK: usize = 2 * 1024 * 1024;

/// The evaluation of one declaration.
pub(crate) struct Interpreter<'db> {
    pub(super) db: &'db dyn Db,
    own: ItemId,
    /// The declaration's package: where its mistakes are reported.
    pub(super) home: Package,
    /// The declaration as a whole.
    pub(super) origin: Place,
    /// The expressions that led to the one being evaluated: calls, and values given where a type checks them.
    pub(super) trail: Vec<Place>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) steps_left: u64,
    /// The limit of steps is reached: everything is an error from now on.
    pub(super) stopped: bool,
    pub(super) calls: usize,
    depth: u32,
    codes: FxHashMap<ItemId, Rc<Code<'db>>>,
    pub(super) defaults: Option<&'db FxHashMap<(ItemId, ExprId), Value>>,
    /// It is the default of a field that is evaluated.
    pub(super) is_default: bool,
    schemas: [Option<Arc<RecordTy>>; 2],
}

impl<'db> Interpreter<'db> {
    /// For the evaluation of `item`.
    pub fn new(db: &'db dyn Db, item: ItemId) -> Interpreter<'db> {
        Interpreter {
            db,
            own: item,
            home: item.package(db),
            origin: item_place(db, item),
            trail: Vec::new(),
            diagnostics: Vec::new(),
            steps_left: STEPS,
            stopped: false,
            calls: 0,
            depth: 0,
            codes: FxHashMap::default(),
            defaults: None,
            is_default: false,
            schemas: [None, None],
        }
    }

    /// What was reported.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// A frame for the body of a declaration, nothing bound.
    pub fn frame(&mut self, item: ItemId) -> Frame<'db> {
        Frame { code: self.code(item), locals: Vec::new() }
    }

    pub(super) fn code(&mut self, item: ItemId) -> Rc<Code<'db>> {
        let (db, own) = (self.db, self.own);
        let code = || if item == own { Code::own(db, item) } else { Code::called(db, item) };
        self.codes.entry(item).or_insert_with(|| Rc::new(code())).clone()
    }

    /// The fields of an image or an environment with these members.
    pub(super) fn schema(&mut self, kind: DeclKind, members: &[Member]) -> Arc<RecordTy> {
        let db = self.db;
        if types::has_patch(kind, members) {
            return types::patched_environment(db);
        }
        self.schemas[kind as usize].get_or_insert_with(|| types::schema(db, kind)).clone()
    }

    /// The value of an expression.
    pub fn expr(&mut self, frame: &mut Frame<'db>, id: ExprId) -> Value {
        let place = frame.expr_place(id);
        if !self.steps(1, place) {
            return Value::error(place);
        }
        let item = frame.item();
        let data = match item.expr(id) {
            Expr::Missing | Expr::Int(None) => Data::Error,
            Expr::Bool(value) => Data::Bool(*value),
            Expr::None => Data::None,
            Expr::Int(Some(value)) => Data::Int(*value),
            Expr::Float(value) => Data::Float(*value),
            Expr::Quantity { number, unit } => quantity(number, unit),
            Expr::String(parts) => match &parts[..] {
                [] => Data::String(SmolStr::default()),
                [StringPart::Text(text)] => Data::String(text.clone()),
                _ => return self.nested(place, |this| this.interpolation(frame, parts, place)),
            },
            Expr::Name(name) => return self.name(frame, id, name, place),
            Expr::Scalar(scalar) => return super::scalar::any(scalar, place),
            _ => return self.nested(place, |this| this.compound(frame, id, place)),
        };
        Value::new(data, place)
    }

    /// Guards the native stack, and the depth of expressions.
    pub(super) fn nested(&mut self, place: Place, evaluate: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.depth >= EXPRESSIONS {
            return self.fail(catalog::limit_depth::expressions(place, EXPRESSIONS));
        }
        self.depth += 1;
        let value = stacker::maybe_grow(RED_ZONE, STACK, || evaluate(self));
        self.depth -= 1;
        value
    }

    fn compound(&mut self, frame: &mut Frame<'db>, id: ExprId, place: Place) -> Value {
        let item = frame.item();
        match item.expr(id) {
            Expr::Field { base, name, optional } => self.field(frame, id, *base, name, *optional, place),
            Expr::Index { base, index } => self.index(frame, *base, *index, place),
            Expr::Call { callee, arguments } => self.call(frame, *callee, arguments, place),
            Expr::Unary { operator, operand } => self.unary(frame, *operator, *operand, place),
            Expr::Binary { operator: BinaryOperator::OrElse, left, right, .. } => {
                let left = self.expr(frame, *left);
                if matches!(left.data, Data::None) { self.expr(frame, *right) } else { left }
            }
            Expr::Binary { operator, left, right, .. } => self.binary(frame, *operator, *left, *right, place),
            Expr::If { condition, then, otherwise } => match self.truth(frame, *condition) {
                Some(true) => self.expr(frame, *then),
                Some(false) => self.expr(frame, *otherwise),
                None => Value::error(place),
            },
            Expr::Match { scrutinee, arms } => match self.matching_arm(frame, *scrutinee, arms) {
                Some(arm) => self.expr(frame, arm),
                None => Value::error(place),
            },
            Expr::List(elements) => {
                let items = elements.iter().map(|element| self.expr(frame, *element)).collect();
                self.list(items, place)
            }
            Expr::ListFor { loop_, condition, element } => {
                self.list_for(frame, loop_, *condition, place, |this, frame| this.expr(frame, *element))
            }
            Expr::Record(fields) => {
                let fields = self.record_fields(frame, fields, |this, frame, field| this.expr(frame, field.value));
                self.record(fields, None, place)
            }
            Expr::MapFor { loop_, condition, key, value } => {
                self.map_for(frame, loop_, *condition, *key, &Ty::Any, place, |this, frame| this.expr(frame, *value))
            }
            Expr::With { base, members } => self.with(frame, *base, members, place),
            Expr::Body(members) => self.free_body(frame, members, place),
            Expr::ImportedImage { import, name } => self.imported_image(frame, *import, name, place),
            Expr::ImageOrReference(name) => match lookup(self.db, frame.code.package, Namespace::Image, name.clone()) {
                Some(found) if matches!(types::signature(self.db, found), Signature::Instance(_)) => self.item(found, place),
                _ => Value::new(Data::String(name.clone()), place),
            },
            // The rest has no parts.
            _ => Value::error(place),
        }
    }

    /// A record's entries; a name that comes twice is the type checker's to report.
    pub(super) fn record_fields(
        &mut self,
        frame: &mut Frame<'db>,
        fields: &'db [RecordField],
        mut value: impl FnMut(&mut Self, &mut Frame<'db>, &'db RecordField) -> Value,
    ) -> Fields {
        let mut made = Fields::with_capacity(fields.len());
        for field in fields {
            let value = value(self, frame, field);
            let set_at = frame.place(field.name.range);
            made.insert(field.name.text.clone(), Field { value, set_at, overridden: None });
        }
        made
    }

    /// The value of a condition, unless it has none.
    pub(crate) fn truth(&mut self, frame: &mut Frame<'db>, condition: ExprId) -> Option<bool> {
        match self.expr(frame, condition).data {
            Data::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The value of the arm that matches. None matches only after an error.
    pub(super) fn matching_arm(&mut self, frame: &mut Frame<'db>, scrutinee: ExprId, arms: &'db [Arm]) -> Option<ExprId> {
        let subject = self.expr(frame, scrutinee);
        if subject.is_error() {
            return None;
        }
        for arm in arms {
            match arm.pattern {
                None => return Some(arm.value),
                Some(pattern) if self.expr(frame, pattern).equals(&subject) => return Some(arm.value),
                Some(_) => {}
            }
        }
        None
    }

    fn name(&mut self, frame: &mut Frame<'db>, id: ExprId, name: &SmolStr, place: Place) -> Value {
        if frame.code.meanings.get(id).is_some_and(|meaning| meaning.shadowed_by.is_some())
            && let Some(value) = frame.local(name)
        {
            return value.clone();
        }
        match frame.global(id) {
            Some(resolution) => {
                let resolution = resolution.clone();
                self.resolved(&resolution, place)
            }
            None => Value::error(place),
        }
    }

    /// What a path of names stands for, at `place`. A name that stands for no value is the type checker's to report.
    pub(super) fn resolved(&mut self, resolution: &Resolution, place: Place) -> Value {
        match resolution {
            Resolution::Item(item) => self.item(*item, place),
            Resolution::Builtin(item) => match super::builtins::find(item.name(self.db)) {
                Some(builtin) => Value::new(Data::Builtin(builtin.name), place),
                None => Value::error(place),
            },
            _ => Value::error(place),
        }
    }

    /// The value of another declaration.
    pub(super) fn item(&mut self, item: ItemId, place: Place) -> Value {
        let db = self.db;
        match item.keyword(db) {
            ItemKeyword::Let => stacker::maybe_grow(RED_ZONE, STACK, || super::value(db, item)).value.clone(),
            ItemKeyword::Fn => Value::new(Data::Function(item), place),
            ItemKeyword::Image | ItemKeyword::Environment => match types::signature(db, item) {
                Signature::Function(_) => Value::new(Data::Function(item), place),
                Signature::Instance(_) => self.only_instance(item, place),
                Signature::Instances(_) => self.instances_of(item).all.clone().unwrap_or_else(|| Value::error(place)),
                _ => Value::error(place),
            },
            _ => Value::error(place),
        }
    }

    pub(super) fn instances_of(&mut self, item: ItemId) -> &'db Instances {
        let db = self.db;
        stacker::maybe_grow(RED_ZONE, STACK, || super::instances(db, item))
    }

    fn only_instance(&mut self, item: ItemId, place: Place) -> Value {
        let made = self.instances_of(item);
        match made.entries.first() {
            Some(instance) => Value::new(Data::Instance(instance.clone()), instance.place),
            None if made.failed => Value::error(place),
            None => {
                let kind = item.decl_kind(self.db).map_or("declaration", DeclKind::word);
                let declared = crate::db::name_place(self.db, item);
                self.fail(catalog::absent_declaration::new(place, kind, item.name(self.db), declared))
            }
        }
    }

    fn imported_image(&mut self, frame: &Frame<'db>, import: usize, name: &Name, place: Place) -> Value {
        let item = frame.item();
        let Some(import) = item.imports.get(import) else { return Value::error(place) };
        let ImportState::Package(package) = import_package(self.db, frame.code.package, import) else {
            return Value::error(place);
        };
        match lookup(self.db, package, Namespace::Image, name.text.clone()) {
            Some(found) => self.item(found, place),
            None => Value::error(place),
        }
    }

    pub(super) fn secret(&mut self, name: SmolStr, key: SmolStr, place: Place) -> Value {
        Value::new(Data::Secret(Arc::new(SecretKey { name, key })), place)
    }
}

/// A literal with a unit; what is wrong with one is the type checker's to report.
fn quantity(number: &str, unit: &str) -> Data {
    match types::parse_quantity(number, unit) {
        Ok(Quantity::Bytes(bytes)) => Data::Bytes(bytes),
        Ok(Quantity::Cpu(cpu)) => Data::Cpu(cpu),
        Ok(Quantity::Duration(duration)) => Data::Duration(duration),
        Err(_) => Data::Error,
    }
}
