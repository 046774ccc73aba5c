//! Stored programs, read once and shared by all threads that run them.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use scriptum_contract::{ToolCatalog, ToolSignature};
use scriptum_vm::program::{Program, from_json};
use sha2::{Digest, Sha256};

use crate::{
    ProgramHash, ProgramRow, Store, StoreError, limits::PROGRAMS_CACHED_MAX, retry::in_time,
};

/// A program ready to run.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) program: Arc<Program>,
    /// The signatures that it was compiled against.
    pub(crate) pins: ToolCatalog,
}

/// Reads programs and keeps the last ones. A hash fixes its content, so nothing grows stale.
pub(crate) struct Programs {
    store: Arc<dyn Store>,
    recent: Mutex<Recent>,
}

/// The oldest leaves first.
#[derive(Default)]
struct Recent {
    programs: BTreeMap<ProgramHash, Arc<Loaded>>,
    order: VecDeque<ProgramHash>,
}

impl Programs {
    pub(crate) fn new(store: Arc<dyn Store>) -> Programs {
        let recent = Mutex::default();
        Programs { store, recent }
    }

    /// Keeps a program for ever.
    pub(crate) async fn publish(
        &self,
        program: &Program,
        pins: &ToolCatalog,
        source: &str,
    ) -> Result<ProgramHash, StoreError> {
        let row = program_row(program, pins, source);
        let hash = row.hash.clone();
        in_time(self.store.put_program(row)).await?;
        Ok(hash)
    }

    /// The program of that hash.
    pub(crate) async fn program(&self, hash: &ProgramHash) -> Result<Arc<Loaded>, StoreError> {
        if let Some(loaded) = self.with_recent(|recent| recent.programs.get(hash).cloned()) {
            return Ok(loaded);
        }
        let row = in_time(self.store.program(hash)).await?;
        let loaded = Arc::new(read(&row)?);
        self.with_recent(|recent| recent.keep(hash.clone(), Arc::clone(&loaded)));
        Ok(loaded)
    }

    fn with_recent<T>(&self, act: impl FnOnce(&mut Recent) -> T) -> T {
        // Whatever a panic left behind is still a true copy of stored programs.
        act(&mut self.recent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recent {
    fn keep(&mut self, hash: ProgramHash, loaded: Arc<Loaded>) {
        if self.programs.insert(hash.clone(), loaded).is_none() {
            self.order.push_back(hash);
        }
        if PROGRAMS_CACHED_MAX < self.order.len()
            && let Some(oldest) = self.order.pop_front()
        {
            self.programs.remove(&oldest);
        }
    }
}

/// The row of a program. Its name is made of what it does: the source text is not part of it.
pub fn program_row(program: &Program, pins: &ToolCatalog, source: &str) -> ProgramRow {
    let document: Arc<str> = json(program).into();
    let pins: Arc<str> = json(&pins.iter().collect::<Vec<_>>()).into();
    let mut content = Sha256::new();
    // The length keeps the border between the two parts where it is.
    content.update((document.len() as u64).to_be_bytes());
    content.update(document.as_bytes());
    content.update(pins.as_bytes());
    ProgramRow {
        hash: ProgramHash(hexadecimal(&content.finalize()).into()),
        document,
        pins,
        source: source.into(),
    }
}

fn json(document: &impl serde::Serialize) -> String {
    serde_json::to_string(document).expect("programs and signatures have text keys and no cycles")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
        text
    })
}

fn read(row: &ProgramRow) -> Result<Loaded, StoreError> {
    let corrupt = |what: &str, error: &dyn fmt::Display| {
        StoreError::Corrupt(format!("{what} of program {}: {error}", row.hash))
    };
    let program = from_json(&row.document).map_err(|e| corrupt("document", &e))?;
    let pins: Vec<ToolSignature> =
        serde_json::from_str(&row.pins).map_err(|e| corrupt("tool signatures", &e))?;
    Ok(Loaded {
        program: Arc::new(program),
        pins: ToolCatalog::new(pins),
    })
}

impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programs").finish_non_exhaustive()
    }
}
