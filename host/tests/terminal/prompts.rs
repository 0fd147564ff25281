//! A secret that is typed is not shown, and the terminal is as before whatever ends the typing. Who connects again is asked
//! only for what is not known.

use std::process::Command;

use graph_sim::{CLIENT_ID, CLIENT_SECRET, TENANT_ID};

use crate::stage::Stage;

/// Starts the program on a terminal of its own, types, and tells what was shown, how the terminal stood while somebody
/// typed and afterwards, and the status.
const TYPIST: &str = r#"
import os, pty, sys, termios
typed, words = sys.argv[1].encode().decode('unicode_escape').encode(), sys.argv[2:]
main, side = pty.openpty()
echoes = lambda: bool(termios.tcgetattr(side)[3] & termios.ECHO)
child = os.fork()
if child == 0:
    os.setsid(); os.close(main)
    import fcntl; fcntl.ioctl(side, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2): os.dup2(side, fd)
    os.execv(words[0], words)
shown = b''
while b'press Enter' not in shown: shown += os.read(main, 4096)
print('while typing', echoes())
os.write(main, typed)
while True:
    done, status = os.waitpid(child, os.WNOHANG)
    import select
    if select.select([main], [], [], 0.1)[0]: shown += os.read(main, 4096)
    elif done: break
print('afterwards', echoes())
print('status', os.waitstatus_to_exitcode(status))
print(shown.decode())
"#;

fn typed(stage: &Stage, text: &str, words: &[&str]) -> Option<String> {
    let program = stage.command(words);
    let words = program.get_args();
    let output = Command::new("python3")
        .args(["-c", TYPIST, text])
        .arg(program.get_program())
        .args(words)
        .output();
    let Ok(output) = output else {
        println!("skipped: there is no python3 to make a terminal with");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_typed_is_not_shown_and_the_terminal_is_as_before() {
    let Some(stage) = Stage::set().await else { return };
    let words = [
        "connect",
        "organization",
        "--tenant",
        TENANT_ID,
        "--client-id",
        CLIENT_ID,
        "--client-secret-stdin",
    ];
    let Some(said) = typed(&stage, &format!("{CLIENT_SECRET}\\n"), &words) else {
        return;
    };
    assert!(said.contains("while typing False\nafterwards True\nstatus 0"), "{said}");
    assert!(said.contains("connected") && !said.contains(CLIENT_SECRET), "{said}");

    let Some(said) = typed(&stage, "half a sec\\x03", &words) else {
        return;
    };
    assert!(
        said.contains("while typing False\nafterwards True\nstatus 130"),
        "{said}"
    );
    assert!(said.contains("given up") && !said.contains("half a sec"), "{said}");

    let Some(said) = typed(&stage, "wrong-secret\\n", &words) else {
        return;
    };
    assert!(said.contains("afterwards True\nstatus 1"), "{said}");
    assert!(!said.contains("wrong-secret"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_again_gives_only_what_has_changed() {
    let Some(stage) = Stage::connected().await else { return };
    let connection = || stage.json(&["status"])["connection"].clone();
    let before = connection();
    let again = stage.run(&["connect", "organization"]);
    assert!(again.status.success(), "{again:?}");
    let after = connection();
    assert_eq!(
        (&after["settings"], &after["drive"]),
        (&before["settings"], &before["drive"])
    );

    let new_secret = stage.connect(&["--client-secret-stdin"]);
    assert!(new_secret.status.success(), "{new_secret:?}");
    // A stored secret is that of one application, and goes to no other cloud.
    for changed in [
        ["--client-id", "5e1f7a2c-0000-4000-8000-00000000beef"],
        ["--cloud", "china"],
    ] {
        let refused = stage.run(&[["connect", "organization"].as_slice(), &changed].concat());
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("must show that it is itself"), "{said}");
    }
    assert_eq!(connection()["settings"], before["settings"]);

    let unknown = stage.run(&["connect", "user", "--no-browser"]);
    assert_eq!(
        unknown.status.code(),
        Some(2),
        "what is not known is asked for: {unknown:?}"
    );
}
