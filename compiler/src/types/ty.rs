//! What a type is, and how it reads.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::db::ItemId;
use crate::hir::{DeclKind, ExprId};

/// A type. `Error` stands for what was reported already and fits everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    Error,
    /// Of an empty list's elements: fits everything, nothing fits it.
    Never,
    /// Only in the signatures of the standard library: any value at all.
    Any,
    None,
    Bool,
    Int,
    Float,
    /// A string; with the texts it can be, where they are known and few.
    String(Option<Arc<[SmolStr]>>),
    Bytes,
    Cpu,
    Duration,
    /// A string or number with a checked form.
    Checked(Checked),
    Secret,
    List(Arc<Ty>),
    Map(Arc<Ty>),
    Option(Arc<Ty>),
    Record(Arc<RecordTy>),
    Union(Arc<UnionTy>),
    /// One arm of a union of texts.
    Literal(SmolStr),
    Refined(Arc<RefinedTy>),
    /// An `image` or `environment` value.
    Instance(DeclKind),
    Function(Arc<FunctionTy>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checked {
    Path,
    Repository,
    Reference,
    Port,
}

#[derive(Debug, PartialEq, Eq)]
pub struct RecordTy {
    /// The name it was declared under, for messages.
    pub name: Option<SmolStr>,
    pub fields: Vec<FieldTy>,
    /// Whether it is what a patch says of an object: an entry that is `none` is kept, for it takes a field away.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTy {
    pub name: SmolStr,
    pub ty: Ty,
    /// The declaration and expression that give the default.
    pub default: Option<(ItemId, ExprId)>,
    /// The declaration that holds the field's documentation.
    pub declared: Option<ItemId>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct UnionTy {
    pub name: Option<SmolStr>,
    /// No `Union`, `Error` or `Option` among them.
    pub arms: Vec<Ty>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct RefinedTy {
    pub name: Option<SmolStr>,
    pub base: Ty,
    /// The declaration and the condition over `it`.
    pub condition: (ItemId, ExprId),
}

#[derive(Debug, PartialEq, Eq)]
pub struct FunctionTy {
    /// The function or template.
    pub item: ItemId,
    pub params: Vec<ParamTy>,
    pub result: Ty,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamTy {
    pub name: SmolStr,
    pub ty: Ty,
    pub default: Option<ExprId>,
}

impl Ty {
    pub const STRING: Ty = Ty::String(None);

    pub fn list(element: Ty) -> Ty {
        Ty::List(Arc::new(element))
    }

    pub fn map(value: Ty) -> Ty {
        Ty::Map(Arc::new(value))
    }

    /// `T?`; a `T?` stays what it is.
    pub fn option(inner: Ty) -> Ty {
        match inner {
            Ty::Option(_) | Ty::Error | Ty::None => inner,
            inner => Ty::Option(Arc::new(inner)),
        }
    }

    pub fn is_error(&self) -> bool {
        matches!(self, Ty::Error)
    }

    /// A refinement's base, however deep.
    pub fn base(&self) -> &Ty {
        match self {
            Ty::Refined(refined) => refined.base.base(),
            other => other,
        }
    }

    /// What an optional holds, or the type itself.
    pub fn present(&self) -> &Ty {
        match self {
            Ty::Option(inner) => inner,
            other => other,
        }
    }

    pub fn field(&self, name: &str) -> Option<&FieldTy> {
        match self.base() {
            Ty::Record(record) => record.field(name),
            _ => None,
        }
    }
}

impl RecordTy {
    /// The fields that a value needs and that are not `set`.
    pub fn missing(&self, set: impl Fn(&str) -> bool) -> impl Iterator<Item = &SmolStr> {
        let required = |field: &&FieldTy| field.default.is_none() && !matches!(field.ty, Ty::Option(_));
        self.fields.iter().filter(required).map(|field| &field.name).filter(move |name| !set(name))
    }

    pub fn field(&self, name: &str) -> Option<&FieldTy> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Checked {
    pub fn word(self) -> &'static str {
        match self {
            Checked::Path => "path",
            Checked::Repository => "repository",
            Checked::Reference => "reference",
            Checked::Port => "port",
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Error => f.write_str("unknown"),
            Ty::Never => f.write_str("nothing"),
            Ty::Any => f.write_str("any"),
            Ty::None => f.write_str("none"),
            Ty::Bool => f.write_str("bool"),
            Ty::Int => f.write_str("int"),
            Ty::Float => f.write_str("float"),
            Ty::String(_) => f.write_str("string"),
            Ty::Bytes => f.write_str("bytes"),
            Ty::Cpu => f.write_str("cpu"),
            Ty::Duration => f.write_str("duration"),
            Ty::Checked(checked) => f.write_str(checked.word()),
            Ty::Secret => f.write_str("secret"),
            Ty::List(element) => write!(f, "list<{element}>"),
            Ty::Map(value) => write!(f, "map<{value}>"),
            Ty::Option(inner) if matches!(&**inner, Ty::Union(union) if union.name.is_none()) => write!(f, "({inner})?"),
            Ty::Option(inner) => write!(f, "{inner}?"),
            Ty::Record(record) => record.fmt(f),
            Ty::Union(union) => match &union.name {
                Some(name) => f.write_str(name),
                None => {
                    let arms: Vec<String> = union.arms.iter().map(Ty::to_string).collect();
                    f.write_str(&arms.join(" | "))
                }
            },
            Ty::Literal(text) => write!(f, "{text:?}"),
            Ty::Refined(refined) => match &refined.name {
                Some(name) => f.write_str(name),
                None => write!(f, "{} where …", refined.base),
            },
            Ty::Instance(kind) => f.write_str(kind.word()),
            Ty::Function(function) => {
                f.write_str("(")?;
                for (index, param) in function.params.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    let default = if param.default.is_some() { " = …" } else { "" };
                    write!(f, "{comma}{}: {}{default}", param.name, param.ty)?;
                }
                write!(f, ") -> {}", function.result)
            }
        }
    }
}

impl fmt::Display for RecordTy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return f.write_str(name);
        }
        let shown: Vec<String> = self.fields.iter().take(6).map(|field| format!("{}: {}", field.name, field.ty)).collect();
        let more = if self.fields.len() > 6 { ", …" } else { "" };
        write!(f, "{{ {}{more} }}", shown.join(", "))
    }
}
