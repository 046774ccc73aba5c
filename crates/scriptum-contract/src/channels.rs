//! The channels that a `send` knows, which every script may use without an import.
//!
//! What a message consists of belongs to the language; where it goes and with what rights is the
//! business of whoever runs the script.

use std::sync::{Arc, LazyLock};

use crate::{Field, Shape, Text, ToolName, ToolOrigin, ToolSignature, Type};

/// Their signatures, by name.
pub static ALL: LazyLock<Vec<Arc<ToolSignature>>> =
    LazyLock::new(|| vec![email(), slack(), webhook()]);

/// The signature of the channel of that name.
pub fn find(name: &ToolName) -> Option<&'static Arc<ToolSignature>> {
    ALL.iter().find(|signature| signature.name == *name)
}

fn email() -> Arc<ToolSignature> {
    let fields = vec![
        Field::required("to", some_text()).doc("The address that it goes to."),
        Field::required("subject", Type::text()).doc("The subject."),
        Field::required("body", Type::text()).doc("The text."),
    ];
    channel("email", "Sends an e-mail.", fields)
}

fn slack() -> Arc<ToolSignature> {
    let fields = vec![
        Field::required("channel", some_text()).doc("The channel, such as #news, or its id."),
        Field::required("text", some_text()).doc("The message."),
    ];
    channel("slack", "Posts a message to Slack.", fields)
}

fn webhook() -> Arc<ToolSignature> {
    let fields = vec![
        Field::required("url", some_text()).doc("The address that the payload is posted to."),
        Field::required("payload", Type::Any).doc("What is posted, as JSON."),
    ];
    channel("webhook", "Posts JSON to an address.", fields)
}

fn channel(name: &str, doc: &str, fields: Vec<Field>) -> Arc<ToolSignature> {
    Arc::new(ToolSignature {
        name: ToolName::new(name),
        origin: ToolOrigin::Channel,
        input: Some(Arc::new(Shape {
            fields,
            open: false,
        })),
        output: Type::Any,
        streaming: false,
        item: None,
        // A message that is sent twice is read twice.
        idempotent: false,
        doc: doc.to_owned(),
        example: String::new(),
    })
}

fn some_text() -> Type {
    Type::Text(Text {
        min_length: Some(1),
        ..Text::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_found_and_sound() {
        for signature in ALL.iter() {
            assert_eq!(find(&signature.name), Some(signature));
            let input = signature.input.as_ref().expect("channels have fields");
            assert_eq!(Type::Shape(Arc::clone(input)).flaws(), []);
        }
    }
}
