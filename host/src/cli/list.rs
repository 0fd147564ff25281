//! A list of files in a text file, one a line.

use std::{fs::File, io::Read, path::Path};

use clientpoint_host::{Error, Result, service::Wanted};

/// The longest list, in bytes and in files.
const BYTES_AT_MOST: u64 = 4 << 20;
const FILES_AT_MOST: usize = 10_000;

/// Reads a list; `-` is standard input.
///
/// # Errors
///
/// `Error::Settings` for a list that can't be read, is too long, is no text in UTF-8, or has nothing in it.
pub fn read(file: &Path) -> Result<Vec<Wanted>> {
    let shown = file.display();
    let mut bytes = Vec::new();
    let source: std::io::Result<Box<dyn Read>> = if file == Path::new("-") {
        Ok(Box::new(std::io::stdin()))
    } else {
        File::open(file).map(|file| Box::new(file) as Box<dyn Read>)
    };
    source
        .and_then(|source| source.take(BYTES_AT_MOST + 1).read_to_end(&mut bytes))
        .map_err(|error| Error::Settings(format!("the list `{shown}` can't be read: {error}")))?;
    if BYTES_AT_MOST < bytes.len() as u64 {
        return Err(Error::Settings(format!(
            "the list `{shown}` is longer than {BYTES_AT_MOST} bytes: import it in several parts"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::Settings(format!(
            "the list `{shown}` is no text in UTF-8: save it as plain text (UTF-8), with one file a line"
        ))
    })?;
    let wanted = files(&text);
    match wanted.len() {
        0 => Err(Error::Settings(format!(
            "the list `{shown}` names no files: write one a line"
        ))),
        count if FILES_AT_MOST < count => Err(Error::Settings(format!(
            "the list `{shown}` names {count} files, and {FILES_AT_MOST} can be imported in one go: import it in several parts"
        ))),
        _ => Ok(wanted),
    }
}

/// The files of a list. Editors put a mark before the text, and some end lines with two characters or an old one.
fn files(text: &str) -> Vec<Wanted> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let lines = text.split('\n').map(str::trim).zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| Wanted {
            text: line.into(),
            line: Some(number),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_file_a_line_whatever_editor_it_was_written_with() {
        let list = "\u{feff}# what Sales needs\r\nLogo.png\r\n\r\n  Clients/Offer 2.docx  \r./#1.pdf\n";
        let files: Vec<(String, Option<usize>)> = files(list).into_iter().map(|file| (file.text, file.line)).collect();
        let expected = [("Logo.png", 2), ("Clients/Offer 2.docx", 4), ("./#1.pdf", 5)];
        assert_eq!(files, expected.map(|(text, line)| (text.to_string(), Some(line))));
    }

    #[test]
    fn what_is_no_list_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |bytes: &[u8]| {
            let file = folder.path().join("list.txt");
            std::fs::write(&file, bytes).unwrap();
            read(&file).unwrap_err().to_string()
        };
        assert!(refused(b"").contains("names no files"));
        assert!(refused(b"# nothing\n\n").contains("names no files"));
        assert!(refused(b"\xff\xfea\0").contains("UTF-8"));
        assert!(refused("a\n".repeat(FILES_AT_MOST + 1).as_bytes()).contains("10001 files"));
        assert!(refused(&vec![b'#'; (4 << 20) + 1]).contains("longer than"));
    }
}
