//! YAML as a tree that knows where each of its nodes stands in the text.
//!
//! A test file is shown to its author with lines and columns, and expectations are rewritten in it in
//! place, so the tree keeps the bytes of every key and value. It knows nothing of tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use scriptum_compiler::Diagnostic;
use scriptum_contract::Value;
use serde_saphyr::granit_parser::{
    Event, Options, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag,
};

use super::faults::fault;

/// Nodes of a file, those that aliases repeat counted each time: bounds what a small file can become.
const NODES_MAX: usize = 1_000_000;

/// Levels of lists and mappings in each other.
const DEPTH_MAX: usize = 100;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) content: Content,
    /// Its bytes. Those of a block end where its last part ends.
    pub(crate) at: Range<usize>,
    /// True for `{…}` and `[…]`.
    pub(crate) is_flow: bool,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) text: Arc<str>,
    pub(crate) at: Range<usize>,
}

impl Node {
    /// The value without places.
    pub(crate) fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::list(items.iter().map(Node::value)),
            Content::Map(entries) => Value::object(
                entries
                    .iter()
                    .map(|(key, node)| (Arc::clone(&key.text), node.value())),
            ),
        }
    }

    /// The entries, if it is a mapping.
    pub(crate) fn entries(&self) -> Option<&[(Key, Node)]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn items(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(items) => Some(items),
            Content::Scalar(_) | Content::Map(_) => None,
        }
    }

    /// The value under a key.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let mut entries = self.entries()?.iter();
        let (_, node) = entries.find(|(key, _)| &*key.text == name)?;
        Some(node)
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(Value::Null) => "nothing",
            Content::Scalar(Value::Bool(_)) => "true or false",
            Content::Scalar(Value::Int(_) | Value::Float(_)) => "a number",
            Content::Scalar(Value::Text(_)) => "a text",
            Content::Scalar(Value::List(_)) | Content::List(_) => "a list",
            Content::Scalar(Value::Object(_) | Value::Secret(_) | Value::Stored(_))
            | Content::Map(_) => "a mapping",
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Scalar(Value::Text(text)) => Some(text),
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The truth, if it is one.
    pub(crate) fn truth(&self) -> Option<bool> {
        match &self.content {
            Content::Scalar(Value::Bool(truth)) => Some(*truth),
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The whole number, if it is one from zero on.
    pub(crate) fn count(&self) -> Option<u64> {
        match &self.content {
            Content::Scalar(Value::Int(number)) => u64::try_from(*number).ok(),
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The place that a JSON pointer into the value means; for a key that is not there, the nearest
    /// place around it.
    pub(crate) fn place(&self, pointer: &str) -> Range<usize> {
        let mut node = self;
        let mut place = self.at.clone();
        for segment in pointer.split('/').skip(1) {
            let name = segment.replace("~1", "/").replace("~0", "~");
            let next = match &node.content {
                Content::Map(entries) => {
                    let found = entries.iter().find(|(key, _)| *key.text == *name);
                    found.map(|(key, node)| (key.at.clone(), node))
                }
                Content::List(items) => {
                    let item = name.parse().ok().and_then(|at: usize| items.get(at));
                    item.map(|node| (node.at.clone(), node))
                }
                Content::Scalar(_) => None,
            };
            let Some((at, inner)) = next else { break };
            (node, place) = (inner, at);
        }
        place
    }

    fn size(&self) -> usize {
        1 + match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => items.iter().map(Node::size).sum::<usize>(),
            Content::Map(entries) => entries.iter().map(|(_, node)| node.size()).sum(),
        }
    }

    fn depth(&self) -> usize {
        match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Content::Map(entries) => {
                1 + entries.iter().map(|(_, it)| it.depth()).max().unwrap_or(0)
            }
        }
    }
}

/// Reads a text with one document.
///
/// # Errors
/// The first place where it is no YAML, or none that a value can hold.
pub(crate) fn parse(text: &str) -> Result<Node, Box<Diagnostic>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut reading = Reading::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| not_yaml(&error))?;
        reading.take(event, range(&span))?;
    }
    let empty = || Node {
        content: Content::Scalar(Value::Null),
        at: 0..0,
        is_flow: false,
    };
    Ok(reading.root.unwrap_or_else(empty))
}

