//! The texts in which stores keep what only the machine understands: journal entries, notifications,
//! step errors. Every store uses them, so a journal moves from one to another unchanged.
//!
//! Each text is a JSON array that leads with the number of its format. Old formats are read for ever;
//! an unknown one is refused by its number. Frame keys print themselves; what a store understands itself (status words, the order
//! of step paths) is in [`words`] and [`path`].

pub(crate) mod path;
pub(crate) mod words;

use scriptum_contract::json_text;
use scriptum_engine::StoreError;
use scriptum_vm::{Entry, Notification, Record, Seq, StepError, Timestamp};
use serde::{Serialize, Serializer, de::DeserializeOwned, ser::SerializeTuple};

/// The format that is written: storage-form JSON.
const FORMAT: u64 = 1;

/// The entries of one commit as one text: `[1, first seq, [[at, [record, …]], …]]`, the entries of
/// one time together. The entries are gap-free, as the caller has checked.
pub(crate) fn entries_to_text(entries: &[Entry]) -> Result<String, StoreError> {
    let first = entries.first().map_or(Seq(0), |entry| entry.seq);
    to_text("journal entries", &(FORMAT, first, SameTimes(entries)))
}

/// Reads what [`entries_to_text`] wrote.
pub(crate) fn entries_from_text(text: &str) -> Result<Vec<Entry>, StoreError> {
    type Packed = (u64, Seq, Vec<(Timestamp, Vec<Record>)>);
    let (_, first, times): Packed = from_text("journal entries", text)?;
    let records = times.into_iter().flat_map(|(at, records)| {
        let at_time = move |record| (at, record);
        records.into_iter().map(at_time)
    });
    let entries = (first.0..).zip(records).map(|(seq, (at, record))| Entry {
        seq: Seq(seq),
        at,
        record,
    });
    Ok(entries.collect())
}

/// A notification as `[1, notification]`.
pub(crate) fn notification_to_text(notification: &Notification) -> Result<String, StoreError> {
    to_text("notification", &(FORMAT, notification))
}

/// Reads what [`notification_to_text`] wrote.
pub(crate) fn notification_from_text(text: &str) -> Result<Notification, StoreError> {
    let (_, notification): (u64, Notification) = from_text("notification", text)?;
    Ok(notification)
}

/// A step error as `[1, error]`.
pub(crate) fn error_to_text(error: &StepError) -> Result<String, StoreError> {
    to_text("step error", &(FORMAT, error))
}

/// Reads what [`error_to_text`] wrote.
pub(crate) fn error_from_text(text: &str) -> Result<StepError, StoreError> {
    let (_, error): (u64, StepError) = from_text("step error", text)?;
    Ok(error)
}

/// Runs of entries with one time, each as `[at, [record, …]]`.
struct SameTimes<'a>(&'a [Entry]);

impl Serialize for SameTimes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.chunk_by(|a, b| a.at == b.at).map(SameTime))
    }
}

struct SameTime<'a>(&'a [Entry]);

impl Serialize for SameTime<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&self.0.first().map(|entry| entry.at))?;
        pair.serialize_element(&Records(self.0))?;
        pair.end()
    }
}

struct Records<'a>(&'a [Entry]);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|entry| &entry.record))
    }
}

fn to_text<T: Serialize>(what: &str, value: &T) -> Result<String, StoreError> {
    json_text(value).map_err(|cause| StoreError::Corrupt(format!("cannot write {what}: {cause}")))
}

fn from_text<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    match format_of(text) {
        Some(FORMAT) => serde_json::from_str(text)
            .map_err(|cause| StoreError::Corrupt(format!("cannot read {what}: {cause}"))),
        Some(format) => Err(StoreError::Corrupt(format!(
            "cannot read {what}: format {format} is not known, only format {FORMAT}"
        ))),
        None => Err(StoreError::Corrupt(format!(
            "cannot read {what}: there is no format number"
        ))),
    }
}

fn format_of(text: &str) -> Option<u64> {
    let (format, _) = text.strip_prefix('[')?.split_once(',')?;
    format.parse().ok()
}

#[cfg(test)]
mod tests {
    use scriptum_contract::Value;
    use scriptum_vm::{Event, Resume, Seen, StepPath};

    use super::*;

    fn entry(seq: u64, at: i64, record: Record) -> Entry {
        Entry {
            seq: Seq(seq),
            at: Timestamp(at),
            record,
        }
    }

    #[test]
    fn entries_keep_their_numbers_and_times() {
        let entries = vec![
            entry(7, 10, Record::Notification(Notification::Continued)),
            entry(8, 10, Record::Event(Event::ThreadResumed)),
            entry(9, 11, Record::Notification(Notification::PauseAsked)),
        ];
        let text = entries_to_text(&entries).unwrap();
        assert_eq!(
            text,
            r#"[1,7,[[10,[{"n":"continued"},{"e":"thread_resumed"}]],[11,[{"n":"pause_asked"}]]]]"#
        );
        assert_eq!(entries_from_text(&text), Ok(entries));
    }

    #[test]
    fn notifications_keep_values_that_look_like_references() {
        let tricky = Value::object([("$stored", Value::list([Value::Float(-0.0)]))]);
        let notification = Notification::Resumed {
            path: Some(StepPath::from([1, 0, 2].as_slice())),
            change: Resume::Merge(tricky),
            seen: Some(Seen::Attempt(2)),
        };
        let text = notification_to_text(&notification).unwrap();
        assert_eq!(notification_from_text(&text), Ok(notification));
    }

    #[test]
    fn unknown_formats_are_refused_by_number() {
        let cases = [
            (r#"[2,"pause_asked"]"#, "format 2 is not known"),
            (r#"["pause_asked"]"#, "there is no format number"),
            ("", "there is no format number"),
            ("[1,", "EOF"),
        ];
        for (text, expected) in cases {
            let Err(StoreError::Corrupt(message)) = notification_from_text(text) else {
                panic!("{text} was read");
            };
            assert!(message.contains(expected), "{message}");
        }
    }
}
