//! Every command that there is, as it would be typed on the stage.

use std::path::Path;

use crate::stage::{CONNECT, Stage};

/// One command line.
pub struct Typed {
    /// Its words; `OUT` stands for a file that does not exist yet.
    pub words: Vec<String>,
    /// What it reads from standard input.
    pub input: Option<&'static str>,
    /// Whether it only reads: it works on a disk without room too.
    pub reads: bool,
}

impl Typed {
    /// The words, with a place for what it writes.
    pub fn words(&self, out: &Path) -> Vec<String> {
        let out = out.to_str().unwrap();
        self.words.iter().map(|word| word.replace("OUT", out)).collect()
    }

    /// How it reads in a message.
    pub fn name(&self) -> String {
        self.words.join(" ")
    }
}

/// All of them.
pub fn all(stage: &Stage) -> Vec<Typed> {
    let input = |name: &str| stage.call().inputs.join(name).to_str().unwrap().to_string();
    let items: Vec<String> = ["P", "Q", "R", "S", "T"].map(|letter| stage.item(letter)).into();
    let mut import = vec!["onedrive".to_string(), "import".into()];
    import.extend(items);
    let changing: Vec<Vec<String>> = vec![
        words("users add mia --role member"),
        words("drives select --switch --url https://contoso.sharepoint.com/sites/Marketing"),
        import,
        vec!["library".into(), "add".into(), input("M.pdf")],
        words("library move 100001 Workspace/Sales"),
        words("library release 100005"),
        words("library keep-clientpoints on"),
        words("library keep-clientpoints on --file 100001"),
        vec!["library".into(), "replace".into(), "100007".into(), input("N2.pdf")],
        words("place 100002 --template Welcome"),
        vec!["associate".into(), input("sheet.csv")],
        vec![
            "associate".into(),
            input("sheet.csv"),
            "--report".into(),
            "OUT.xlsx".into(),
        ],
        words("associate undo 1"),
        words("sync"),
        words("sync --plan"),
        words("sync --report OUT.csv"),
        words("serve --once"),
        words("unplace 100003 --clientpoint Fabrikam"),
        words("library remove 100008"),
        words("library follow 100006 S.pdf"),
        words("library verify"),
        words("trash empty"),
        words("prune --yes"),
        words("secrets rotate"),
        words("disconnect"),
    ];
    let reading = [
        "users list",
        "drives list",
        "onedrive list",
        "library list",
        "library show 100001",
        "library read 100001 -o OUT.pdf",
        "library export OUT.xlsx",
        "library export --template OUT.xlsx",
        "library bin",
        "trash list",
        "prune --plan",
        "places 100001",
        "runs list",
        "runs show 2",
        "status",
        "inspect",
    ];
    let mut all: Vec<Typed> = changing.into_iter().map(|words| typed(words, false)).collect();
    all.extend(reading.iter().map(|line| typed(words(line), true)));
    all.push(Typed {
        input: Some(graph_sim::CLIENT_SECRET),
        ..typed(CONNECT.map(str::to_string).into(), false)
    });
    all
}

fn typed(words: Vec<String>, reads: bool) -> Typed {
    Typed {
        words,
        input: None,
        reads,
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_string).collect()
}