/// A tree that is being read.
#[derive(Default)]
struct Reading {
    /// Lists and mappings that have not ended, the outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    /// Nodes by the number of their anchor.
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

struct Open {
    node: Node,
    anchor: usize,
    /// In a mapping: the key whose value comes next.
    key: Option<Key>,
    /// In a mapping: all keys.
    keys: BTreeSet<Arc<str>>,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, at: Range<usize>) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref());
                let node = leaf(Content::Scalar(value), at);
                self.keep(anchor, &node);
                self.add(node)
            }
            Event::SequenceStart(style, anchor, _) => {
                self.open(Content::List(Vec::new()), style, anchor, at)
            }
            Event::MappingStart(style, anchor, _) => {
                self.open(Content::Map(Vec::new()), style, anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&at),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(fault(at, "this alias stands inside of what it repeats"));
                };
                self.nodes += node.size();
                if self.nodes > NODES_MAX {
                    return Err(too_large(at));
                }
                if self.open.len() + node.depth() > DEPTH_MAX {
                    return Err(too_deep(at));
                }
                let node = node.clone();
                self.add(Node { at, ..node })
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                let message = "a test file is one document, and here a second one begins";
                Err(fault(at, message))
            }
            // Comments and anchors are not asked for, unknown aliases are errors of the parser.
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | Event::Comment(..)
            | _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        content: Content,
        style: StructureStyle,
        anchor: usize,
        at: Range<usize>,
    ) -> Result<(), Box<Diagnostic>> {
        if self.open.len() >= DEPTH_MAX {
            return Err(too_deep(at));
        }
        let is_flow = style == StructureStyle::Flow;
        let node = Node {
            content,
            at,
            is_flow,
        };
        let (key, keys) = (None, BTreeSet::new());
        self.open.push(Open {
            node,
            anchor,
            key,
            keys,
        });
        Ok(())
    }

    fn close(&mut self, end: &Range<usize>) -> Result<(), Box<Diagnostic>> {
        let Some(Open {
            mut node, anchor, ..
        }) = self.open.pop()
        else {
            return Ok(());
        };
        if node.is_flow {
            node.at.end = end.end;
        } else {
            let first = match &node.content {
                Content::Map(entries) => entries.first().map(|(key, _)| key.at.start),
                Content::List(_) | Content::Scalar(_) => None,
            };
            node.at.start = first.unwrap_or(node.at.start);
            let last = match &node.content {
                Content::Map(entries) => entries.last().map(|(key, it)| key.at.end.max(it.at.end)),
                Content::List(items) => items.last().map(|it| it.at.end),
                Content::Scalar(_) => None,
            };
            node.at.end = last.unwrap_or(node.at.end).max(node.at.start);
        }
        self.keep(anchor, &node);
        self.add(node)
    }

    fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    /// Puts a node where it belongs: as a key, a value, an element, or the whole.
    fn add(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(too_large(node.at));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.content, open.key.take()) {
            (Content::List(items), _) => items.push(node),
            (Content::Map(entries), Some(key)) => entries.push((key, node)),
            (Content::Map(entries), None) => {
                let key = key(node)?;
                if !open.keys.insert(Arc::clone(&key.text)) {
                    let message = format!("'{}' is there twice", key.text);
                    let first = entries.iter().find(|(it, _)| it.text == key.text);
                    let first = first.map_or(0..0, |(first, _)| first.at.clone());
                    let first = super::faults::span(&first);
                    let fault = *fault(key.at, message);
                    return Err(Box::new(fault.also(first, "the first one")));
                }
                open.key = Some(key);
            }
            (Content::Scalar(_), _) => unreachable!("scalars are never open"),
        }
        Ok(())
    }
}

fn key(node: Node) -> Result<Key, Box<Diagnostic>> {
    let text = match node.content {
        Content::Scalar(Value::Text(text)) => text,
        Content::Scalar(Value::Null) => "".into(),
        Content::Scalar(value) => value.to_json().unwrap_or_default().into(),
        Content::List(_) | Content::Map(_) => {
            return Err(fault(node.at, "a key is a text, not a list or a mapping"));
        }
    };
    Ok(Key { text, at: node.at })
}

fn leaf(content: Content, at: Range<usize>) -> Node {
    Node {
        content,
        at,
        is_flow: false,
    }
}

/// The value of a scalar by the core schema of YAML 1.2.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
    if style != ScalarStyle::Plain || is_text {
        return Value::text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => (),
    }
    number(text).unwrap_or_else(|| Value::text(text))
}

