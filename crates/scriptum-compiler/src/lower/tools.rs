//! Imports, and which tool a name behind `with` means.
//!
//! Whether a tool exists is the checker's question. Lowering asks the catalog only where a name alone
//! does not tell the origin: for wildcards, and for cloud tools behind the name of a server.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use scriptum_contract::{ToolCatalog, ToolName, ToolOrigin};
use scriptum_syntax::{
    Span,
    ast::{self, AstNode},
};
use scriptum_vm::program::{Callee, NodeId, ToolImport};

use super::Lower;
use crate::{
    codes,
    source_map::ImportSlot,
    vocabulary::{CAPABILITIES, CLOUD_SERVER},
};

/// The imports of a script, in the order of the text.
#[derive(Default)]
pub(super) struct Imports {
    entries: Vec<Entry>,
    by_local: HashMap<Arc<str>, ToolImport>,
}

enum Entry {
    One(ToolImport, Span),
    /// A wildcard, and what was used of it.
    All(ToolOrigin, Span, BTreeMap<Arc<str>, ToolImport>),
}

impl Imports {
    /// The imports of the program with their places, wildcards spelled out as far as they are used.
    pub(super) fn into_list(self) -> (Vec<ToolImport>, Vec<Span>) {
        let listed = self.entries.into_iter().flat_map(|entry| match entry {
            Entry::One(import, span) => vec![(import, span)],
            Entry::All(_, span, used) => used.into_values().map(|it| (it, span)).collect(),
        });
        listed.unzip()
    }
}

