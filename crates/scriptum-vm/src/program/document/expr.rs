//! Expressions: `[greater, [call, count, hits], 0]`.

use std::sync::Arc;

use scriptum_contract::{Value, nearest};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_saphyr::FlowMap;

use super::{
    InvalidProgram,
    doc::{Content, Doc, Entry, Fields},
    read::by_serde,
};
use crate::program::{BinaryOp, Expr, Node, NodeId, Op, TemplatePart, UnaryOp};

/// Operators with two operands, as they are written.
const BINARY: [(&str, BinaryOp); 15] = [
    ("coalesce", BinaryOp::Coalesce),
    ("or", BinaryOp::Or),
    ("and", BinaryOp::And),
    ("equal", BinaryOp::Equal),
    ("not_equal", BinaryOp::NotEqual),
    ("less", BinaryOp::Less),
    ("less_equal", BinaryOp::LessEqual),
    ("greater", BinaryOp::Greater),
    ("greater_equal", BinaryOp::GreaterEqual),
    ("in", BinaryOp::In),
    ("add", BinaryOp::Add),
    ("subtract", BinaryOp::Subtract),
    ("multiply", BinaryOp::Multiply),
    ("divide", BinaryOp::Divide),
    ("remainder", BinaryOp::Remainder),
];

/// The other operations.
const OTHERS: [&str; 15] = [
    "text",
    "value",
    "variant",
    "env",
    "template",
    "list",
    "field",
    "field_or_null",
    "index",
    "index_or_null",
    "negate",
    "not",
    "if",
    "call",
    "lambda",
];

/// An expression with its source text, on one line of YAML.
impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            source: &'a str,
            expr: &'a Node,
        }
        let form = Form {
            source: &self.source,
            expr: &self.root,
        };
        FlowMap(form).serialize(serializer)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.op {
            Op::Literal(value) => serialize_literal(value, "text", serializer),
            Op::Variant { of: None, value } => write_operation(serializer, "variant", &[value]),
            Op::Variant {
                of: Some(of),
                value,
            } => {
                let mut seq = opened(serializer, "variant")?;
                seq.serialize_element(value)?;
                seq.serialize_element(of)?;
                seq.end()
            }
            Op::Name(name) => serializer.serialize_str(name),
            Op::Env(name) => write_operation(serializer, "env", &[name]),
            Op::Template(parts) => write_operation(serializer, "template", parts),
            Op::List(items) => write_operation(serializer, "list", items),
            Op::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, node) in entries {
                    map.serialize_entry(key, node)?;
                }
                map.end()
            }
            Op::Field { of, name, safe } => {
                let mut seq = opened(serializer, if *safe { "field_or_null" } else { "field" })?;
                seq.serialize_element(of)?;
                seq.serialize_element(name)?;
                seq.end()
            }
            Op::Index { of, index, safe } => {
                let tag = if *safe { "index_or_null" } else { "index" };
                write_operation(serializer, tag, &[of, index])
            }
            Op::Unary(UnaryOp::Negate, of) => write_operation(serializer, "negate", &[of]),
            Op::Unary(UnaryOp::Not, of) => write_operation(serializer, "not", &[of]),
            Op::Binary(op, left, right) => {
                write_operation(serializer, written(*op), &[left, right])
            }
            Op::If { condition, yes, no } => {
                write_operation(serializer, "if", &[condition, yes, no])
            }
            Op::Call { function, args } => {
                let mut seq = opened(serializer, "call")?;
                seq.serialize_element(function)?;
                args.iter().try_for_each(|arg| seq.serialize_element(arg))?;
                seq.end()
            }
            Op::Lambda { params, body } => {
                let mut seq = opened(serializer, "lambda")?;
                seq.serialize_element(params)?;
                seq.serialize_element(body)?;
                seq.end()
            }
        }
    }
}

/// In a template a constant text is told from a piece of text by its tag.
impl Serialize for TemplatePart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            TemplatePart::Text(text) => write_operation(serializer, "text", &[text]),
            TemplatePart::Expr(Node {
                op: Op::Literal(value),
                ..
            }) => serialize_literal(value, "value", serializer),
            TemplatePart::Expr(node) => node.serialize(serializer),
        }
    }
}

