//! The call of `examination`: nothing is lent, and what the plugin keeps is out of its reach as well, so that it can only look.

use std::time::Duration;

use crate::{
    Result,
    calls::{Actor, Answer},
    contract::exports::clientpoint::content_source::{examination::Finding, source::Setting},
    instance::Instance,
    powers::Power,
};

/// The most findings that are taken: there are fewer subjects.
const FINDINGS_AT_MOST: usize = 16;

/// The longest sentence that is taken, in bytes.
const WORDS_AT_MOST: usize = 4 * 1024;

impl Instance {
    /// Whether everything is there that the work of a connection takes. `granted` is what the token endpoint said it has
    /// granted. Of what is longer than a finding may be, the beginning is kept.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn examine(
        self,
        within: Duration,
        actor: Actor,
        settings: Vec<Setting>,
        granted: Option<String>,
    ) -> Result<Answer<Vec<Finding>>> {
        let asked = self.without(Power::StateStore);
        let answer = asked.call("examine", within, async |world, accessor| {
            let examination = world.clientpoint_content_source_examination();
            examination.call_examine(accessor, actor, settings, granted).await
        });
        Ok(answer.await?.map(bounded))
    }
}

fn bounded(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.truncate(FINDINGS_AT_MOST);
    for finding in &mut findings {
        finding
            .message
            .truncate(finding.message.floor_char_boundary(WORDS_AT_MOST));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::{Standing, Subject};

    #[test]
    fn what_is_longer_than_it_may_be_is_cut_where_a_letter_ends() {
        let finding = Finding {
            subject: Subject::Drive,
            standing: Standing::Well,
            message: "ä".repeat(WORDS_AT_MOST),
            remedy: None,
        };
        let kept = bounded(vec![finding; 99]);
        assert_eq!(kept.len(), FINDINGS_AT_MOST);
        assert_eq!(kept[0].message, "ä".repeat(WORDS_AT_MOST / 2));
    }
}