impl Lower<'_> {
    pub(super) fn imports(&mut self, file: &ast::SourceFile) {
        self.map.imports_end = Some(self.import_slot(file));
        let blocks = file.syntax().children().filter_map(ast::ToolsBlock::cast);
        let imports: Vec<_> = blocks.flat_map(|block| block.imports()).collect();
        for import in imports {
            self.import(&import);
        }
    }

    fn import(&mut self, import: &ast::ToolImport) {
        let span = import.span();
        let source = import.source();
        let server = source.as_ref().and_then(ast::ToolSource::server);
        let origin = match (&source, server.and_then(|server| server.plain())) {
            (_, Some(server)) => ToolOrigin::Mcp(server.into()),
            (Some(_), None) => ToolOrigin::Native,
            // What stands behind `from` is no source, which the parser has reported.
            (None, None) if import.has_from() => ToolOrigin::Native,
            (None, None) => ToolOrigin::Cloud,
        };
        if import.is_wildcard() {
            self.check_source(&origin, span);
            let wildcard = Entry::All(origin, span, BTreeMap::new());
            return self.imports.entries.push(wildcard);
        }
        let Some((path, last)) = import
            .path()
            .and_then(|path| Some((path.text(), path.last()?)))
        else {
            return;
        };
        if CAPABILITIES.contains(&path.as_str()) {
            let line = self.whole_line(span);
            return self.report(codes::capability_import(&path, span, line));
        }
        let alias = import.alias().unwrap_or(last);
        let local = self.names.share(alias.text());
        let (name, origin) = self.behind_server(ToolName::new(&path), origin, span);
        let import = ToolImport {
            local: Arc::clone(&local),
            name,
            origin,
        };
        let first = self.imports.by_local.entry(local);
        first.or_insert_with(|| import.clone());
        self.imports.entries.push(Entry::One(import, span));
    }

    /// A wildcard needs a source that has tools.
    fn check_source(&mut self, origin: &ToolOrigin, span: Span) {
        let ToolOrigin::Mcp(server) = origin else {
            return;
        };
        let is_known = self.catalog.servers().any(|known| known == &**server);
        if !is_known && &**server != CLOUD_SERVER {
            let nearest = self.suggest.nearest(server, self.catalog.servers());
            let unknown = codes::unknown_tool::no_server(server, span, nearest);
            self.report(unknown);
        }
    }

    /// The tool that answers behind the name of a server: one of the server itself, else, for the
    /// server of the cloud, a registered tool or a built-in one of that name.
    fn behind_server(
        &mut self,
        name: ToolName,
        origin: ToolOrigin,
        span: Span,
    ) -> (ToolName, ToolOrigin) {
        let is_cloud_server =
            matches!(&origin, ToolOrigin::Mcp(server) if &**server == CLOUD_SERVER);
        if !is_cloud_server || self.catalog.find(&origin, &name).is_some() {
            return (name, origin);
        }
        let cloud = self.catalog.of(&ToolOrigin::Cloud);
        let meant = cloud.filter(|it| it.name == name || it.name.last_segment() == &*name.0);
        let meant: Vec<&ToolName> = meant.map(|signature| &signature.name).collect();
        match meant.as_slice() {
            [only] => (ToolName::clone(only), ToolOrigin::Cloud),
            [first, ..] => {
                let first = ToolName::clone(first);
                let ambiguous = codes::ambiguous_tool(&name.0, &meant, span);
                self.report(ambiguous);
                (first, ToolOrigin::Cloud)
            }
            [] if self.catalog.find(&ToolOrigin::Native, &name).is_some() => {
                (name, ToolOrigin::Native)
            }
            [] => (name, origin),
        }
    }

    /// The tool that a step calls. An unknown name stays as it is, for the checker to report.
    pub(super) fn callee(&mut self, path: Option<&ast::ToolPath>, at: NodeId) -> Callee {
        let Some(path) = path else {
            let hole = self.named_callee("", self.map.span(at), at);
            self.map.mark_hole(at);
            return hole;
        };
        self.named_callee(&path.text(), path.span(), at)
    }

    /// As [`Lower::callee`], for a name that stands where values stand.
    pub(super) fn named_callee(&mut self, written: &str, span: Span, at: NodeId) -> Callee {
        self.map.place(at, span);
        if let Some(import) = self.imported(written) {
            return Callee {
                local: import.local,
                name: import.name,
                origin: import.origin,
            };
        }
        let origin = if CAPABILITIES.contains(&written) {
            ToolOrigin::Model
        } else if written.contains("::") {
            ToolOrigin::Cloud
        } else {
            ToolOrigin::Native
        };
        let local = self.names.share(written);
        Callee {
            name: ToolName(Arc::clone(&local)),
            local,
            origin,
        }
    }

    /// The import that a name behind `with` means. A namespaced tool may be called by its full name too.
    fn imported(&mut self, written: &str) -> Option<ToolImport> {
        if let Some(import) = self.imports.by_local.get(written) {
            return Some(import.clone());
        }
        let name = ToolName::new(written);
        let local = self.names.share(written);
        let catalog = self.catalog;
        let found = self
            .imports
            .entries
            .iter_mut()
            .find_map(|entry| match entry {
                Entry::One(import, _) => (import.name == name).then(|| import.clone()),
                Entry::All(origin, _, used) => {
                    let (name, origin) = offered(catalog, origin, &name)?;
                    let import = ToolImport {
                        local: Arc::clone(&local),
                        name,
                        origin,
                    };
                    used.insert(Arc::clone(&local), import.clone());
                    Some(import)
                }
            })?;
        self.imports.by_local.insert(local, found.clone());
        Some(found)
    }

    /// Where one more import goes: behind the last one, else behind the declarations.
    fn import_slot(&self, file: &ast::SourceFile) -> ImportSlot {
        if let Some(block) = file.tools() {
            let indent = block
                .imports()
                .last()
                .map(|import| self.column(import.span().start));
            return ImportSlot {
                offset: block.span().end,
                indent: Some(indent.unwrap_or(2)),
            };
        }
        let blocks = [file.input(), file.output(), file.stream()];
        let ends = blocks.iter().flatten().map(|block| block.span().end);
        let enums = file.enums().map(|decl| decl.span().end);
        let version = file.version().map(|version| version.span().end);
        let description = file.description().map(|description| description.span().end);
        let header = file.header().map(|header| header.span().end);
        let before = ends
            .chain(enums)
            .chain(version)
            .chain(description)
            .chain(header);
        ImportSlot {
            offset: before.max().unwrap_or(0),
            indent: None,
        }
    }

    /// The line on which something stands, with the line break before it.
    fn whole_line(&self, span: Span) -> Span {
        let place = |offset: usize| u32::try_from(offset).expect("a script is shorter than 4 GiB");
        let (start, end) = (span.start as usize, span.end as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(end..).unwrap_or_default();
        let start = before.rfind('\n').unwrap_or(0);
        let len = after.find('\n').unwrap_or(after.len());
        Span::new(place(start), place(end + len))
    }

    /// Characters before a place on its line.
    fn column(&self, offset: u32) -> u32 {
        self.lines.place(self.text, offset).column - 1
    }
}

/// The tool of a name that a wildcard offers. Behind the server of the cloud, registered tools answer
/// by the last part of their names, and built-in ones.
fn offered(
    catalog: &ToolCatalog,
    origin: &ToolOrigin,
    name: &ToolName,
) -> Option<(ToolName, ToolOrigin)> {
    if catalog.find(origin, name).is_some() {
        return Some((name.clone(), origin.clone()));
    }
    if !matches!(origin, ToolOrigin::Mcp(server) if &**server == CLOUD_SERVER) {
        return None;
    }
    let mut cloud = catalog.of(&ToolOrigin::Cloud);
    if let Some(found) = cloud.find(|it| it.name.last_segment() == &*name.0) {
        return Some((found.name.clone(), ToolOrigin::Cloud));
    }
    catalog
        .find(&ToolOrigin::Native, name)
        .map(|found| (found.name.clone(), ToolOrigin::Native))
}
