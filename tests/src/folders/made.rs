//! What happens in the simulated drives, written down as it happens, so that they can be made again.

use graph_sim::Sim;
use serde_json::{Value, json};

use crate::pdf;

/// Drives that are worked on.
pub struct Drives<'s> {
    sim: &'s Sim,
    edits: Vec<Value>,
}

impl<'s> Drives<'s> {
    /// Begins with empty drives.
    pub fn new(sim: &'s Sim) -> Self {
        Drives { sim, edits: Vec::new() }
    }

    /// Makes or changes a file of the main drive, and gives the id of its item.
    pub fn put(&mut self, path: &str, text: &str) -> String {
        self.put_in(&self.sim.drive_id(), path, text)
    }

    /// As [`Drives::put`], in another drive.
    pub fn put_in(&mut self, drive: &str, path: &str, text: &str) -> String {
        self.edit(json!({ "do": "put", "drive": drive, "path": path, "text": text }))
    }

    /// Gives an item of the main drive another name.
    pub fn rename(&mut self, path: &str, name: &str) {
        self.edit(json!({ "do": "rename", "path": path, "name": name }));
    }

    /// Deletes an item of the main drive.
    pub fn delete(&mut self, path: &str) {
        self.edit(json!({ "do": "delete", "path": path }));
    }

    /// Marks a file of the main drive as infected.
    pub fn mark_malware(&mut self, path: &str) {
        self.edit(json!({ "do": "mark-malware", "path": path }));
    }

    /// All that was done, in its order.
    pub fn edits(self) -> Vec<Value> {
        self.edits
    }

    fn edit(&mut self, edit: Value) -> String {
        let id = carry_out(self.sim, &edit);
        self.edits.push(edit);
        id
    }
}

/// Does what was written down, and gives the item's id where a file was put.
pub fn carry_out(sim: &Sim, edit: &Value) -> String {
    let word = |key: &str| edit[key].as_str().unwrap();
    match word("do") {
        "put" => return sim.put_in(word("drive"), word("path"), pdf(word("text")).into()),
        "rename" => sim.rename(word("path"), word("name")),
        "delete" => sim.delete(word("path")),
        "mark-malware" => sim.mark_malware(word("path")),
        other => panic!("nobody knows how to `{other}`"),
    }
    String::new()
}
