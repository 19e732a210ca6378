//! One document of YAML as a tree with exact byte ranges, aliases expanded and merge keys merged.
//!
//! The parser underneath gives events; what the keys mean is not known here. Depth and the size of what aliases expand to are
//! bounded, so that the tree can be walked by recursion.

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, Tag, options};
use rustc_hash::FxHashMap;

use super::wording;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::{yaml_alias, yaml_duplicate_key, yaml_nesting, yaml_syntax, yaml_type_tag, yaml_wrong_shape};
use crate::hir::{Name, SmolStr};
use crate::text::{Owner, Place, TextRange, TextSize, range};

/// How many lists and maps may lie within one another, of each style.
pub const DEEPEST: usize = 64;

/// How many entries all aliases of a document may stand for together.
const LARGEST_EXPANSION: u64 = 10_000;

pub type NodeId = usize;

/// A document.
pub struct Tree {
    pub nodes: Vec<Node>,
    /// `None` for a document without content, and for one that did not parse.
    pub root: Option<NodeId>,
    /// From `#` to the end of the line, in order.
    pub comments: Vec<TextRange>,
    /// The offset at which the parser gave up: what comes after it is unknown.
    pub broken: Option<u32>,
    /// `name` and `type` of the outermost map, as far as the parser came.
    pub heading: Vec<(SmolStr, SmolStr)>,
    pub diagnostics: Vec<Diagnostic>,
}

pub struct Node {
    pub range: TextRange,
    pub value: Value,
    /// Entries within, this one included, with what aliases stand for.
    size: u64,
    /// Levels of lists and maps within, this one included.
    height: usize,
}

pub enum Value {
    Scalar {
        text: SmolStr,
        quoted: bool,
    },
    List(Vec<NodeId>),
    Map(Vec<Entry>),
    /// Already reported.
    Broken,
}

#[derive(Clone)]
pub struct Entry {
    pub key: Name,
    pub value: NodeId,
}

impl Tree {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }
}

impl Node {
    /// Nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let Value::Scalar { text, quoted: false } = &self.value else { return false };
        matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// What it is, for a message.
    pub fn describe(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Broken => "something broken",
        }
    }
}

/// Parses one document; what follows a second `---` is not read.
pub fn parse(owner: Owner, text: &str) -> Tree {
    parse_until(owner, text, |_| false)
}

/// Parses no further than to where the outermost map has told enough.
pub fn parse_until(owner: Owner, text: &str, enough: impl Fn(&Tree) -> bool) -> Tree {
    let mut builder = Builder::new(owner, text);
    let options = options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
        max_buffered_comment_events: usize::MAX,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::DocumentEnd, _)) => break,
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                builder.fail(error.kind(), error.marker().byte_offset().unwrap_or(text.len()));
                break;
            }
        }
        if builder.open.len() == 1 && enough(&builder.tree) {
            break;
        }
    }
    builder.tree
}

struct Builder<'a> {
    owner: Owner,
    text: &'a str,
    tree: Tree,
    open: Vec<Open>,
    /// Anchors by the parser's number, once what they name is complete.
    anchors: FxHashMap<usize, NodeId>,
    /// How many values the aliases so far stand for.
    expanded: u64,
}

/// A list or map that is not closed yet.
struct Open {
    start: TextRange,
    end: TextSize,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<NodeId>),
    Map {
        entries: Vec<Entry>,
        /// The key whose value comes next.
        key: Option<Key>,
        merged: Vec<(TextRange, NodeId)>,
    },
}

enum Key {
    Name(Name),
    /// `<<`
    Merge(TextRange),
    /// Already reported; its value is dropped.
    Broken,
}

