//! Writes programs. A step is a mapping that begins with its path and its primitive; what is absent is
//! left out.

use std::fmt;

use scriptum_contract::{ToolName, ToolOrigin};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_saphyr::FlowMap;

use crate::program::{Body, Branch, Callee, Input, Program, Step, ToolImport};

/// A part of a program with the path of the scope that it is, for readers: paths follow from the order
/// of the steps and are not read back.
pub(crate) struct Placed<'a, T> {
    pub(super) of: &'a T,
    /// Path of the scope, with the dot behind it; `None` where paths are not wanted.
    scope: Option<String>,
}

impl<'a> Placed<'a, Program> {
    pub(crate) fn root(program: &'a Program) -> Placed<'a, Program> {
        Placed {
            of: program,
            scope: Some(String::new()),
        }
    }
}

impl<'a, T> Placed<'a, T> {
    fn nowhere(of: &'a T) -> Placed<'a, T> {
        Placed { of, scope: None }
    }

    /// A part of this scope, or of one below it.
    pub(super) fn part<U>(&self, of: &'a U, below: impl fmt::Display) -> Placed<'a, U> {
        let scope = self.scope.as_ref();
        Placed {
            of,
            scope: scope.map(|scope| format!("{scope}{below}")),
        }
    }
}

impl Serialize for Program {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Placed::nowhere(self).serialize(serializer)
    }
}

impl Serialize for Placed<'_, Program> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Program {
            ir,
            title,
            description,
            version,
            contract,
            tools,
            body,
            on_thread_error,
        } = self.of;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("ir", ir)?;
        map.serialize_entry("title", title)?;
        if !description.is_empty() {
            map.serialize_entry("description", description)?;
        }
        entry(&mut map, "version", version.as_ref())?;
        map.serialize_entry("contract", contract)?;
        if !tools.is_empty() {
            map.serialize_entry("tools", tools)?;
        }
        map.serialize_entry("steps", &self.part(body, ""))?;
        if let Some(block) = on_thread_error {
            let below = format!("{}.", body.steps.len());
            map.serialize_entry("on_thread_error", &self.part(block, below))?;
        }
        map.end()
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Placed::nowhere(self).serialize(serializer)
    }
}

impl Serialize for Placed<'_, Body> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Header<'a> {
            section: &'a str,
        }
        let mut seq = serializer.serialize_seq(None)?;
        let mut sections = self.of.sections.iter().peekable();
        for (at, step) in self.of.steps.iter().enumerate() {
            while let Some(section) = sections.next_if(|section| section.before as usize <= at) {
                seq.serialize_element(&Header {
                    section: &section.title,
                })?;
            }
            seq.serialize_element(&self.part(step, at))?;
        }
        for section in sections {
            seq.serialize_element(&Header {
                section: &section.title,
            })?;
        }
        seq.end()
    }
}

impl Serialize for Placed<'_, Branch> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.of.name)?;
        map.serialize_entry("steps", &self.part(&self.of.body, ""))?;
        map.end()
    }
}

/// Here the scope is the path of the step itself.
impl Serialize for Placed<'_, Step> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let step = self.of;
        let mut map = serializer.serialize_map(None)?;
        entry(&mut map, "path", self.scope.as_ref())?;
        map.serialize_entry("primitive", step.kind.primitive())?;
        if step.line > 0 {
            map.serialize_entry("line", &step.line)?;
        }
        entry(&mut map, "label", step.label.as_ref())?;
        self.kind(&mut map)?;
        map.end()
    }
}

impl Serialize for Callee {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_tool(&self.local, &self.name, &self.origin, serializer)
    }
}

impl Serialize for ToolImport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_tool(&self.local, &self.name, &self.origin, serializer)
    }
}

/// A tool on one line of YAML.
fn serialize_tool<S: Serializer>(
    local: &str,
    name: &ToolName,
    origin: &ToolOrigin,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Form<'a> {
        local: &'a str,
        name: &'a ToolName,
        origin: Origin<'a>,
    }
    let origin = Origin(origin);
    FlowMap(Form {
        local,
        name,
        origin,
    })
    .serialize(serializer)
}

/// An origin whose server stands in braces: on one line, the writer of YAML leaves them out.
struct Origin<'a>(&'a ToolOrigin);

impl Serialize for Origin<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ToolOrigin::Mcp(server) => serializer.collect_map([("mcp", server)]),
            ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Model | ToolOrigin::Channel => {
                self.0.serialize(serializer)
            }
        }
    }
}

pub(super) fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}

/// Inputs by name, left out when there are none.
pub(super) fn named<M: SerializeMap>(
    map: &mut M,
    key: &str,
    inputs: &[Input],
) -> Result<(), M::Error> {
    if inputs.is_empty() {
        return Ok(());
    }
    map.serialize_entry(key, &Inputs(inputs))
}

/// Inputs by name.
struct Inputs<'a>(&'a [Input]);

impl Serialize for Inputs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|input| (&input.name, &input.value)))
    }
}
