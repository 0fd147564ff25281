//! What was set before a data folder is opened: the words of the command line, variables, and the file of a deployment.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clientpoint_engine::test_endpoints::InsecureEndpoints;
use clientpoint_host::{
    Error, Result,
    settings::{self, Kind, Layers, Origin},
};
use toml::Value;

use super::args::{Arguments, Command, words::COMPONENT};

/// The largest file of a deployment, in bytes.
const FILE_AT_MOST: u64 = 64 << 10;

/// The data folder, where nobody has named one.
const DATA: &str = "clientpoint-data";

/// How this deployment is to be.
pub struct Deployment {
    /// The data folder.
    pub data: PathBuf,
    /// The plugin's file.
    pub plugin: PathBuf,
    /// Endpoints in the place of the real ones.
    pub endpoints: Option<InsecureEndpoints>,
    /// Everything else that was set.
    pub layers: Layers,
    /// What is wrong with any of it.
    pub problems: Vec<Error>,
}

impl Deployment {
    /// Reads all of it. What is wrong is noted, so that all of that is said at once.
    pub fn read(arguments: &Arguments) -> Self {
        let mut problems = Vec::new();
        let mut layers = Layers::default();
        let mut noted = |done: Result<()>| problems.extend(done.err());
        noted(
            arguments
                .config
                .as_deref()
                .map_or(Ok(()), |file| read_file(&mut layers, file)),
        );
        noted(layers.put_variables(|name| std::env::var(name).ok()));
        for word in &arguments.policy {
            noted(policy(&mut layers, word));
        }
        noted(flags(&mut layers, arguments));
        // A path may be no text, which a layer can't have.
        let path = |given: &Option<PathBuf>, key: &str| given.clone().or_else(|| layers.get(key).map(PathBuf::from));
        let endpoints = layers.get("test.api-url").zip(layers.get("test.login-url"));
        Self {
            data: path(&arguments.data, "data").unwrap_or_else(|| DATA.into()),
            plugin: path(&arguments.plugin, "plugin").unwrap_or_else(default_plugin),
            endpoints: endpoints.map(|(api, login)| InsecureEndpoints {
                api: api.into(),
                login: login.into(),
            }),
            layers,
            problems,
        }
    }
}

/// A word of `--policy`.
fn policy(layers: &mut Layers, word: &str) -> Result<()> {
    let (key, value) = word.split_once('=').ok_or_else(|| {
        Error::Settings(format!(
            "`--policy {}` is not understood: write KEY=VALUE, as in `max-file-bytes=200MiB`",
            word.escape_debug()
        ))
    })?;
    layers
        .put(Origin::CommandLine, &format!("policy.{key}"), value)
        .map_err(|error| {
            let (error, ways_out) = error.parted();
            Error::Settings(format!("`--policy {}`: {}", word.escape_debug(), error.fact())).with(ways_out)
        })
}

/// The flags that are settings, too.
fn flags(layers: &mut Layers, arguments: &Arguments) -> Result<()> {
    let endpoints = arguments.endpoints()?;
    let (api, login) = endpoints.map(|endpoints| (endpoints.api, endpoints.login)).unzip();
    let text = |path: &Option<PathBuf>| Some(path.as_ref()?.to_str()?.to_owned());
    let public = match &arguments.command {
        Command::Serve(serve) => serve.public_url.clone(),
        _ => None,
    };
    let (database, objects) = match &arguments.command {
        Command::Migrate(migrate) => (migrate.database_file(), migrate.to_objects.clone()),
        _ => (None, None),
    };
    let given = [
        ("database.url-file", database),
        ("objects.url", objects),
        ("console.public-url", public),
        ("data", text(&arguments.data)),
        ("plugin", text(&arguments.plugin)),
        ("test.api-url", api),
        ("test.login-url", login),
    ];
    for (key, value) in given {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            layers.put(Origin::CommandLine, key, &value)?;
        }
    }
    Ok(())
}

/// The file of a deployment: the names of settings, with a table for what stands before the dot. A path in it is one
/// beside the file.
fn read_file(layers: &mut Layers, path: &Path) -> Result<()> {
    let wrong = |why: String| Error::Settings(format!("the file `{}` can't be used: {why}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let length = file
        .take(FILE_AT_MOST + 1)
        .read_to_string(&mut text)
        .map_err(|error| wrong(error.to_string()))?;
    if FILE_AT_MOST < length as u64 {
        return Err(wrong(format!("it has more than {FILE_AT_MOST} bytes")));
    }
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    for (key, value) in table {
        let values = match value {
            Value::Table(table) => table
                .into_iter()
                .map(|(below, value)| (format!("{key}.{below}"), value))
                .collect(),
            value => vec![(key, value)],
        };
        for (key, value) in values {
            let value = text_of(&value)
                .ok_or_else(|| wrong(format!("`{key}` is neither a text, a number, nor a list of texts")))?;
            let is_path = settings::find(&key).is_ok_and(|known| known.kind == Kind::Path);
            let value = match path.parent().filter(|_| is_path) {
                Some(folder) => folder.join(&value).display().to_string(),
                None => value,
            };
            layers.put(Origin::File, &key, &value).map_err(|error| {
                let (error, ways_out) = error.parted();
                wrong(error.fact()).with(ways_out)
            })?;
        }
    }
    Ok(())
}

fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Array(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            texts?.join(",")
        }
        _ => return None,
    })
}

/// Where packages put the plugin, or `cargo xtask build`, seen from this program; else beside this program.
fn default_plugin() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(PathBuf::from))
        .unwrap_or_default();
    ["../lib/clientpoint-host", "../component"]
        .map(|folder| beside.join(folder).join(COMPONENT))
        .into_iter()
        .find(|plugin| plugin.exists())
        .unwrap_or_else(|| beside.join(COMPONENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Layers> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("host.toml");
        std::fs::write(&file, text)?;
        let mut layers = Layers::default();
        read_file(&mut layers, &file)?;
        Ok(layers)
    }

    #[test]
    fn a_file_says_what_the_command_line_could_say() {
        let layers = read("data = \"/var/lib/clientpoint\"\n[policy]\nmax-file-bytes = \"200 MiB\"\nfile-types = [\"pdf\", \"docx\"]\nmax-sheet-rows = 10\n").unwrap();
        assert_eq!(layers.get("data"), Some("/var/lib/clientpoint"));
        assert_eq!(layers.get("policy.max-file-bytes"), Some("209715200"));
        assert_eq!(layers.get("policy.file-types"), Some("pdf,docx"));
        assert_eq!(layers.get("policy.max-sheet-rows"), Some("10"));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named_with_the_nearest() {
        for (text, told) in [
            ("[policy]\nmax-file-byte = 1", "but there is `policy.max-file-bytes`"),
            (
                "[policy]\nmax-file-bytes = \"many\"",
                "`policy.max-file-bytes` can't be `many`",
            ),
            ("[policy\n", "can't be used"),
            ("data = 1.5", "`data` is neither"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
            assert!(error.contains("host.toml"), "{error}");
        }
    }

    #[test]
    fn a_policy_word_that_is_not_understood_is_named() {
        let mut layers = Layers::default();
        let error = policy(&mut layers, "max-file-bytes=many").unwrap_err().to_string();
        assert!(error.contains("many"), "{error}");
        let error = policy(&mut layers, "max-file-bytes").unwrap_err().to_string();
        assert!(error.contains("KEY=VALUE"), "{error}");
        policy(&mut layers, "max-file-bytes=10").unwrap();
        assert_eq!(layers.get("policy.max-file-bytes"), Some("10"));
    }
}
