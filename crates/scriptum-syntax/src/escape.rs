//! Escapes in strings, read the same way by the lexer (which reports bad ones) and the typed view.

/// What a backslash and the characters after it stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Escape {
    /// The character; `None` when the escape is not one of the language.
    pub(crate) char: Option<char>,
    /// Bytes of the whole escape, backslash included.
    pub(crate) len: usize,
}

/// Reads the escape at the start of `text`, which begins with a backslash.
pub(crate) fn decode(text: &str) -> Escape {
    let mut chars = text.chars();
    let backslash = chars.next();
    debug_assert_eq!(backslash, Some('\\'), "an escape begins with a backslash");
    let Some(letter) = chars.next() else {
        return Escape { char: None, len: 1 };
    };
    let char = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '"' | '\\' | '{' | '}' => letter,
        'u' => return decode_unicode(text),
        '\n' | '\r' => return Escape { char: None, len: 1 },
        _ => {
            return Escape {
                char: None,
                len: 1 + letter.len_utf8(),
            };
        }
    };
    Escape {
        char: Some(char),
        len: 2,
    }
}

/// Bytes of `\uXXXX`.
const UNICODE_LEN: usize = 6;

/// Reads `\uXXXX`, or two of them that make one character together.
fn decode_unicode(text: &str) -> Escape {
    let Some(high) = code_unit(text) else {
        return Escape { char: None, len: 2 };
    };
    if let Some(char) = char::from_u32(high.into()) {
        return Escape {
            char: Some(char),
            len: UNICODE_LEN,
        };
    }
    let low = text
        .get(UNICODE_LEN..)
        .filter(|rest| rest.starts_with("\\u"))
        .and_then(code_unit);
    let pair = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
    match pair {
        Some(char) => Escape {
            char: Some(char),
            len: 2 * UNICODE_LEN,
        },
        None => Escape {
            char: None,
            len: UNICODE_LEN,
        },
    }
}

/// The four hexadecimal digits after `\u`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.get(2..UNICODE_LEN)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_hex
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_decode_to_their_character_and_length() {
        for (text, char, len) in [
            (r"\n", Some('\n'), 2),
            (r"\{x", Some('{'), 2),
            ("\\\"", Some('"'), 2),
            (r"\u00e9t", Some('é'), 6),
            (r"\ud83d\ude00", Some('😀'), 12),
            (r"\ud83d!", None, 6),
            (r"\u12", None, 2),
            (r"\u+123", None, 2),
            (r"\é", None, 3),
            (r"\", None, 1),
        ] {
            assert_eq!(decode(text), Escape { char, len }, "{text}");
        }
    }
}
