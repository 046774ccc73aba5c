//! The reference pages of the native tools, written from their definitions.

use scriptum_contract::{Field, List, Number, Text, Type, Value};

use crate::native::{ALL, Definition, Idempotence};

/// One page of `docs/tools`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferencePage {
    /// File name, such as `echo.md`.
    pub file_name: String,
    /// Markdown.
    pub text: String,
}

/// A page for each native tool, and the page that lists them.
pub fn reference_pages() -> Vec<ReferencePage> {
    let index = ReferencePage {
        file_name: "README.md".to_owned(),
        text: index(),
    };
    let pages = ALL.iter().map(|tool| ReferencePage {
        file_name: format!("{}.md", tool.name),
        text: page(tool),
    });
    std::iter::once(index).chain(pages).collect()
}

fn index() -> String {
    let rows = ALL
        .iter()
        .map(|tool| format!("| [`{0}`]({0}.md) | {1} |\n", tool.name, tool.doc));
    [
        "# Native tools\n\n\
         They are part of every installation. A script names the ones that it uses under `import \
         tools`:\n`file_read from native`, or all of them, `* from native`.\n\n",
        "| tool | what it does |\n|---|---|\n",
        &rows.collect::<String>(),
        "\nEvery failure has a code, which the page of the tool explains. `REFUSED` means that the \
         operator did not\ngive the right to do it: file tools see the workspace only \
         (`--workspace`), network tools public addresses\n(`--allow-net`).\n",
    ]
    .concat()
}

fn page(tool: &Definition) -> String {
    let example = format!(
        "```scriptum\nimport tools\n  {} from native\n\n{}\n```\n",
        tool.name, tool.example
    );
    let (input, output) = ((tool.input)(), (tool.output)());
    let outputs = output.iter().map(|field| output_rows("", field));
    [
        format!("# {}\n\n{}\n\n{example}", tool.name, tool.doc),
        "\n## Inputs\n\n| name | type | without it | meaning |\n|---|---|---|---|\n".to_owned(),
        input.iter().map(input_row).collect(),
        "\n## Output\n\n| name | type | meaning |\n|---|---|---|\n".to_owned(),
        outputs.collect(),
        notes(tool),
        failures(tool),
    ]
    .concat()
}

fn input_row(field: &Field) -> String {
    let Field { name, ty, doc, .. } = field;
    let without = match &field.default {
        Some(default) => shown(default),
        None if field.required => "must be given".to_owned(),
        None => "left out".to_owned(),
    };
    format!("| `{name}` | {} | {without} | {doc} |\n", words(ty))
}

/// A row for a field, and one for each field inside of it.
fn output_rows(above: &str, field: &Field) -> String {
    let Field { name, ty, doc, .. } = field;
    let name = format!("{above}{name}");
    let (shape, inside) = match ty.as_list() {
        Some(list) => (list.item.as_shape(), "[]."),
        None => (ty.as_shape(), "."),
    };
    let fields = shape.map_or(&[][..], |shape| &shape.fields);
    let below = fields
        .iter()
        .map(|field| output_rows(&format!("{name}{inside}"), field));
    let row = format!("| `{name}` | {} | {doc} |\n", words(ty));
    std::iter::once(row).chain(below).collect()
}

fn notes(tool: &Definition) -> String {
    if tool.notes.is_empty() {
        String::new()
    } else {
        format!("\n## Notes\n\n{}\n", tool.notes)
    }
}

fn failures(tool: &Definition) -> String {
    let again = match tool.idempotence {
        Idempotence::Always => "yes",
        Idempotence::ByArguments(rule, _) => rule,
    };
    let rows = tool
        .errors
        .iter()
        .map(|(code, when)| format!("| `{code}` | {when} |\n"));
    let head = if tool.errors.is_empty() {
        "\nIt does not fail.\n"
    } else {
        "\n| code | when |\n|---|---|\n"
    };
    format!(
        "\n## Failures\n\nMade again after a crash that hid the outcome: {again}.\n{head}{}",
        rows.collect::<String>()
    )
}

fn words(ty: &Type) -> String {
    match ty {
        Type::Any | Type::Never => "any".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Text(rules) => text_words(rules),
        Type::Number(rules) => number_words("number", rules),
        Type::Integer(rules) => number_words("integer", rules),
        Type::Boolean => "boolean".to_owned(),
        Type::Binary => "binary".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Timestamp => "timestamp".to_owned(),
        Type::List(list) => list_words(list),
        Type::Enum(def) => {
            let values = def.variants.iter().map(|variant| shown(&variant.value));
            values.collect::<Vec<_>>().join(" or ")
        }
        Type::Object | Type::Shape(_) => "object".to_owned(),
        Type::Optional(inner) => format!("{} or null", words(inner)),
    }
}

fn text_words(rules: &Text) -> String {
    match (rules.min_length, rules.max_length) {
        (Some(1), Some(1)) => "text, one character".to_owned(),
        (None | Some(0 | 1), Some(most)) => format!("text, at most {most} characters"),
        (_, _) => "text".to_owned(),
    }
}

fn number_words(name: &str, rules: &Number) -> String {
    match (rules.minimum, rules.maximum) {
        (Some(minimum), Some(maximum)) => format!("{name}, {minimum} to {maximum}"),
        (_, _) => name.to_owned(),
    }
}

fn list_words(list: &List) -> String {
    match list.item.as_shape() {
        Some(_) => "list of objects".to_owned(),
        None => format!("list of {}", words(&list.item)),
    }
}

fn shown(value: &Value) -> String {
    format!("`{}`", value.to_json().unwrap_or_default())
}