impl<'a> Builder<'a> {
    fn new(owner: Owner, text: &'a str) -> Builder<'a> {
        let tree = Tree {
            nodes: Vec::new(),
            root: None,
            comments: Vec::new(),
            broken: None,
            heading: Vec::new(),
            diagnostics: Vec::new(),
        };
        Builder { owner, text, tree, open: Vec::new(), anchors: FxHashMap::default(), expanded: 0 }
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        let at = self.range(span);
        match event {
            Event::Comment(..) => self.tree.comments.push(at),
            Event::Scalar(text, style, anchor, tag) => {
                let text_by_tag = self.tag(tag.as_deref(), span);
                let quoted = style != ScalarStyle::Plain || text_by_tag;
                let text = if at.is_empty() && !quoted { SmolStr::default() } else { SmolStr::new(text) };
                let at = if style == ScalarStyle::Literal || style == ScalarStyle::Folded { self.trimmed(at) } else { at };
                let node = self.node(at, Value::Scalar { text, quoted }, 1, 0);
                self.complete(node, anchor, at);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.open.push(Open { start: at, end: at.end(), anchor, content: Content::List(Vec::new()) });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span);
                let content = Content::Map { entries: Vec::new(), key: None, merged: Vec::new() };
                self.open.push(Open { start: at, end: at.end(), anchor, content });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => {
                let node = self.alias(anchor, at);
                self.complete(node, 0, at);
            }
            Event::UnresolvedAlias(name) => {
                let node = self.broken(yaml_alias::unknown(self.place(at), &name), at);
                self.complete(node, 0, at);
            }
            _ => {}
        }
    }

    /// Puts a complete node, written at `at`, into what is open.
    fn complete(&mut self, node: NodeId, anchor: usize, at: TextRange) {
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        let outermost = self.open.len() == 1;
        let Some(open) = self.open.last_mut() else {
            self.tree.root.get_or_insert(node);
            return;
        };
        open.end = open.end.max(at.end());
        match &mut open.content {
            Content::List(elements) => elements.push(node),
            Content::Map { entries, key, merged, .. } => match key.take() {
                None => *key = Some(self.tree.key(self.owner, node, at)),
                Some(Key::Name(key)) => {
                    let heading = outermost && (key.text == "name" || key.text == "type");
                    let heading = heading && !self.tree.heading.iter().any(|(name, _)| *name == key.text);
                    if let (true, Value::Scalar { text, .. }) = (heading, &self.tree.nodes[node].value) {
                        self.tree.heading.push((key.text.clone(), text.clone()));
                    }
                    entries.push(Entry { key, value: node });
                }
                Some(Key::Merge(key)) => merged.push((key, node)),
                Some(Key::Broken) => {}
            },
        }
    }

    fn close(&mut self, at: TextRange) {
        let Some(open) = self.open.pop() else { return };
        let range = TextRange::new(open.start.start(), if at.is_empty() { open.end } else { at.end() });
        let node = match open.content {
            Content::List(elements) => {
                let (size, height) = self.measure(elements.iter().copied());
                self.node(range, Value::List(elements), size, height)
            }
            Content::Map { entries, merged, .. } => {
                let entries = self.unique(entries, merged);
                let (size, height) = self.measure(entries.iter().map(|entry| entry.value));
                self.node(range, Value::Map(entries), size, height)
            }
        };
        self.complete(node, open.anchor, range);
    }

    fn measure(&self, within: impl Iterator<Item = NodeId>) -> (u64, usize) {
        within
            .map(|id| &self.tree.nodes[id])
            .fold((1, 1), |(size, height), node| (node.size.saturating_add(size), height.max(node.height + 1)))
    }

    /// The entries, each key once, and after them what `<<` brings.
    fn unique(&mut self, written: Vec<Entry>, merged: Vec<(TextRange, NodeId)>) -> Vec<Entry> {
        let mut seen: FxHashMap<SmolStr, TextRange> = FxHashMap::default();
        let mut entries = Vec::with_capacity(written.len());
        for entry in written {
            match seen.get(&entry.key.text) {
                Some(first) => {
                    let (place, first) = (self.place(entry.key.range), self.place(*first));
                    self.tree.diagnostics.push(yaml_duplicate_key::new(place, &entry.key.text, first));
                }
                None => {
                    seen.insert(entry.key.text.clone(), entry.key.range);
                    entries.push(entry);
                }
            }
        }
        for (key, node) in merged {
            let maps = match &self.tree.nodes[node].value {
                Value::List(maps) => maps.clone(),
                _ => vec![node],
            };
            for map in maps {
                match &self.tree.nodes[map].value {
                    Value::Map(brought) => {
                        for entry in brought.clone() {
                            if seen.insert(entry.key.text.clone(), entry.key.range).is_none() {
                                entries.push(entry);
                            }
                        }
                    }
                    Value::Broken => {}
                    _ => {
                        let found = self.tree.nodes[map].describe();
                        self.tree.diagnostics.push(yaml_wrong_shape::new(self.place(key), "`<<`", "a map to merge", found));
                    }
                }
            }
        }
        entries
    }

    /// What `*name` stands for.
    fn alias(&mut self, anchor: usize, at: TextRange) -> NodeId {
        let place = self.place(at);
        let Some(&target) = self.anchors.get(&anchor) else { return self.broken(yaml_alias::of_itself(place), at) };
        let (size, height) = (self.tree.nodes[target].size, self.tree.nodes[target].height);
        let before = self.expanded;
        self.expanded = before.saturating_add(size);
        if self.expanded > LARGEST_EXPANSION {
            if before <= LARGEST_EXPANSION {
                return self.broken(yaml_alias::too_large(place, LARGEST_EXPANSION), at);
            }
            return self.node(at, Value::Broken, 1, 0);
        }
        if self.open.len() + height > DEEPEST {
            return self.broken(yaml_nesting::new(place, DEEPEST), at);
        }
        target
    }

    /// Reports a tag that means nothing here; true for the tags that make any scalar text.
    fn tag(&mut self, tag: Option<&Tag>, span: Span) -> bool {
        let Some(tag) = tag else { return false };
        let at = span.tag_span().map_or_else(|| self.range(span), |span| self.range(span));
        let written = self.text.get(usize::from(at.start())..usize::from(at.end())).unwrap_or_default();
        if written != "!" && !tag.is_yaml_core_schema() {
            self.tree.diagnostics.push(yaml_type_tag::new(self.place(at), written));
        }
        written == "!" || tag.is_yaml_core_schema_tag("str")
    }

    fn fail(&mut self, kind: &ErrorKind, offset: usize) {
        let at = wording::token(self.text, offset);
        let diagnostic = match kind {
            ErrorKind::RecursionLimitExceeded => yaml_nesting::new(self.place(at), DEEPEST),
            kind => {
                let (message, help) = wording::of(kind);
                yaml_syntax::new(self.place(at), message, help)
            }
        };
        self.tree.diagnostics.push(diagnostic);
        self.tree.broken = Some(at.start().into());
        self.tree.root = None;
    }

    fn broken(&mut self, diagnostic: Diagnostic, at: TextRange) -> NodeId {
        self.tree.diagnostics.push(diagnostic);
        self.node(at, Value::Broken, 1, 0)
    }

    fn node(&mut self, range: TextRange, value: Value, size: u64, height: usize) -> NodeId {
        self.tree.nodes.push(Node { range, value, size, height });
        self.tree.nodes.len() - 1
    }

    fn place(&self, range: TextRange) -> Place {
        Place { owner: self.owner, range }
    }

    fn range(&self, span: Span) -> TextRange {
        let start = span.start.byte_offset().unwrap_or(0).min(self.text.len());
        range(start, span.end.byte_offset().unwrap_or(start).clamp(start, self.text.len()))
    }

    /// Without the white space at its end, which the parser counts to a block scalar.
    fn trimmed(&self, at: TextRange) -> TextRange {
        let written = &self.text[usize::from(at.start())..usize::from(at.end())];
        range(at.start().into(), usize::from(at.start()) + written.trim_end().len())
    }
}

impl Tree {
    fn key(&mut self, owner: Owner, node: NodeId, at: TextRange) -> Key {
        match &self.nodes[node].value {
            Value::Scalar { text, quoted: false } if text == "<<" => Key::Merge(at),
            Value::Scalar { text, .. } if !at.is_empty() => Key::Name(Name { text: text.clone(), range: at }),
            Value::Broken => Key::Broken,
            _ => {
                let found = self.nodes[node].describe();
                self.diagnostics.push(yaml_wrong_shape::new(Place { owner, range: at }, "a key", "text", found));
                Key::Broken
            }
        }
    }
}
