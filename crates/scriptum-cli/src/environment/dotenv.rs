//! Files of variables: `KEY=VALUE` a line, as many programs write them.

use std::collections::BTreeMap;

/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 128;

/// The variables of a file, the later one of two with the same key; every bad line otherwise.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut variables = BTreeMap::new();
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match pair(line) {
            Ok((key, value)) => _ = variables.insert(key.to_owned(), value),
            Err(why) => faults.push(format!("line {number}: {why}")),
        }
    }
    if faults.is_empty() {
        Ok(variables)
    } else {
        Err(faults)
    }
}

/// True for letters, digits and `_`, no digit first.
pub(super) fn is_key(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = key
        .bytes()
        .next()
        .is_some_and(|first| !first.is_ascii_digit());
    begins && key.len() <= KEY_BYTES_MAX && key.bytes().all(is_plain)
}

fn pair(line: &str) -> Result<(&str, String), String> {
    let bare = line.strip_prefix("export ").unwrap_or(line);
    // Neither the line nor what is before the mark is shown: it may be a secret.
    let (key, value) = bare.split_once('=').ok_or("there is no '='")?;
    let key = key.trim();
    if !is_key(key) {
        return Err("what stands before '=' is no name of a variable".to_owned());
    }
    let value = value.trim();
    let value = match value.chars().next() {
        Some('"') => unescaped(quoted(value, '"', key)?),
        Some('\'') => quoted(value, '\'', key)?.to_owned(),
        Some(_) | None => value.to_owned(),
    };
    Ok((key, value))
}

fn quoted<'v>(value: &'v str, quote: char, key: &str) -> Result<&'v str, String> {
    let inner = value
        .strip_prefix(quote)
        .and_then(|it| it.strip_suffix(quote));
    inner.ok_or_else(|| format!("the value of {key} lacks its closing quote"))
}

/// What double quotes let a value hold: line breaks, quotes, backslashes.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some(mark @ ('"' | '\\')) => text.push(mark),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_become_variables() {
        let text = "# a comment\n\nA=1\r\nexport B = two words \nC=\"a\\nb \\\"c\\\"\"\nD='a\\nb'\nE=\nA=2\nF=a#b=c\n";
        let expected = [
            ("A", "2"),
            ("B", "two words"),
            ("C", "a\nb \"c\""),
            ("D", "a\\nb"),
            ("E", ""),
            ("F", "a#b=c"),
        ];
        let read = read(text).unwrap();
        let pairs: Vec<_> = read.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn all_bad_lines_are_named_and_none_is_shown() {
        let faults = read("A=1\nhunter2\n1B=hunter2\nC=\"hunter2\n").unwrap_err();
        let lines: Vec<_> = faults.iter().map(|fault| &fault[..7]).collect();
        assert_eq!(lines, ["line 2:", "line 3:", "line 4:"]);
        assert!(!faults.concat().contains("hunter2"), "{faults:?}");
    }
}