fn number(text: &str) -> Option<Value> {
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        let is_plain = digits.starts_with(|first: char| first.is_ascii_hexdigit());
        let number = i64::from_str_radix(digits, radix).ok();
        number.filter(|_| is_plain).map(Value::Int)
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(number);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let begins = digits.strip_prefix('.').unwrap_or(digits);
    let is_number = begins.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .chars()
            .all(|char| char.is_ascii_digit() || ".eE+-".contains(char));
    if !is_number {
        return None;
    }
    let integer = text.parse().ok().map(Value::Int);
    integer.or_else(|| Value::float(text.parse().ok()?))
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn too_large(at: Range<usize>) -> Box<Diagnostic> {
    fault(at, format!("the file has more than {NODES_MAX} values"))
}

fn too_deep(at: Range<usize>) -> Box<Diagnostic> {
    let message = format!("more than {DEPTH_MAX} lists and mappings in each other");
    fault(at, message)
}

fn not_yaml(error: &ScanError) -> Box<Diagnostic> {
    let at = error.marker().byte_offset().unwrap_or_default();
    fault(at..at, format!("this is no YAML: {}", error.info()))
}

#[cfg(test)]
mod tests {
    use super::{DEPTH_MAX, parse};

    /// What another reader of YAML makes of a text, as JSON.
    fn other(text: &str) -> String {
        let value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
        value.to_string()
    }

    fn ours(text: &str) -> String {
        let json = parse(text).unwrap().value().to_json().unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        value.to_string()
    }

    #[test]
    fn values_are_those_that_others_read() {
        let texts = [
            "a: 1\nb: [x, 'y', \"z\"]\nc:\n  - d: null\n    e: ~\n  - true\n",
            "- 1.5\n- -3\n- +4\n- 1e3\n- 0x1F\n- 0o17\n- .5\n- 1.\n",
            "- \"1\"\n- '2'\n- 1.2.3\n- 2026-01-01\n- 12:30\n- e3\n- .\n- '-'\n- 1 2\n",
            "a: |\n  two\n  lines\nb: >\n  one\n  line\n",
            "a: &x {b: [1]}\nc: *x\n",
            "a:\nb: \"\"\n",
            "\"a b\": \"\\u00e9\\n\"\n? long key\n: value\n",
            "- [a, [b, {c: d}]]\n- {e: [], f: {}}\n",
        ];
        for text in texts {
            assert_eq!(ours(text), other(text), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let file = "tests:\n  - name: a   # first\n    input: {x: [1, 2]}\n    said: |\n      so\n";
        let root = parse(file).unwrap();
        let said = |pointer: &str| file.get(root.place(pointer)).unwrap();
        assert_eq!(said("/tests"), "tests");
        assert_eq!(said("/tests/0/name"), "name");
        assert_eq!(said("/tests/0/input/x"), "x");
        assert_eq!(said("/tests/0/input/x/1"), "2");
        assert_eq!(said("/tests/0/input/y"), "input");
        let tests = root.get("tests").unwrap().items().unwrap();
        assert!(
            file.get(tests[0].at.clone())
                .unwrap()
                .starts_with("name: a")
        );
        let input = tests[0].get("input").unwrap();
        assert_eq!(file.get(input.at.clone()), Some("{x: [1, 2]}"));
    }

    #[test]
    fn what_no_value_holds_is_refused() {
        let deep = "[".repeat(DEPTH_MAX + 1) + &"]".repeat(DEPTH_MAX + 1);
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            let list = alias.trim_end_matches(", ");
            bomb.extend([format!("a{level}: &a{level} [{list}]\n")]);
        }
        let table = [
            ("a: 1\na: 2\n", "'a' is there twice"),
            (
                "a: &x [*x]\n",
                "this alias stands inside of what it repeats",
            ),
            ("[a]: 1\n", "a key is a text, not a list or a mapping"),
            (
                "a: 1\n---\nb: 2\n",
                "a test file is one document, and here a second one begins",
            ),
            ("a: [1\n", "this is no YAML"),
            ("a: *b\n", "this is no YAML"),
            (&deep, "more than 100 lists and mappings in each other"),
            (&bomb, "the file has more than 1000000 values"),
        ];
        for (text, message) in table {
            let fault = parse(text).unwrap_err();
            assert!(fault.message.starts_with(message), "{}", fault.message);
        }
    }
}
