//! A template instantiated with arguments that are plain texts: `--set user=ana`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Data, Instance, Interpreter, Value};
use crate::db::{Db, ItemId, name_place};
use crate::diagnostics::{Diagnostic, catalog};
use crate::hir::{Definition, Scalar};
use crate::types::{self, FunctionTy, ParamTy, Signature, Ty};

#[derive(Debug, PartialEq)]
pub struct Instantiated {
    /// Nothing after an error.
    pub instance: Option<Arc<Instance>>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The instance of a template of images or environments for these arguments, each a parameter's name and a value as text: what
/// it means follows from the parameter's type. Elements of a list are separated by commas. What is wrong with an argument has
/// no place in a file.
pub fn instantiate(db: &dyn Db, template: ItemId, arguments: &[(SmolStr, SmolStr)]) -> Instantiated {
    let nothing = |diagnostics| Instantiated { instance: None, diagnostics };
    let Signature::Function(function) = types::signature(db, template) else {
        let name = template.name(db);
        return nothing(vec![catalog::invalid_argument::no_template(name)]);
    };
    if types::has_errors(db, template) {
        return nothing(Vec::new());
    }
    let mut interpreter = Interpreter::new(db, template);
    let mut wrong = Vec::new();
    let values = interpreter.plain_arguments(function, arguments, &mut wrong);
    if !wrong.is_empty() {
        return nothing(wrong);
    }
    let value = interpreter.apply(template, values, name_place(db, template));
    let instance = match value.data {
        Data::Instance(instance) => Some(instance),
        _ => None,
    };
    Instantiated { instance, diagnostics: interpreter.finish() }
}

impl<'db> Interpreter<'db> {
    fn plain_arguments(
        &mut self,
        function: &FunctionTy,
        arguments: &[(SmolStr, SmolStr)],
        wrong: &mut Vec<Diagnostic>,
    ) -> Vec<Option<Value>> {
        let template = function.item.name(self.db);
        let known: Vec<&str> = function.params.iter().map(|param| param.name.as_str()).collect();
        let mut values: Vec<Option<Value>> = vec![None; function.params.len()];
        for (name, text) in arguments {
            match known.iter().position(|param| param == name) {
                None => wrong.push(catalog::invalid_argument::unknown(template, name, &known)),
                Some(index) if values[index].is_some() => wrong.push(catalog::invalid_argument::twice(template, name)),
                Some(index) => values[index] = Some(self.plain_argument(function, &function.params[index], text, wrong)),
            }
        }
        let missing: Vec<&str> = function
            .params
            .iter()
            .zip(&values)
            .filter(|(param, value)| value.is_none() && param.default.is_none())
            .map(|(param, _)| param.name.as_str())
            .collect();
        // One that is misspelt is not missing as well.
        if !missing.is_empty() && arguments.iter().all(|(name, _)| known.contains(&name.as_str())) {
            wrong.push(catalog::invalid_argument::missing(template, &missing));
        }
        values
    }

    fn plain_argument(&mut self, function: &FunctionTy, param: &ParamTy, text: &SmolStr, wrong: &mut Vec<Diagnostic>) -> Value {
        let code = self.code(function.item);
        let declared = match &code.item.definition {
            Definition::Decl(decl) => decl.params.iter().flatten().find(|each| each.name.text == param.name),
            _ => None,
        };
        let place = declared.map_or(self.origin, |declared| function.item.place(declared.name.range));
        let Some(value) = parsed(text, &param.ty, place) else {
            wrong.push(catalog::invalid_argument::not_of_type(&param.name, text, &param.ty));
            return Value::error(place);
        };
        let before = self.diagnostics.len();
        let value = self.coerce(value, &param.ty, place);
        for diagnostic in self.diagnostics.drain(before..) {
            wrong.push(catalog::invalid_argument::refused(&param.name, text, diagnostic));
        }
        value
    }
}

/// A text as a value of a type; `None` where it is none.
fn parsed(text: &SmolStr, ty: &Ty, place: crate::text::Place) -> Option<Value> {
    if let Ty::List(element) = ty.present().base() {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let items: Option<Vec<Value>> = parts.map(|part| parsed(&SmolStr::from(part), element, place)).collect();
        return items.map(|items| Value::list(items, place));
    }
    // A text is plain: `true` for a string is the text.
    let scalar = Scalar { text: text.clone(), quoted: false };
    super::scalar::as_type(&scalar, ty).map(|data| Value::new(data, place))
}
