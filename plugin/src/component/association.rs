//! The words of `association`, from the plugin's own to the generated types.

use super::{
    bindings::{
        clientpoint::content_source::content_library, exports::clientpoint::content_source::association as wit,
    },
    convert::{call_error, refusal},
};
use crate::{
    association::{AssociationError, Binding, Bound, RowOutcome, RowReport, SheetReport},
    model::Refusal,
    sheet::{Cell, Line, Problem},
};

/// A row with all its cells.
pub(super) fn line(line: Line) -> wit::Line {
    let cell = |cell: Cell| match cell {
        Cell::Empty | Cell::Uncalculated => wit::Cell::Empty,
        Cell::Text(text) => wit::Cell::Text(text),
        Cell::Number(number) => wit::Cell::Number(number),
        Cell::Boolean(value) => wit::Cell::Boolean(value),
        Cell::Date(days) => wit::Cell::Date(days),
        Cell::Error(error) => wit::Cell::Error(error),
    };
    wit::Line {
        number: line.number,
        cells: line.cells.into_iter().map(cell).collect(),
        links: line
            .links
            .into_iter()
            .map(|(column, target)| wit::CellLink { column, target })
            .collect(),
    }
}

pub(super) fn binding(binding: Binding) -> content_library::Binding {
    content_library::Binding {
        file: binding.file,
        item: binding.item,
        name: binding.name,
        web_url: binding.web_url,
        place: binding.place,
    }
}

pub(super) const fn bound(bound: content_library::Bound) -> Bound {
    match bound {
        content_library::Bound::Bound => Bound::Bound,
        content_library::Bound::Unchanged => Bound::Unchanged,
        content_library::Bound::Missing => Bound::Missing,
    }
}

pub(super) fn error(error: AssociationError) -> wit::Error {
    match error {
        AssociationError::Call(error) => wit::Error::Call(call_error(error)),
        AssociationError::Sheet(error) => wit::Error::Sheet(wit::SheetError {
            problem: match error.problem {
                Problem::NotASheet => wit::SheetProblem::NotASheet,
                Problem::OtherFormat => wit::SheetProblem::OtherFormat,
                Problem::Encrypted => wit::SheetProblem::Encrypted,
                Problem::Damaged => wit::SheetProblem::Damaged,
                Problem::TooLarge => wit::SheetProblem::TooLarge,
                Problem::NotUtf8 => wit::SheetProblem::NotUtf8,
                Problem::MissingColumn => wit::SheetProblem::MissingColumn,
                Problem::DoubledColumn => wit::SheetProblem::DoubledColumn,
            },
            message: error.message,
        }),
    }
}

pub(super) fn report(report: SheetReport) -> wit::Report {
    wit::Report {
        sheet: report.sheet,
        header: report.header,
        rows: report.rows.into_iter().map(row).collect(),
    }
}

fn row(row: RowReport) -> wit::Row {
    wit::Row {
        number: row.number,
        file: row.file,
        path: row.path,
        outcome: outcome(row.outcome),
        message: row.message,
        warnings: row.warnings,
        resolved: row.resolved,
        hidden: row.hidden,
    }
}

fn outcome(outcome: RowOutcome) -> wit::Outcome {
    match outcome {
        RowOutcome::Linked => wit::Outcome::Linked,
        RowOutcome::Relinked(name) => wit::Outcome::ReLinked(name),
        RowOutcome::AlreadyLinked => wit::Outcome::AlreadyLinked,
        RowOutcome::UnknownFileId => wit::Outcome::UnknownFileId,
        RowOutcome::NoId => wit::Outcome::NoId,
        RowOutcome::PathMissing => wit::Outcome::PathMissing,
        RowOutcome::PathNotFound(near) => wit::Outcome::PathNotFound(near),
        RowOutcome::IsAFolder => wit::Outcome::IsAFolder,
        RowOutcome::OtherDrive => wit::Outcome::OtherDrive,
        RowOutcome::UnsupportedType(ending) => wit::Outcome::UnsupportedType(ending),
        RowOutcome::TooLarge(size, limit) => wit::Outcome::TooLarge((size, limit)),
        RowOutcome::FormatMismatch(ours, theirs) => wit::Outcome::FormatMismatch((ours, theirs)),
        RowOutcome::DuplicateFileId(rows) => wit::Outcome::DuplicateFileId(rows),
        RowOutcome::Ambiguous(paths) => wit::Outcome::Ambiguous(paths),
        RowOutcome::UnreadableCell(cell) => wit::Outcome::UnreadableCell(cell),
        RowOutcome::ForbiddenPath => wit::Outcome::ForbiddenPath,
        RowOutcome::Subfolder => wit::Outcome::Refused(refusal(Refusal::Subfolder)),
        RowOutcome::Refused(why) => wit::Outcome::Refused(refusal(why)),
        RowOutcome::AccessDenied => wit::Outcome::AccessDenied,
        RowOutcome::Failed => wit::Outcome::Failed,
    }
}
