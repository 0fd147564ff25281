//! What is given by flags, variables and the file of a deployment, and which of them comes first.

use super::*;

/// As [`host`], without what the surroundings say.
fn plainly(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLIENTPOINT_") {
            command.env_remove(name);
        }
    }
    command.arg("--data").arg(data).args(words).output().unwrap()
}

const ELSEWHERE: [&str; 5] = [
    "--insecure-endpoints",
    "--graph-url",
    "http://127.0.0.1:1",
    "--login-url",
    "http://127.0.0.1:1",
];

#[test]
fn a_folder_for_tests_remembers_that_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = plainly(&data, &[&ELSEWHERE[..], &["users", "list"]].concat());
    assert!(made.status.success(), "{made:?}");

    let listed = plainly(&data, &["--at", "2026-03-02T05:00:00Z", "--json", "settings", "list"]);

    assert!(listed.status.success(), "{listed:?}");
    let document: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let settings = document["settings"].as_array().unwrap();
    let api = settings
        .iter()
        .find(|setting| setting["key"] == "test.api-url")
        .unwrap();
    assert_eq!(
        (&api["value"], &api["origin"]),
        (&"http://127.0.0.1:1".into(), &"kept".into())
    );
}

#[test]
fn the_folder_of_a_library_is_never_turned_to_another_place() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("a.pdf"));
    std::fs::write(&file, b"%PDF-1").unwrap();
    json(&data, &["library", "add", file.to_str().unwrap()]);

    for words in [&ELSEWHERE[..], &["--at", "2026-03-02T05:00:00Z"]] {
        let refused = plainly(&data, &[words, &["users", "list"]].concat());

        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("for tests and demonstrations"), "{said}");
    }
    assert!(plainly(&data, &["library", "list"]).status.success());
}

#[test]
fn a_variable_comes_before_the_file_of_a_deployment_and_a_flag_before_both() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("host.toml"));
    std::fs::write(&file, "[policy]\nmax-sheet-rows = 10\n").unwrap();
    let rows = |variable: Option<&str>, words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"));
        command.arg("--data").arg(&data).arg("--config").arg(&file);
        command
            .args(["--json", "settings", "set", "policy.max-sheet-rows", "5"])
            .args(words);
        command.envs(variable.map(|value| ("CLIENTPOINT_POLICY_MAX_SHEET_ROWS", value)));
        let output = command.output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let setting = &document["setting"];
        assert_eq!(setting["kept"], "5", "{document}");
        (
            setting["value"].as_str().unwrap().to_owned(),
            setting["origin"].as_str().unwrap().to_owned(),
        )
    };
    let told = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(rows(None, &[]), told("10", "file"));
    assert_eq!(rows(Some("20"), &[]), told("20", "variable"));
    let flag = ["--policy", "max-sheet-rows=30"];
    assert_eq!(rows(Some("20"), &flag), told("30", "command-line"));
}
