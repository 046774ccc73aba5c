//! The five capabilities of models, which every script may call without an import.
//!
//! Their signatures belong to the language and not to a server, so that a script compiles alike
//! everywhere. Which model answers is the business of whoever runs it.

use std::sync::{Arc, LazyLock};

use crate::{Field, Number, Shape, Text, ToolName, ToolOrigin, ToolSignature, Type};

/// Their names.
pub const NAMES: &[&str] = &["llm", "embed", "rerank", "transcribe", "infer"];

/// Their signatures, in the order of [`NAMES`].
pub static ALL: LazyLock<Vec<Arc<ToolSignature>>> =
    LazyLock::new(|| vec![llm(), embed(), rerank(), transcribe(), infer()]);

/// The signature of the capability of that name.
pub fn find(name: &ToolName) -> Option<&'static Arc<ToolSignature>> {
    ALL.iter().find(|signature| signature.name == *name)
}

/// Inputs of a capability of which one must be given: `prompt` or `messages` of `llm`.
pub fn one_of(name: &str) -> &'static [&'static str] {
    match name {
        "llm" => &["prompt", "messages"],
        "embed" => &["texts", "text"],
        "transcribe" => &["audio", "url"],
        _ => &[],
    }
}

fn llm() -> Arc<ToolSignature> {
    let message = open(vec![
        Field::required("role", Type::text()),
        Field::required("content", Type::Any),
    ]);
    let input = vec![
        Field::optional("prompt", Type::text()).doc("What the model is asked."),
        Field::optional("messages", Type::list(message))
            .doc("A conversation, in the place of a prompt."),
        Field::optional("system", Type::text()).doc("How the model is to behave."),
        model(),
        Field::optional("temperature", at_least(0.0)).doc("0 is the least random."),
        Field::optional("max_tokens", count()).doc("Length of the longest answer."),
        Field::optional("schema", Type::Any)
            .doc("The type that the answer must have; its fields are then fields of the result."),
        Field::optional("tools", Type::list(Type::Any)).doc("Tools that the model may ask for."),
    ];
    let output = vec![
        Field::required("text", Type::text()),
        Field::required("model", Type::text()),
        Field::required("usage", usage()),
        Field::required("finish_reason", Type::text()),
    ];
    let doc = "Asks a language model.";
    capability("llm", doc, input, open(output))
}

fn embed() -> Arc<ToolSignature> {
    let vector = || Type::list(Type::number());
    let input = vec![
        Field::optional("texts", Type::list(Type::text())).doc("Texts, one vector each."),
        Field::optional("text", Type::text()).doc("One text."),
        model(),
        Field::optional("dimensions", count()).doc("Length of a vector."),
        Field::optional("normalized", Type::Boolean).doc("True: vectors of length 1."),
        Field::optional("task_type", Type::text()).doc("What the vectors are for."),
    ];
    let output = vec![
        Field::required("embeddings", Type::list(vector())),
        Field::required("embedding", vector()),
        Field::required("dimensions", Type::integer()),
        Field::required("usage", usage()),
    ];
    let doc = "Turns texts into vectors.";
    capability("embed", doc, input, open(output))
}

fn rerank() -> Arc<ToolSignature> {
    let input = vec![
        Field::required("query", Type::text()).doc("What is looked for."),
        Field::required("documents", Type::list(Type::Any)).doc("What is put in order."),
        model(),
        Field::optional("top_n", count()).doc("How many are returned."),
    ];
    let result = open(vec![
        Field::required("index", Type::integer()),
        Field::required("relevance_score", Type::number()),
        Field::required("document", Type::Any),
    ]);
    let output = vec![Field::required("results", Type::list(result))];
    let doc = "Puts documents in the order of their relevance to a query.";
    capability("rerank", doc, input, open(output))
}

fn transcribe() -> Arc<ToolSignature> {
    let input = vec![
        Field::optional("audio", Type::Any).doc("The recording."),
        Field::optional("url", Type::text()).doc("Where the recording is."),
        Field::optional("language", Type::text()).doc("The language that is spoken."),
        model(),
        Field::optional("response_format", Type::text()).doc("The form of the answer."),
    ];
    let segment = open(vec![
        Field::required("start", Type::number()),
        Field::required("end", Type::number()),
        Field::required("text", Type::text()),
    ]);
    let output = vec![
        Field::required("text", Type::text()),
        Field::optional("language", Type::text()),
        Field::optional("duration", Type::number()),
        Field::optional("segments", Type::list(segment)),
    ];
    let doc = "Turns speech into text.";
    capability("transcribe", doc, input, open(output))
}

fn infer() -> Arc<ToolSignature> {
    let input = vec![
        Field::required("model", some_text()).doc("Which model."),
        Field::required("payload", Type::Any).doc("What the model is given."),
        Field::optional("content_type", Type::text()).doc("The MIME type of the payload."),
    ];
    let output = vec![Field::required("result", Type::Any)];
    let doc = "Calls a model of any kind.";
    capability("infer", doc, input, open(output))
}

/// A capability takes further inputs, which its provider may know.
fn capability(name: &str, doc: &str, input: Vec<Field>, output: Type) -> Arc<ToolSignature> {
    Arc::new(ToolSignature {
        name: ToolName::new(name),
        origin: ToolOrigin::Model,
        input: Some(Arc::new(Shape {
            fields: input,
            open: true,
        })),
        output,
        streaming: name == "llm",
        item: (name == "llm").then(Type::text),
        idempotent: true,
        doc: doc.to_owned(),
        example: String::new(),
    })
}

fn model() -> Field {
    Field::optional("model", some_text()).doc("Which model; the provider's own choice without it.")
}

fn usage() -> Type {
    open(vec![
        Field::optional("prompt_tokens", Type::integer()),
        Field::optional("completion_tokens", Type::integer()),
        Field::optional("total_tokens", Type::integer()),
    ])
}

fn open(fields: Vec<Field>) -> Type {
    Type::Shape(Arc::new(Shape { fields, open: true }))
}

fn some_text() -> Type {
    Type::Text(Text {
        min_length: Some(1),
        ..Text::default()
    })
}

fn at_least(minimum: f64) -> Type {
    Type::Number(Number {
        minimum: Some(minimum),
        ..Number::default()
    })
}

fn count() -> Type {
    Type::Integer(Number {
        minimum: Some(1.0),
        ..Number::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_sound_signature() {
        let names: Vec<&str> = ALL.iter().map(|signature| &*signature.name.0).collect();
        assert_eq!(names, NAMES);
        for signature in ALL.iter() {
            let input = signature.input.as_ref().expect("capabilities have inputs");
            assert_eq!(Type::Shape(Arc::clone(input)).flaws(), []);
            assert_eq!(signature.output.flaws(), []);
            for name in one_of(&signature.name.0) {
                assert!(input.field(name).is_some_and(|field| !field.is_needed()));
            }
        }
    }
}
