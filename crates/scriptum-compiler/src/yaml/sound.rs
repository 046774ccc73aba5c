//! What the grammar of scripts, or the way from text to program, makes sure of, and a document has to
//! keep as well.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Contract, EnumDef, Field, Type};
use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::{Body, Callee, NodeId, Program, StepKind, ToolImport};

use crate::{
    codes, lower,
    source_map::{FieldPlace, Part, SourceMap},
};

/// Reports what no script could say.
pub(super) fn check(program: &Program, map: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    let imports = program.tools.iter().map(|import| (&*import.local, import));
    let mut sound = Sound {
        map,
        imports: imports.collect(),
        enums: &program.contract.enums,
        diagnostics,
    };
    sound.header(program);
    sound.contract(&program.contract);
    for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
        sound.body(body);
    }
}

struct Sound<'p> {
    map: &'p SourceMap,
    imports: BTreeMap<&'p str, &'p ToolImport>,
    enums: &'p [Arc<EnumDef>],
    diagnostics: &'p mut Vec<Diagnostic>,
}

impl Sound<'_> {
    fn report(&mut self, message: &str, at: Span) {
        self.diagnostics.push(codes::invalid_program(message, at));
    }

    fn header(&mut self, program: &Program) {
        if let Some(version) = &program.version
            && !lower::is_semantic_version(version)
        {
            let diagnostic = codes::invalid_version(version, self.map.header);
            self.diagnostics.push(diagnostic);
        }
    }

    fn contract(&mut self, contract: &Contract) {
        let at = self.map.header;
        for value in &contract.accepted_content_types {
            if !lower::is_content_type(value) {
                let diagnostic = codes::invalid_annotation::content_type(value, at);
                self.diagnostics.push(diagnostic);
            }
        }
        for value in &contract.accepted_extensions {
            if !lower::is_extension(value) {
                let diagnostic = codes::invalid_annotation::extension(value, at);
                self.diagnostics.push(diagnostic);
            }
        }
        for (def, place) in contract.enums.iter().zip(&self.map.enums) {
            if def.variants.is_empty() {
                self.report("an enum has at least one variant", place.name);
            }
        }
        let stream = contract.stream.as_deref().unwrap_or_default();
        self.fields(&contract.inputs, &self.map.inputs);
        self.fields(&contract.outputs, &self.map.outputs);
        self.fields(stream, &self.map.stream);
        for (env, place) in contract.env.iter().zip(&self.map.env) {
            self.ty(&env.field.ty, place.ty);
            if let (true, Some(default)) = (env.secret, place.default) {
                self.diagnostics.push(codes::secret_in_source(default));
            }
        }
    }

    fn fields(&mut self, fields: &[Field], places: &[FieldPlace]) {
        for (field, place) in fields.iter().zip(places) {
            self.ty(&field.ty, place.ty);
        }
    }

    /// A declared type is one that can be written down.
    fn ty(&mut self, ty: &Type, at: Span) {
        match ty {
            Type::List(list) => self.ty(&list.item, at),
            Type::Shape(shape) => {
                for field in &shape.fields {
                    self.ty(&field.ty, at);
                }
            }
            Type::Enum(def) => {
                if !self.enums.contains(def) {
                    let message = format!("the enum '{}' is not among the contract's", def.name);
                    self.report(&message, at);
                }
            }
            Type::Null | Type::Optional(_) | Type::Never => {
                self.report("no field can be declared with this type", at);
            }
            Type::Any
            | Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Object
            | Type::Binary
            | Type::Date
            | Type::Timestamp => {}
        }
    }

    fn body(&mut self, body: &Body) {
        for step in &body.steps {
            for callee in step.kind.callees() {
                self.callee(callee, Part::First.of(step.at));
            }
            self.step_types(&step.kind, step.at);
            for body in step.kind.bodies() {
                self.body(body);
            }
        }
    }

    /// Types that a step declares.
    fn step_types(&mut self, kind: &StepKind, step: NodeId) {
        let at = self.map.span(Part::Verb.of(step));
        match kind {
            StepKind::Ask(ask) => self.ty(&ask.answer, at),
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Decide(_)
            | StepKind::Check(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => {}
        }
    }

    /// What a step calls under an imported name is what was imported under it.
    fn callee(&mut self, callee: &Callee, at: NodeId) {
        let Some(import) = self.imports.get(&*callee.local) else {
            return;
        };
        if (&import.name, &import.origin) != (&callee.name, &callee.origin) {
            let (local, name) = (&callee.local, &import.name.0);
            let message = format!("'{local}' is imported as the name of another tool, '{name}'");
            self.report(&message, self.map.span(at));
        }
    }
}
