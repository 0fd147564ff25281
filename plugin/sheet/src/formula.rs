//! The one formula that is understood, `=HYPERLINK(address, text)`.

/// Where a formula leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Link {
    /// It is no link.
    #[default]
    None,
    /// To this address.
    To(String),
    /// To an address that the formula computes, behind a text that says something else.
    Computed,
}

/// The link of a formula, without its `=`; and what it shows, if that is written in it. None if it has no link.
pub(super) fn link(formula: &str) -> Option<(Link, Option<String>)> {
    let formula = formula.trim();
    let formula = formula.strip_prefix('=').unwrap_or(formula).trim_start();
    let upper = formula.to_ascii_uppercase();
    let at = upper.find(NAME)?;
    if at > 0 {
        // One of several, or shown by another formula.
        return Some((Link::Computed, None));
    }
    let rest = formula.get(NAME.len()..)?.trim_start();
    let Some(rest) = rest.strip_prefix('(') else {
        return Some((Link::Computed, None));
    };
    let (address, rest) = argument(rest);
    let (shown, rest) = match rest.strip_prefix([',', ';']) {
        Some(rest) => {
            let (shown, rest) = argument(rest);
            (Some(shown), rest)
        }
        None => (None, rest),
    };
    let ends = rest.strip_prefix(')').is_some_and(|rest| rest.trim().is_empty());
    Some(match (address, shown) {
        _ if !ends => (Link::Computed, None),
        (Argument::Text(address), None) => (Link::To(address.clone()), Some(address)),
        (Argument::Text(address), Some(Argument::Text(shown))) => (Link::To(address), Some(shown)),
        (Argument::Text(address), Some(Argument::Computed)) => (Link::To(address), None),
        // What it shows is the address itself.
        (Argument::Computed, None) => (Link::None, None),
        (Argument::Computed, Some(_)) => (Link::Computed, None),
    })
}

const NAME: &str = "HYPERLINK";

/// What stands between commas.
enum Argument {
    /// Texts, one or several of them joined by `&`.
    Text(String),
    /// Anything else.
    Computed,
}

/// Reads an argument up to the comma or bracket that ends it.
fn argument(formula: &str) -> (Argument, &str) {
    let mut text = String::new();
    let mut is_text = true;
    let mut wants_text = true;
    let mut depth = 0_usize;
    let mut rest = formula.trim_start();
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            ',' | ';' | ')' if depth == 0 => break,
            '"' => {
                let (written, after) = quoted(after);
                is_text &= wants_text && depth == 0;
                wants_text = false;
                text.push_str(&written);
                rest = after.trim_start();
                continue;
            }
            '&' if !wants_text => wants_text = true,
            letter if letter.is_whitespace() => {}
            letter => {
                is_text = false;
                match letter {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
            }
        }
        rest = after;
    }
    let argument = match is_text && !wants_text {
        true => Argument::Text(text),
        false => Argument::Computed,
    };
    (argument, rest)
}

/// A text up to its closing quote, which is doubled where it is part of the text; and what is behind it.
fn quoted(rest: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = rest;
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            text.push_str(rest);
            return (text, "");
        };
        text.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => return (text, after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: &str, shown: Option<&str>) -> Option<(Link, Option<String>)> {
        Some((Link::To(address.to_owned()), shown.map(str::to_owned)))
    }

    #[test]
    fn r42_a_formula_of_a_link_tells_its_address_and_its_text() {
        for formula in [
            r#"HYPERLINK("https://x/a.pdf","a.pdf")"#,
            r#"=hyperlink( "https://x/a.pdf" ; "a.pdf" )"#,
            r#" HYPERLINK("https://x"&"/a.pdf", "a" & ".pdf") "#,
        ] {
            assert_eq!(link(formula), to("https://x/a.pdf", Some("a.pdf")), "{formula}");
        }
        assert_eq!(link(r#"HYPERLINK("a.pdf")"#), to("a.pdf", Some("a.pdf")));
        assert_eq!(link(r#"HYPERLINK("a, ""b"").pdf",A2)"#), to("a, \"b\").pdf", None));
        assert_eq!(link("HYPERLINK(C2)"), Some((Link::None, None)));
        for formula in [
            r#"HYPERLINK(C2,"a.pdf")"#,
            r#"HYPERLINK("https://x/"&A2,"a.pdf")"#,
            r#"HYPERLINK(CONCAT("a",B2),"a.pdf")"#,
            r#"IF(A2="","",HYPERLINK("https://x/a.pdf","a.pdf"))"#,
            r#"HYPERLINK("https://x/a.pdf","a.pdf")&"""#,
            r#"HYPERLINK("https://x/a.pdf""#,
            "HYPERLINK",
        ] {
            assert_eq!(link(formula), Some((Link::Computed, None)), "{formula}");
        }
        assert_eq!(link("A1&B1"), None);
        assert_eq!(link(""), None);
    }
}
