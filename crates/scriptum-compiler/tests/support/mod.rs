//! What the tests of this crate share: a catalog with the signatures of the native tools.

use std::sync::Arc;

use scriptum_contract::{Field, Shape, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type};

/// The native tools that examples and pages use.
pub(crate) fn catalog() -> ToolCatalog {
    let text = Type::text;
    let need = Field::required;
    let may = Field::optional;
    ToolCatalog::new([
        native(
            "echo",
            vec![need("message", Type::Any)],
            vec![need("message", Type::Any)],
        ),
        native(
            "file_read",
            vec![need("path", text())],
            vec![
                need("path", text()),
                need("content", text()),
                need("size_bytes", Type::integer()),
            ],
        ),
        native(
            "file_write",
            vec![need("path", text()), need("content", text())],
            vec![need("path", text()), need("size_bytes", Type::integer())],
        ),
        native(
            "file_list",
            vec![may("path", text())],
            vec![need(
                "entries",
                Type::list(Type::shape(vec![need("name", text())])),
            )],
        ),
        native(
            "file_glob",
            vec![need("pattern", text())],
            vec![need("matches", Type::list(text()))],
        ),
        native(
            "grep",
            vec![need("pattern", text()), may("path", text())],
            vec![need(
                "matches",
                Type::list(Type::shape(vec![
                    need("path", text()),
                    need("line", Type::integer()),
                    need("text", text()),
                ])),
            )],
        ),
        native(
            "http_request",
            vec![
                need("url", text()),
                may("method", text()),
                may("json", Type::Any),
            ],
            vec![
                need("status", Type::integer()),
                need("body", text()),
                may("content_type", text()),
                may("json", Type::Any),
            ],
        ),
        native(
            "csv_parse",
            vec![need("text", text())],
            vec![need("rows", Type::list(Type::Any))],
        ),
        native(
            "json_query",
            vec![need("value", Type::Any), need("query", text())],
            vec![need("result", Type::Any)],
        ),
        native(
            "web_search",
            vec![need("query", text()), may("max_results", Type::integer())],
            vec![need(
                "matches",
                Type::list(Type::shape(vec![
                    need("title", text()),
                    need("url", text()),
                    need("snippet", text()),
                ])),
            )],
        ),
    ])
}

fn native(name: &str, input: Vec<Field>, output: Vec<Field>) -> ToolSignature {
    ToolSignature {
        name: ToolName::new(name),
        origin: ToolOrigin::Native,
        input: Some(Arc::new(Shape {
            fields: input,
            open: false,
        })),
        output: Type::shape(output),
        streaming: false,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    }
}