/// Numbers, booleans and null as they are; texts behind a tag, since a bare text is a name.
fn serialize_literal<S: Serializer>(
    value: &Value,
    text_tag: &str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            value.serialize(serializer)
        }
        Value::Text(_) => write_operation(serializer, text_tag, &[value]),
        Value::List(_) | Value::Object(_) | Value::Secret(_) | Value::Stored(_) => {
            write_operation(serializer, "value", &[value])
        }
    }
}

fn opened<S: Serializer>(serializer: S, tag: &str) -> Result<S::SerializeSeq, S::Error> {
    let mut seq = serializer.serialize_seq(None)?;
    seq.serialize_element(tag)?;
    Ok(seq)
}

fn write_operation<S: Serializer, T: Serialize>(
    serializer: S,
    tag: &str,
    operands: &[T],
) -> Result<S::Ok, S::Error> {
    let mut seq = opened(serializer, tag)?;
    operands
        .iter()
        .try_for_each(|operand| seq.serialize_element(operand))?;
    seq.end()
}

fn written(op: BinaryOp) -> &'static str {
    let row = BINARY.iter().find(|(_, known)| *known == op);
    row.map(|(tag, _)| *tag)
        .expect("the table has every operator")
}

/// Reads an expression with its source text.
pub(super) fn expr(doc: &Doc) -> Result<Expr, InvalidProgram> {
    let mut fields = Fields::new(doc, "an expression with 'source' and 'expr'")?;
    let source = fields.required("source")?.text("a source text")?;
    let root = node(fields.required("expr")?)?;
    fields.end()?;
    Ok(Expr { source, root })
}

/// A bare word, or a mapping with one entry.
pub(super) fn tagged<'d>(
    doc: &'d Doc,
    expected: &str,
) -> Result<(Arc<str>, Option<&'d Doc>), InvalidProgram> {
    match &doc.content {
        Content::Text(word) => Ok((Arc::clone(word), None)),
        Content::Map(entries) => match entries.as_slice() {
            [Entry { key, value, .. }] => Ok((Arc::clone(key), Some(value))),
            _ => Err(doc.unexpected(expected)),
        },
        Content::Null
        | Content::Bool(_)
        | Content::Int(_)
        | Content::Float(_)
        | Content::List(_) => Err(doc.unexpected(expected)),
    }
}

fn node(doc: &Doc) -> Result<Node, InvalidProgram> {
    let op = match &doc.content {
        Content::Null => Op::Literal(Value::Null),
        Content::Bool(truth) => Op::Literal(Value::Bool(*truth)),
        Content::Int(int) => Op::Literal(Value::Int(*int)),
        Content::Float(float) => Op::Literal(Value::Float(*float)),
        Content::Text(name) => Op::Name(Arc::clone(name)),
        Content::Map(entries) => object(entries)?,
        Content::List(items) => operation(doc, items)?,
    };
    let at = NodeId::default();
    Ok(Node { at, op })
}

fn boxed(doc: &Doc) -> Result<Box<Node>, InvalidProgram> {
    node(doc).map(Box::new)
}

fn nodes(docs: &[Doc]) -> Result<Vec<Node>, InvalidProgram> {
    docs.iter().map(node).collect()
}

fn object(entries: &[Entry]) -> Result<Op, InvalidProgram> {
    let entry = |entry: &Entry| Ok((Arc::clone(&entry.key), node(&entry.value)?));
    entries
        .iter()
        .map(entry)
        .collect::<Result<_, _>>()
        .map(Op::Object)
}

