//! The safe fixes of diagnostics, written into the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use compiler::diagnostics::{Diagnostic, ReportEdit};

use super::Exit;
use super::check::stands_in;
use super::run::{Run, cannot_write};
use crate::ui;

/// Applies the first safe fix of each diagnostic to the root package's files, as far as they do not overlap; how many.
pub fn apply(run: &mut Run, diagnostics: &[Diagnostic], within: &[String]) -> Result<usize, Exit> {
    let mut by_file: BTreeMap<String, Vec<ReportEdit>> = BTreeMap::new();
    let mut applied = 0;
    for report in run.reports(diagnostics) {
        let Some(fix) = report.fixes.first().filter(|fix| fix.safe) else { continue };
        let ours = |edit: &ReportEdit| run.session.file(&edit.source.file).is_some() && stands_in(&edit.source.file, within);
        let free =
            |edit: &ReportEdit| by_file.get(&edit.source.file).is_none_or(|taken| taken.iter().all(|other| apart(edit, other)));
        if fix.edits.iter().all(|edit| ours(edit) && free(edit)) {
            for edit in &fix.edits {
                by_file.entry(edit.source.file.clone()).or_default().push(edit.clone());
            }
            applied += 1;
        }
    }
    for (file, mut edits) in by_file {
        let Some(source) = run.session.file(&file) else { continue };
        let mut text = source.text(&run.session.db).to_string();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.source.start.offset));
        for edit in edits {
            text.replace_range(edit.source.start.offset as usize..edit.source.end.offset as usize, &edit.text);
        }
        let path = run.place.top.join(&file);
        ui::write_file(&path, text.as_bytes()).map_err(|error| cannot_write(&path, &error))?;
        run.session.set_file(&file, Some(Arc::from(text)));
    }
    Ok(applied)
}

fn apart(left: &ReportEdit, right: &ReportEdit) -> bool {
    left.source.end.offset < right.source.start.offset || right.source.end.offset < left.source.start.offset
}
