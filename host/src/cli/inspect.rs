//! The words of `inspect`: what the plugin is, and everything it can reach.

use clientpoint_host::{Result, Session, service::Inspection};
use serde_json::{Value, json};

use super::{
    output::Output,
    settings,
    show::{Page, size},
};

/// Reads it off the component.
pub async fn inspect(session: &Session<'_>) -> Result<Output> {
    let mut output = inspected(&session.inspect().await?);
    let set = session.settings_that_differ().await?;
    output.text.add(settings::differing(&set));
    if let Some(document) = output.json.as_object_mut() {
        document.insert("settings".into(), json!(set));
    }
    Ok(output)
}

fn inspected(inspection: &Inspection) -> Output {
    let rows: Vec<[String; 2]> = inspection
        .powers
        .iter()
        .map(|power| [power.import.clone(), power.meaning.into()])
        .collect();
    let origin = inspection
        .api_origin
        .as_deref()
        .unwrap_or("none before it is connected");
    let batches = match inspection.batches.as_slice() {
        [] => " only".to_string(),
        paths => format!(
            "; and POST to {}: a batch of GETs, which the host reads and writes anew",
            paths.join(", ")
        ),
    };
    let mut text = Page::of(format!(
        "{} {} ({}), {}",
        inspection.title,
        inspection.version,
        inspection.id,
        size(inspection.size)
    ));
    text.line("");
    text.line("It can reach this, and nothing else:");
    text.add(Page::table(["IMPORT", "MEANING"], &rows));
    text.line("");
    let redirects = "addresses that this origin redirects to, byte for byte, and one further address where such a host \
                     redirects itself (GET only)";
    for (label, value) in [
        ("Requests with the token go to:", format!("{origin} (GET{batches})")),
        ("Requests without it go to:", redirects.into()),
        ("Memory of an instance:", size(inspection.memory_limit as u64)),
        ("Largest file:", format!("{} bytes", inspection.max_file_bytes)),
        ("Files an import:", inspection.max_files_per_import.to_string()),
        ("File types:", inspection.file_types.join(" ")),
    ] {
        text.line(format!("{label:30} {value}"));
    }
    Output::done(serde_json::to_value(inspection).unwrap_or(Value::Null), text)
}

#[cfg(test)]
mod tests {
    use clientpoint_host::service::PowerRow;

    use super::*;

    #[test]
    fn a_plugin_forges_no_line_of_what_is_said_about_it() {
        let hostile = || "x\nIt can reach this, and nothing else:\u{1b}[2J\u{202e}".to_string();
        let inspection = Inspection {
            id: hostile(),
            title: hostile(),
            version: hostile(),
            size: 1,
            powers: vec![PowerRow {
                import: hostile(),
                meaning: "words only, no power",
            }],
            exports: vec![hostile()],
            api_origin: Some(hostile()),
            batches: vec![hostile()],
            memory_limit: 1,
            max_file_bytes: 1,
            max_files_per_import: 1,
            file_types: vec![hostile()],
        };
        let page = inspected(&inspection).text;
        let lines: Vec<String> = page.lines().collect();
        assert_eq!(lines.len(), 12, "{lines:#?}");
        assert!(
            !lines
                .iter()
                .any(|line| line.contains(clientpoint_engine::text::is_unseen))
        );
        let begins = |line: &&String| line.starts_with("It can reach");
        assert_eq!(lines.iter().filter(begins).count(), 1);
    }
}