/// `[tag, operands…]`.
fn operation(doc: &Doc, items: &[Doc]) -> Result<Op, InvalidProgram> {
    let Some((tag, operands)) = items.split_first() else {
        return Err(doc
            .at
            .invalid("expected the name of an operation, found an empty list"));
    };
    let name = tag.text("the name of an operation")?;
    match (&*name, operands) {
        ("text", [text]) => text
            .text("a text")
            .map(|text| Op::Literal(Value::Text(text))),
        ("value", [value]) => by_serde(value).map(Op::Literal),
        ("variant", [value, of @ ..]) if of.len() <= 1 => variant(value, of.first()),
        ("env", [name]) => name.text("a name").map(Op::Env),
        ("template", parts) => template(parts),
        ("list", items) => nodes(items).map(Op::List),
        ("field" | "field_or_null", [of, key]) => field(of, key, &*name == "field_or_null"),
        ("index" | "index_or_null", [of, at]) => index(of, at, &*name == "index_or_null"),
        ("negate", [of]) => Ok(Op::Unary(UnaryOp::Negate, boxed(of)?)),
        ("not", [of]) => Ok(Op::Unary(UnaryOp::Not, boxed(of)?)),
        ("if", [condition, yes, no]) => choice(condition, yes, no),
        ("call", [function, args @ ..]) => call(function, args),
        ("lambda", [params, body]) => lambda(params, body),
        (other, operands) => binary(tag, other, operands),
    }
}

fn variant(value: &Doc, of: Option<&Doc>) -> Result<Op, InvalidProgram> {
    let of = of.map(|of| of.text("the name of an enum")).transpose()?;
    let value = by_serde(value)?;
    Ok(Op::Variant { of, value })
}

fn template(parts: &[Doc]) -> Result<Op, InvalidProgram> {
    parts
        .iter()
        .map(part)
        .collect::<Result<_, _>>()
        .map(Op::Template)
}

fn part(doc: &Doc) -> Result<TemplatePart, InvalidProgram> {
    if let Content::List(items) = &doc.content
        && let [tag, text] = items.as_slice()
        && matches!(&tag.content, Content::Text(tag) if &**tag == "text")
    {
        return text.text("a text").map(TemplatePart::Text);
    }
    node(doc).map(TemplatePart::Expr)
}

fn field(of: &Doc, name: &Doc, safe: bool) -> Result<Op, InvalidProgram> {
    let name = name.text("the name of a field")?;
    let of = boxed(of)?;
    Ok(Op::Field { of, name, safe })
}

fn index(of: &Doc, index: &Doc, safe: bool) -> Result<Op, InvalidProgram> {
    let (of, index) = (boxed(of)?, boxed(index)?);
    Ok(Op::Index { of, index, safe })
}

fn choice(condition: &Doc, yes: &Doc, no: &Doc) -> Result<Op, InvalidProgram> {
    let condition = boxed(condition)?;
    let (yes, no) = (boxed(yes)?, boxed(no)?);
    Ok(Op::If { condition, yes, no })
}

fn call(function: &Doc, args: &[Doc]) -> Result<Op, InvalidProgram> {
    let function = function.text("the name of a function")?;
    let args = nodes(args)?;
    Ok(Op::Call { function, args })
}

fn lambda(params: &Doc, body: &Doc) -> Result<Op, InvalidProgram> {
    let params = params.list("a list of names")?;
    let params = params.iter().map(|param| param.text("a name"));
    let params = params.collect::<Result<_, _>>()?;
    let body = boxed(body)?;
    Ok(Op::Lambda { params, body })
}

fn binary(tag: &Doc, name: &str, operands: &[Doc]) -> Result<Op, InvalidProgram> {
    let op = BINARY.iter().find(|(known, _)| *known == name);
    match (op, operands) {
        (Some((_, op)), [left, right]) => Ok(Op::Binary(*op, boxed(left)?, boxed(right)?)),
        (op, _) => Err(unknown(tag, name, op.is_some() || OTHERS.contains(&name))),
    }
}

fn unknown(tag: &Doc, name: &str, is_known: bool) -> InvalidProgram {
    if is_known {
        return tag.at.invalid(format!(
            "the operation '{name}' has another number of operands"
        ));
    }
    let binary = BINARY.iter().map(|(known, _)| *known);
    let hint = match nearest(name, OTHERS.into_iter().chain(binary)) {
        Some(close) => format!("; did you mean '{close}'?"),
        None => String::new(),
    };
    tag.at
        .invalid(format!("there is no operation '{name}'{hint}"))
}
