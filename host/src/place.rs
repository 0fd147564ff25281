//! Where a file stands in the Content Library.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::Error;

/// Company Wide, a Workspace or a Division, or a subfolder of one.
///
/// Written and read as a path: `Company Wide`, `Workspace/Sales`, `Division/EMEA/2026`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    area: Area,
    /// The name of the Workspace or Division, then the subfolders. Empty only for the top of Company Wide.
    path: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    CompanyWide,
    Workspace,
    Division,
}

impl Place {
    /// Where imported files land (rule 35).
    pub fn company_wide() -> Self {
        Self {
            area: Area::CompanyWide,
            path: Vec::new(),
        }
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            Error::Settings(format!(
                "`{}` is no place ({why}): write `Company Wide`, `Workspace/NAME` or `Division/NAME`, with `/SUBFOLDER` behind it if you like",
                text.escape_debug()
            ))
        };
        let mut parts = text.split('/');
        let area = match parts.next().unwrap_or_default().to_lowercase().as_str() {
            "company wide" => Area::CompanyWide,
            // The product's pages use both names for it (rule 36).
            "workspace" | "group wide" => Area::Workspace,
            "division" => Area::Division,
            _ => return Err(wrong("it begins with none of the three")),
        };
        let path: Vec<String> = parts.map(str::to_string).collect();
        if area != Area::CompanyWide && path.is_empty() {
            return Err(wrong("the name is missing"));
        }
        let fits = |name: &String| {
            !name.is_empty()
                && name.trim() == name
                && name.chars().count() <= 255
                && !name.chars().any(char::is_control)
                && name != "."
                && name != ".."
        };
        if !path.iter().all(fits) {
            return Err(wrong(
                "a name in it is empty, too long, has spaces around it or characters that can't be shown",
            ));
        }
        Ok(Self { area, path })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.area {
            Area::CompanyWide => "Company Wide",
            Area::Workspace => "Workspace",
            Area::Division => "Division",
        })?;
        self.path.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r36_every_kind_of_place_is_read_and_written() {
        for (given, written) in [
            ("Company Wide", "Company Wide"),
            ("company wide/Brochures", "Company Wide/Brochures"),
            ("Workspace/Sales", "Workspace/Sales"),
            ("Group Wide/Sales", "Workspace/Sales"),
            ("DIVISION/EMEA/2026/Q1", "Division/EMEA/2026/Q1"),
        ] {
            assert_eq!(given.parse::<Place>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_way_to_write_one() {
        for given in [
            "",
            "Sales",
            "Workspace",
            "Workspace/",
            "Division/ EMEA",
            "Company Wide/..",
            "Division//x",
        ] {
            let error = given.parse::<Place>().unwrap_err().to_string();
            assert!(error.contains("Workspace/NAME"), "{given}: {error}");
        }
    }
}
