//! Text from outside as people may see it: on one line, and with nothing in it that a terminal or a log would obey, or
//! that nobody could see.

use std::{borrow::Cow, fmt::Write};

/// Whether a character has to be written down to be seen: it would break the line, command a terminal, turn the order of
/// its neighbours around, or take no room at all, so that it could hide in a name.
///
/// By the Unicode Character Database 17: the general categories Cc, Cf, Zl and Zp, and Default_Ignorable_Code_Point. The
/// two selectors between the text and the emoji form of a character (U+FE0E, U+FE0F) are left alone: names with hearts in
/// them have them. U+FFFD stands for something that could not be read, and noncharacters for nothing.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffd}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// The text on one line, with every character written down that could not be seen: `\n`, `\t`, `\u{202e}`. What is
/// written down already stays as it is.
pub fn one_line(text: &str) -> Cow<'_, str> {
    written(text, |line, character| match character {
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        other => line.extend(other.escape_unicode()),
    })
}

/// Bytes in hexadecimal digits, lower case.
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// A JSON document that says the same to every reader of JSON and can be shown on a terminal: characters that could not be
/// seen are escaped in its strings. Outside of strings JSON has none of them but its line breaks.
pub fn json(document: &str) -> String {
    let lines: Vec<Cow<'_, str>> = document.split('\n').map(json_line).collect();
    lines.join("\n")
}

fn json_line(line: &str) -> Cow<'_, str> {
    written(line, |line, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a string does not fail.
            let _ = write!(line, "\\u{unit:04x}");
        }
    })
}

fn written(text: &str, write: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unseen(character) {
            write(&mut line, character);
        } else {
            line.push(character);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_commands_no_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\u{202e}fdp.exe"), "a\\u{1b}[2Jb\\u{202e}fdp.exe");
        assert_eq!(one_line("a\nb\r\tc"), "a\\nb\\r\\tc");
    }

    #[test]
    fn whatever_can_not_be_seen_is_written_down() {
        let hidden = [
            "\u{0}",
            "\u{7f}",
            "\u{85}",
            "\u{9b}",
            "\u{ad}",
            "\u{61c}",
            "\u{200b}",
            "\u{200d}",
            "\u{200e}",
            "\u{200f}",
            "\u{2028}",
            "\u{2029}",
            "\u{202a}",
            "\u{202e}",
            "\u{2060}",
            "\u{2066}",
            "\u{2069}",
            "\u{3164}",
            "\u{feff}",
            "\u{fff9}",
            "\u{fffd}",
            "\u{ffff}",
            "\u{e0001}",
            "\u{e0041}",
            "\u{e007f}",
            "\u{e0100}",
        ];
        for hidden in hidden {
            let line = one_line(hidden);
            assert!(line.starts_with("\\u{") && line.is_ascii(), "{line}");
        }
    }

    #[test]
    fn what_can_be_seen_stays_as_it_is() {
        for name in [
            "Plan 2026 #1 ü.docx",
            "e\u{301}.pdf",
            "見積書.xlsx",
            "عرض.pdf",
            "❤\u{fe0f}.png",
            "a\\nb",
            "'\"<&>",
        ] {
            assert!(matches!(one_line(name), Cow::Borrowed(same) if same == name), "{name}");
        }
    }

    #[test]
    fn a_json_document_says_the_same_and_can_be_shown() {
        let said = serde_json::json!({ "name": "a\n\u{1b}[2J\u{85}\u{202e}\u{2028}\u{e0041}\u{7f}ü" });
        let document = json(&format!("{said:#}"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&document).unwrap(), said);
        assert_eq!(document.lines().count(), 3);
        assert!(!document.replace('\n', "").chars().any(is_unseen), "{document}");
    }
}
