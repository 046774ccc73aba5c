//! What the tests of this crate share: a catalog with tools of every kind.

use std::sync::Arc;

use scriptum_contract::{Field, Shape, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type};

/// The tools that examples, pages and the scripts of the documentation use.
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
                may("headers", Type::Any),
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
        native(
            "vector_store_insert",
            vec![need("collection_name", text()), need("vectors", Type::Any)],
            vec![need("inserted", Type::integer())],
        ),
        cloud(
            "ignite::public::chunk_text",
            vec![
                need("text", text()),
                may("chunk_size", Type::integer()),
                may("overlap", Type::integer()),
            ],
            vec![need(
                "chunks",
                Type::list(Type::shape(vec![
                    need("text", text()),
                    need("index", Type::integer()),
                ])),
            )],
        ),
        cloud(
            "ignite::public::read_data_source",
            vec![need("source", Type::Any), may("format", text())],
            vec![need("content", text())],
        ),
        cloud(
            "ignite::public::classify",
            vec![
                need("text", text()),
                may("category", text()),
                may("categories", Type::list(text())),
            ],
            vec![need("category", text()), need("score", Type::number())],
        ),
        cloud(
            "acme::geo::lookup",
            vec![need("address", text())],
            vec![need("lat", Type::number()), need("lon", Type::number())],
        ),
        cloud("acme::books::lookup", vec![need("isbn", text())], vec![]),
        tool(
            "search",
            ToolOrigin::Mcp("docs".into()),
            vec![need("query", text())],
            vec![need("pages", Type::list(text()))],
        ),
    ])
}

fn native(name: &str, input: Vec<Field>, output: Vec<Field>) -> ToolSignature {
    tool(name, ToolOrigin::Native, input, output)
}

fn cloud(name: &str, input: Vec<Field>, output: Vec<Field>) -> ToolSignature {
    tool(name, ToolOrigin::Cloud, input, output)
}

fn tool(name: &str, origin: ToolOrigin, input: Vec<Field>, output: Vec<Field>) -> ToolSignature {
    ToolSignature {
        name: ToolName::new(name),
        origin,
        input: Some(Arc::new(Shape {
            fields: input,
            open: false,
        })),
        output: Type::shape(output),
        streaming: false,
        item: None,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    }
}
