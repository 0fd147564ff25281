//! A source without what names nothing: comments, texts in quotes, and what only tests see.

/// The same text, with blanks in the place of comments and of what stands in quotes.
pub fn bare(source: &str) -> String {
    let mut bare = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| raw(rest, &bare)).or_else(|| quoted(rest));
        match skipped {
            Some(end) => {
                bare.push(' ');
                rest = rest.get(end..).unwrap_or_default();
            }
            None => {
                bare.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    without_tests(&bare)
}

/// Where the comment ends that this begins with.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix("/*")?;
    Some(body.find("*/").map_or(rest.len(), |end| end + 4))
}

/// Where the raw text ends that this begins with: `r#"…"#`. `before` tells a name's last letter from an `r`.
fn raw(rest: &str, before: &str) -> Option<usize> {
    let in_name = before
        .chars()
        .next_back()
        .is_some_and(|last| last.is_alphanumeric() || last == '_');
    let body = rest.strip_prefix('r').filter(|_| !in_name || before.ends_with('b'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let body = body.get(hashes..)?.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close)?;
    Some(1 + hashes + 1 + end + close.len())
}

/// Where the text or the letter in quotes ends that this begins with. A lifetime is neither.
fn quoted(rest: &str) -> Option<usize> {
    if let Some(body) = rest.strip_prefix('\'') {
        let mut letters = body.char_indices();
        let (_, first) = letters.next()?;
        if first == '\\' {
            // The quote after `\'` is one letter further.
            let (_, _) = letters.next()?;
            return letters.find(|(_, letter)| *letter == '\'').map(|(end, _)| end + 2);
        }
        return letters
            .next()
            .filter(|(_, letter)| *letter == '\'')
            .map(|(end, _)| end + 2);
    }
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (place, letter) in body.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(place + 2),
            _ => {}
        }
    }
    None
}

/// The text without each item that `#[cfg(test)]` stands before.
fn without_tests(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        rest = after.get(item(after)..).unwrap_or_default();
    }
    kept + rest
}

/// Where the item ends that this begins with: at its `;`, or at the brace that closes its first one.
fn item(text: &str) -> usize {
    let mut depth = 0_usize;
    for (place, letter) in text.char_indices() {
        match letter {
            ';' if depth == 0 => return place + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return place + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
