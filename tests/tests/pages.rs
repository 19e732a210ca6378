//! Every page of the catalog is true: `## Wrong` gives its diagnostic, `## Right` none, and a fix mends what is wrong.

use compiler::diagnostics::{Info, catalog};
use libtest_mimic::{Arguments, Failed, Trial};
use tests::literate::{Package, Section, check, expectation, sections};

fn main() {
    let arguments = Arguments::from_args();
    // What needs more than a package is shown by the test that tidy lists for it.
    let of_a_package = |info: &&&'static Info| sections(info.page).iter().all(|section| section.title != "Example");
    let trial = |info: &&'static Info| {
        let info = *info;
        Trial::test(info.name, || page(info))
    };
    let trials = catalog::ALL.iter().filter(of_a_package).map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn page(info: &Info) -> Result<(), Failed> {
    let sections = sections(info.page);
    let section = |title: &str| -> Result<&Section, String> {
        sections.iter().find(|section| section.title == title).ok_or_else(|| format!("the page has no `## {title}`"))
    };
    let wrong = Package::of(&section("Wrong")?.blocks);
    if wrong.is_empty() {
        return Err("`## Wrong` has no files".into());
    }
    let right = wrong.with(&section("Right")?.blocks);

    let findings = check(&wrong);
    let told = |package: &Package, findings: &[_]| -> String {
        let lines: Vec<String> = findings.iter().map(|finding| expectation::describe(package, finding)).collect();
        if lines.is_empty() { "nothing".into() } else { lines.join("; ") }
    };
    let [finding] = findings.as_slice() else {
        return Err(format!("`## Wrong` gives exactly one diagnostic, but came {}", told(&wrong, &findings)).into());
    };
    if finding.name != info.name || finding.severity != info.severity.word() {
        return Err(format!("`## Wrong` gives this diagnostic, but came {}", told(&wrong, &findings)).into());
    }

    let findings = check(&right);
    if !findings.is_empty() {
        return Err(format!("`## Right` gives no diagnostics, but came {}", told(&right, &findings)).into());
    }

    for fix in &finding.fixes {
        let Some(files) = fix.apply(&wrong.files) else {
            return Err(format!("the fix \"{}\" edits what is not there", fix.title).into());
        };
        let fixed = Package { files, ..wrong.clone() };
        let findings = check(&fixed);
        if !findings.is_empty() {
            return Err(
                format!("the fix \"{}\" mends it, but came {}\n{:#?}", fix.title, told(&fixed, &findings), fixed.files).into()
            );
        }
    }
    Ok(())
}
