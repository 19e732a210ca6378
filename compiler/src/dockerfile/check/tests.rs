//! Tests of the checks: a table of Dockerfiles, and the pages of the diagnostics that are about Dockerfiles.

use expect_test::{Expect, expect};
use smol_str::SmolStr;

use super::{Request, check, check_ignore, in_declaration};
use crate::diagnostics::{Diagnostic, catalog};
use crate::dockerfile::context::{Context, Entry, Mode};
use crate::dockerfile::ignore::Ignore;
use crate::dockerfile::parse::parse;
use crate::dockerfile::personalize::check_line;
use crate::text::{Owner, Place, range};

/// The pretended Dockerfile.
fn file() -> Owner {
    Owner::File(salsa::Id::from_bits(2))
}

/// Where the pretended `.coder` file says something.
fn declared() -> Place {
    Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: range(0, 1) }
}

#[derive(Default)]
struct Case<'a> {
    files: &'a [&'a str],
    ignore: &'a str,
    target: Option<&'a str>,
    args: &'a [(&'a str, &'a str)],
    secrets: &'a [&'a str],
}

impl Case<'_> {
    fn run(&self, text: &str) -> Vec<Diagnostic> {
        let entry = |path: &&str| Entry { path: (*path).into(), mode: Mode::File, oid: [0; 20] };
        let args: Vec<_> = self.args.iter().map(|(name, value)| ((*name).into(), (*value).into(), declared())).collect();
        let secrets: Vec<SmolStr> = self.secrets.iter().map(|secret| (*secret).into()).collect();
        check(&Request {
            dockerfile: &parse(text),
            text,
            owner: file(),
            target: self.target.map(|target| (target, declared())),
            args: &args,
            platforms: &["linux/amd64".into()],
            secrets: &secrets,
            context: &Context::new(self.files.iter().map(entry).collect()),
            ignore: &Ignore::parse(self.ignore),
            image_place: declared(),
        })
    }

    #[track_caller]
    fn check(&self, text: &str, expected: Expect) {
        expected.assert_eq(&show(&self.run(text), text));
    }
}

fn show(diagnostics: &[Diagnostic], text: &str) -> String {
    let line = |diagnostic: &Diagnostic| {
        let at = match diagnostic.place {
            Some(place) if place.owner == file() => {
                assert!(diagnostic.labels.iter().any(|label| label.place == declared()), "{diagnostic:?}");
                &text[usize::from(place.range.start())..usize::from(place.range.end())]
            }
            _ => "the declaration",
        };
        format!("{} at {at:?}: {}; {}\n", diagnostic.info.name, diagnostic.message, diagnostic.help.join("; "))
    };
    diagnostics.iter().map(line).collect()
}

#[track_caller]
fn plain(text: &str, expected: Expect) {
    Case::default().check(text, expected);
}

#[test]
fn plain_files_give_nothing() {
    let case = Case { files: &["notes.txt", "Dockerfile", "src/a.rs", "package.json"], ..Case::default() };
    for text in [
        "FROM debian:12\nRUN echo a\nCOPY notes.txt /notes.txt\nUSER coder\nCOPY . /all\n",
        "# syntax=docker/dockerfile:1.7-labs\n# escape=`\nFROM debian:12\n",
        "ARG V=12\nFROM --platform=$BUILDPLATFORM debian:$V AS a\nARG V\nFROM a\nCOPY --from=a --chown=1:1 --chmod=755 /x /y\nCOPY --from=busybox /a /b\nCOPY --from=0 /a /b\n",
        "FROM --platform=linux/amd64 debian\nSHELL [\"/bin/bash\", \"-c\"]\nHEALTHCHECK --interval=5s CMD x\nSTOPSIGNAL TERM\nVOLUME /d\nEXPOSE 80/tcp\nONBUILD COPY nothing /x\n",
        "FROM debian\nRUN <<EOF\necho a\nEOF\nRUN bash <<'EOF'\nx\nEOF\nRUN <<EOF\n#!/bin/sh -e\nx\nEOF\nCOPY <<EOF /x\n$ 5\nEOF\n",
        "FROM debian\nRUN --mount=type=cache,target=/c --mount=type=secret,id=x --mount=type=bind,source=src,target=/s --mount=target=/all a\n",
        "FROM debian\nCOPY src /a\nCOPY /src/ /a\nCOPY ./src/*.rs /a\nCOPY package.json yarn.lock* ./\nCOPY $UNKNOWN /x\nCOPY [\"notes.txt\", \"/b\"]\nADD https://x.y/z.tar /z\n",
        "FROM scratch\nARG D=src\nENV E=$D/a.rs\nCOPY $E ${D:-x} /d/\n",
        "FROM debian\r\nRUN a \\\r\n  # b\r\n  c\r\n",
        "FROM debian AS unused\nCOPY nothing /x\nFROM debian\n",
        "FROM debian AS a\nRUN a && \\\n\n   b\n",
    ] {
        case.check(text, expect![""]);
    }
}

#[test]
fn files_without_stages() {
    plain(
        "",
        expect![[r#"
        missing-from at "": this Dockerfile has no `FROM`, so there is nothing to build; begin it with `FROM image`
    "#]],
    );
    plain(
        "# only a comment\nARG A\n",
        expect![[r#"
        missing-from at "": this Dockerfile has no `FROM`, so there is nothing to build; begin it with `FROM image`
    "#]],
    );
    plain(
        "RUN a\nRUN b\n",
        expect![[r#"
        missing-from at "RUN": `RUN` stands before the first `FROM`, where only `ARG` can; begin the file with `FROM image`, or move the instruction below it
    "#]],
    );
    plain(
        "RUN a\nFROM debian\n",
        expect![[r#"
        missing-from at "RUN": `RUN` stands before the first `FROM`, where only `ARG` can; begin the file with `FROM image`, or move the instruction below it
    "#]],
    );
    plain(
        "FORM debian AS x\nRUN a\n",
        expect![[r#"
            unknown-instruction at "FORM": a Dockerfile has no instruction `FORM`; did you mean `FROM`?
        "#]],
    );
    plain(
        "FROM debian\nRUN <<EOF\na\n",
        expect![[r#"
        dockerfile-syntax at "<<EOF": this heredoc never ends: no line is `EOF`; end it with a line that holds `EOF` and nothing else
    "#]],
    );
    plain(
        "FROM debian\nRNU a\nCOPY nothing /x\nFORM a AS b\n",
        expect![[r#"
        unknown-instruction at "RNU": a Dockerfile has no instruction `RNU`; did you mean `RUN`?
        unknown-instruction at "FORM": a Dockerfile has no instruction `FORM`; did you mean `FROM`?
    "#]],
    );
    plain(
        "FROM debian\nCOPY --form=x nothing /x\nCOPY nothing /x\n",
        expect![[r#"
        dockerfile-syntax at "--form=x": `COPY` has no flag `--form`; did you mean `--from`?
        missing-context-file at "nothing": the context has no `nothing`; sources are relative to the image's `context`, as committed
    "#]],
    );
}

#[test]
fn targets_and_arguments() {
    let text = "ARG VERSION=1\nFROM debian:$VERSION AS release\nARG OTHER\n";
    Case { target: Some("Release"), args: &[("OTHER", ""), ("VERSION", "2"), ("HTTP_PROXY", "x")], ..Case::default() }
        .check(text, expect![[r#""#]]);
    Case { target: Some("relaese"), args: &[("VERSON", "2"), ("frobnicate", "2")], ..Case::default() }.check(text, expect![[r#"
        unknown-stage at "the declaration": the Dockerfile has no stage `relaese`; did you mean `release`?
        unknown-build-argument at "the declaration": no `ARG` of the Dockerfile declares `VERSON`, so it has no effect; did you mean `VERSION`?
        unknown-build-argument at "the declaration": no `ARG` of the Dockerfile declares `frobnicate`, so it has no effect; its arguments are `VERSION` and `OTHER`
    "#]]);
    Case { target: Some("x"), args: &[("A", "")], ..Case::default() }.check("FROM debian\n", expect![[r#"
        unknown-stage at "the declaration": the Dockerfile has no stage `x`; name a stage by `FROM … AS name`, or leave `target` out for the last one
        unknown-build-argument at "the declaration": no `ARG` of the Dockerfile declares `A`, so it has no effect; add `ARG A` to the Dockerfile, or remove the argument
    "#]]);
}

#[test]
fn bases_and_stages() {
    plain(
        "ARG X\nFROM debian:$X\n",
        expect![[r#"
        undecided-base at "debian:$X": `debian:$X` names no image: `$X` has no value; give it a default, `ARG X=…`, or set it in the image's `args`
    "#]],
    );
    plain(
        "FROM debian:${Y}-$TARGETARCH\n",
        expect![[r#"
        undecided-base at "debian:${Y}-$TARGETARCH": `debian:${Y}-$TARGETARCH` names no image: `$TARGETARCH` and `$Y` have no value; declare it before the first `FROM`, with a default: `ARG TARGETARCH=…`; kaniko sets the platform's variables inside of stages only
    "#]],
    );
    plain(
        "FROM debian:${Y^^}\n",
        expect![[r#"
        dockerfile-syntax at "debian:${Y^^}": `${Y…}` has a modifier that Dockerfiles do not know; 
    "#]],
    );
    plain(
        "FROM Debian\n",
        expect![[r#"
        dockerfile-syntax at "Debian": `Debian` is no image reference: the name of an image is lower case; 
    "#]],
    );
    Case { args: &[("X", "12")], ..Case::default() }.check("ARG X\nFROM debian:$X\n", expect![[r#""#]]);
    plain(
        "FROM debian AS builder\nFROM debian AS self\nCOPY --from=biulder /a /b\nCOPY --from=7 /a /b\nCOPY --from=self /a /b\nCOPY --from=2 /a /b\nCOPY --from=$X /a /b\nCOPY --from=UP/x /a /b\nFROM self\n",
        expect![[r#"
            unknown-stage at "biulder": there is no stage `biulder`; did you mean `builder`? An image of this name is written `docker.io/library/biulder`
            unknown-stage at "7": there is no stage 7: this file has 3, counted from 0; give the stage a name by `FROM … AS name`, and copy from that
            unknown-stage at "self": stage `self` is the one this instruction stands in; a stage can copy from earlier ones
            unknown-stage at "2": stage `2` comes later in the file; a stage can copy from earlier ones
            unknown-stage at "$X": `--from` takes the name of a stage or an image, and no variables: `$X`; name the stage by `FROM $VARIABLE AS name`, and copy from `name`
            dockerfile-syntax at "UP/x": `UP/x` is no image reference: the name of an image is lower case; 
        "#]],
    );
}

#[test]
fn sources_of_the_context() {
    let case = Case {
        files: &["notes.txt", "dist/a.js", "logs/a.log", "logs/b.log", ".coder/x"],
        ignore: "*.md\nlogs/*\ndist\n*.txt",
        ..Case::default()
    };
    case.check(
        "FROM debian\nCOPY note.txt /a\nCOPY notes.txt /a\nCOPY dist /a\nCOPY logs /a\nCOPY logs/a.log /a\nCOPY ../x /a\nCOPY .coder/x /a\nCOPY *.txt *.md /a/\nCOPY *.rs logs /a/\nADD missing https://x /a/\nRUN --mount=type=bind,source=missing,target=/x a\nCOPY \"a b\" /c\nARG D\nCOPY $D/x /c\n",
        expect![[r#"
            missing-context-file at "note.txt": the context has no `note.txt`; sources are relative to the image's `context`, as committed
            ignored-context-file at "notes.txt": `.dockerignore` leaves `notes.txt` out of the context; add `!notes.txt` to the end of the ignore file
            ignored-context-file at "dist": `.dockerignore` leaves `dist` out of the context; add `!dist` to the end of the ignore file
            ignored-context-file at "logs/a.log": `.dockerignore` leaves `logs/a.log` out of the context; add `!logs/a.log` to the end of the ignore file
            missing-context-file at "../x": `../x` is outside of the context; choose a `context` that holds it, and write the path relative to that
            ignored-context-file at ".coder/x": `.coder/x` is not in the context: `.coder` folders never are; move the file out of `.coder`
            empty-copy at "*.txt": `*.txt` matches nothing in the context, so nothing is copied; `.dockerignore` leaves out what it would match
            missing-context-file at "missing": the context has no `missing`; sources are relative to the image's `context`, as committed
            missing-context-file at "missing": the context has no `missing`; sources are relative to the image's `context`, as committed
            dockerfile-syntax at "\"a": a double quote is not closed; a path with quotes or spaces is best written in JSON: `COPY ["a b", "/c"]`
        "#]],
    );
}

#[test]
fn what_kaniko_does_not_do() {
    let case = Case { files: &["a", "b"], secrets: &["tokens"], ..Case::default() };
    case.check(
        "# syntax=acme/x:1\nFROM --platform=linux/arm64 debian\nMAINTAINER \"Ana\"\nCOPY --link --parents --exclude=*.md a /x\nCOPY --link=false a /x\nADD --checksum=sha256:0 https://a.b/c /x\nADD https://a.b/c.git#main git@a.b:c/d.git /x/\nRUN --network=none --security=insecure a\nRUN --mount=type=ssh a\nRUN --mount=type=tmpfs,target=/t a\nRUN --mount=type=bind,from=tools,target=/t a\nRUN --mount=type=secret,id=token,required a\nRUN --mount=type=secret,target=/x/tokens,required=true a\nVOLUME /data\nCOPY a /data/x\nCOPY a /database\nCOPY a /kaniko/x\nHEALTHCHECK --start-interval=1s CMD x\n",
        expect![[r#"
            ignored-flag at "--platform=linux/arm64": kaniko drops `--platform=linux/arm64`: the base is that of the platform built for, `linux/amd64`; say which platforms the image is built for by its `platforms`
            ignored-instruction at "MAINTAINER \"Ana\"": kaniko drops `MAINTAINER`: the image will not name one; write `LABEL org.opencontainers.image.authors="Ana"`
            ignored-flag at "--link": kaniko drops `--link` of `COPY`: the layer is built on those before it; remove it
            ignored-flag at "--parents": kaniko drops `--parents` of `COPY`: files lose the folders above them; name the folders in the destination
            ignored-flag at "--exclude=*.md": kaniko drops `--exclude` of `COPY`: the files are copied all the same; leave them out by `.dockerignore`
            ignored-flag at "--checksum=sha256:0": kaniko drops `--checksum` of `ADD`: what is fetched is not verified; fetch and verify it by `RUN`
            unsupported-instruction at "https://a.b/c.git#main": kaniko cannot `ADD` a git repository: `https://a.b/c.git#main`; clone it by `RUN git clone …`, or add an archive of it
            unsupported-instruction at "git@a.b:c/d.git": kaniko cannot `ADD` a git repository: `git@a.b:c/d.git`; clone it by `RUN git clone …`, or add an archive of it
            ignored-flag at "--network=none": kaniko drops `--network` of `RUN`: the command has the network of the build; remove it
            ignored-flag at "--security=insecure": kaniko drops `--security` of `RUN`: the command has the rights of the build; remove it
            unsupported-instruction at "--mount=type=ssh": kaniko has no SSH agent to mount: it drops `--mount=type=ssh`, and the command runs without one; give the build a key as a secret: `RUN --mount=type=secret,id=…`, and `secrets` of the image
            ignored-flag at "--mount=type=tmpfs,target=/t": kaniko drops `--mount=type=tmpfs` of `RUN`: what is written there stays in the image; remove it, and what the command leaves there in the same `RUN`
            unsupported-instruction at "tools": kaniko cannot mount from another stage or image: it drops the mount from `tools`; copy what is needed before: `COPY --from=tools …`
            missing-build-secret at "--mount=type=secret,id=token,required": the image has no build secret `token`, which this `RUN` requires; did you mean `tokens`?
            ignored-instruction at "/data/x": `/data` is a volume from here on: kaniko drops what `COPY` puts into `/data/x`; move the `VOLUME` below it
            ignored-instruction at "/kaniko/x": kaniko keeps its own files in `/kaniko`: it drops what `COPY` puts into `/kaniko/x`; copy to another folder
            ignored-flag at "--start-interval=1s": kaniko drops `--start-interval` of `HEALTHCHECK`: it is not in the image; remove it
            ignored-frontend at "acme/x:1": kaniko does not load `acme/x:1`: it reads every file as a Dockerfile; remove the line if the file is a plain Dockerfile, or have the image built elsewhere
        "#]],
    );
    case.check(
        "FROM debian AS base\nSHELL [\"/bin/bash\", \"-c\"]\nFROM base\nRUN <<EOF\na\nEOF\nRUN <<-EOF\n\ta\n\tEOF\nRUN <<'EOF'\na\nEOF\nRUN <<EOF\n#!/usr/bin/env python3\nEOF\nCOPY <<EOF <<'RAW' /x/\na ${HOME} $b\nEOF\n$HOME\nRAW\n",
        expect![[r#"
            heredoc-differs at "<<EOF": kaniko hands this script to `sh`, not to `/bin/bash` as `SHELL` says; name the shell: `RUN bash <<EOF`
            heredoc-differs at "<<-EOF": kaniko does not run this script: it runs one only behind a plain mark, and `<<-EOF` is not; write `RUN bash <<-EOF`
            heredoc-differs at "<<'EOF'": kaniko does not run this script: it runs one only behind a plain mark, and `<<'EOF'` is not; write `RUN bash <<'EOF'`
            unsupported-instruction at "<<EOF": kaniko hands this script to `sh`, whatever its first line says: it would not run in `/usr/bin/env python3`; write `RUN python3 <<EOF`
            heredoc-differs at "<<EOF": kaniko writes `${HOME}` as it stands into the file, Docker writes its value; write `<<'EOF'` to have it as it stands everywhere, or write the file by `RUN cat > file <<EOF`
        "#]],
    );
}

#[test]
fn an_ignore_file_and_the_declaration() {
    let ignore = Ignore::parse("a\n[\n");
    let found = check_ignore(&ignore, file(), declared());
    assert_eq!(show(&found, "a\n[\n").lines().count(), 1);
    let turned = in_declaration(found[0].clone(), declared());
    assert_eq!((turned.place, turned.labels.len(), turned.labels[0].place), (Some(declared()), 1, found[0].place.unwrap()));
    assert_eq!(in_declaration(turned.clone(), declared()), turned);
}

#[track_caller]
fn entry(line: &str, literal: Option<&str>, expected: Expect) {
    let place = Place { owner: file(), range: range(0, literal.map_or(0, str::len)) };
    let shown: String = check_line(line, place, literal)
        .into_iter()
        .map(|diagnostic| {
            let at = diagnostic.place.unwrap().range;
            let at = literal.map_or("", |literal| &literal[usize::from(at.start())..usize::from(at.end())]);
            let fix = diagnostic.fixes.first().map_or(String::new(), |fix| format!(" fix {:?}", fix.edits[0].text));
            format!("{} at {at:?}: {}{fix}\n", diagnostic.info.name, diagnostic.message)
        })
        .collect();
    expected.assert_eq(&shown);
}

#[test]
fn entries_of_personalize() {
    for line in [
        "RUN echo test3 > test3.txt",
        "run a \\\n  && b",
        "USER coder\nRUN a",
        "ENV A=1",
        "CMD [\"a\"]",
        "COPY --from=busybox /a /b",
        "COPY <<EOF /x\na\nEOF",
        "ADD https://x.y/z /z",
        "RUN <<EOF\na\nEOF",
        "# why\nRUN a",
        "HEALTHCHECK NONE",
        "ONBUILD RUN a",
        "SHELL [\"/bin/bash\", \"-c\"]",
        "ARG A=1",
        "RUN --mount=type=cache,target=/c a",
    ] {
        entry(line, None, expect![""]);
    }
    entry(
        "FROM debian",
        Some("\"FROM debian\""),
        expect![[r#"
        personalize-instruction at "FROM": `FROM` cannot stand in `personalize`: its lines are added to the image of the container
    "#]],
    );
    entry(
        "RNU a",
        Some("\"RNU a\""),
        expect![[r#"
        unknown-instruction at "RNU": a Dockerfile has no instruction `RNU` fix "RUN"
    "#]],
    );
    entry(
        "RNU a",
        Some("\"RNU \\(x)\""),
        expect![[r#"
        unknown-instruction at "\"RNU \\(x)\"": a Dockerfile has no instruction `RNU`
    "#]],
    );
    entry(
        "",
        Some("\"\""),
        expect![[r#"
        personalize-instruction at "\"\"": this entry of `personalize` holds no instruction
    "#]],
    );
    entry(
        "# nothing",
        Some("\"# nothing\""),
        expect![[r##"
        personalize-instruction at "\"# nothing\"": this entry of `personalize` holds no instruction
    "##]],
    );
    entry(
        "RUN a \\",
        Some("\"RUN a \\\\\""),
        expect![[r#"
        personalize-instruction at "RUN a ": this entry of `personalize` ends in a continuation, but nothing follows
    "#]],
    );
    entry(
        "COPY a /b",
        Some("COPY a /b"),
        expect![[r#"
        personalize-instruction at "a": `COPY` of `a`: `personalize` has no files to copy, the image's context is not there
    "#]],
    );
    entry(
        "COPY --from=0 a /b",
        Some("COPY --from=0 a /b"),
        expect![[r#"
        personalize-instruction at "--from=0": there is no stage 0 here: `personalize` stands on the finished image
    "#]],
    );
    entry(
        "RUN --mount=type=bind,source=a,target=/b x",
        None,
        expect![[r#"
        personalize-instruction at "": `RUN --mount=type=bind` of `a`: `personalize` has no files to copy, the image's context is not there
    "#]],
    );
    entry(
        "RUN <<'EOF'\na\nEOF",
        None,
        expect![[r#"
        heredoc-differs at "": kaniko does not run this script: it runs one only behind a plain mark, and `<<'EOF'` is not
    "#]],
    );
    entry(
        "RUN <<EOF\na",
        None,
        expect![[r#"
        dockerfile-syntax at "": this heredoc never ends: no line is `EOF`
    "#]],
    );
    entry(
        "MAINTAINER a",
        None,
        expect![[r#"
        ignored-instruction at "": kaniko drops `MAINTAINER`: the image will not name one
    "#]],
    );
    entry(
        "RUN a\nFORM b\nUSER",
        None,
        expect![[r#"
        unknown-instruction at "": a Dockerfile has no instruction `FORM`
        dockerfile-syntax at "": `USER` needs an argument
    "#]],
    );
    entry(
        "echo hello",
        None,
        expect![[r#"
        unknown-instruction at "": a Dockerfile has no instruction `echo`
    "#]],
    );
}

#[test]
fn prefixes_and_hostile_files_never_panic() {
    let sample = crate::dockerfile::tests::SAMPLE;
    let case = Case { files: &["a", "b/c"], ignore: "b", args: &[("V", "1")], ..Case::default() };
    let place = Place { owner: file(), range: range(0, sample.len()) };
    for end in (0..=sample.len()).filter(|end| sample.is_char_boundary(*end)) {
        case.run(&sample[..end]);
        check_line(&sample[..end], place, Some(sample));
        check_line(&sample[end..], place, Some(sample));
    }
    let many = "FROM debian AS a\nSHELL [\"x\"]\n".to_owned() + &"FROM a AS a\nCOPY --from=b $A*[ /\n".repeat(3000);
    case.run(&many);
    case.run(&format!("FROM debian\nCOPY {} /x/\n", "missing ".repeat(3000)));
    case.run(&format!("FROM debian\nRUN --mount={} x\n", "type=bind,".repeat(3000)));
}

/// The text after `key = ` in a `.coder` block, up to the end of the line.
fn field<'a>(source: &'a str, key: &str) -> Option<&'a str> {
    let line = source.lines().map(str::trim).find(|line| line.split_whitespace().next() == Some(key))?;
    Some(line.split_once('=')?.1.trim())
}

#[test]
fn pages_say_what_is_so() {
    let mut tested = 0;
    for info in catalog::ALL {
        let Some((_, rest)) = info.page.split_once("## Wrong") else { continue };
        let (wrong, right) = rest.split_once("## Right").unwrap_or((rest, ""));
        let blocks = |section: &str| -> Vec<(String, String)> {
            let parts: Vec<&str> = section.split("```").collect();
            let named = parts.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
            named
                .map(|(head, text)| {
                    (head.split_once("file=").map_or(".coder/main.coder", |(_, file)| file).to_owned(), text.to_owned())
                })
                .collect()
        };
        let mut files = blocks(wrong);
        // Pages whose mistake stands in the `.coder` file alone are the checker's to test.
        let of_checker = [
            "context-missing",
            "context-outside",
            "dockerfile-missing",
            "dockerfile-unreadable",
            "invalid-platform",
            "invalid-tag",
            "missing-field",
        ];
        if of_checker.contains(&info.name) || !files.iter().any(|(path, _)| path == "dev/Dockerfile") {
            continue;
        }
        tested += 1;
        assert_eq!(names(&files), [info.name], "the wrong example of {}", info.name);
        for (path, text) in blocks(right) {
            files.retain(|(other, _)| *other != path);
            files.push((path, text));
        }
        assert_eq!(names(&files), [""; 0], "the right example of {}", info.name);
    }
    assert!(tested >= 17, "{tested}");
}

/// The names of what is found in a package of one image, whose context is `dev`.
fn names(files: &[(String, String)]) -> Vec<&'static str> {
    let text = |path: &str| files.iter().find(|(other, _)| other == path).map_or("", |(_, text)| text.as_str());
    let (source, dockerfile) = (text(".coder/main.coder"), text("dev/Dockerfile"));
    let quoted = |value: &str| value.split('"').nth(1).unwrap_or_default().to_owned();
    let key = |value: &str| value.trim_start_matches(['{', ' ']).split_whitespace().next().unwrap_or_default().to_owned();
    let target = field(source, "target").map(quoted);
    let args = field(source, "args").map(|value| (key(value), quoted(value)));
    let secrets = field(source, "secrets").map(key);
    let context: Vec<&str> = files.iter().filter_map(|(path, _)| path.strip_prefix("dev/")).collect();
    let case = Case {
        files: &context,
        ignore: text("dev/.dockerignore"),
        target: target.as_deref(),
        args: &args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(),
        secrets: &secrets.iter().map(String::as_str).collect::<Vec<_>>(),
    };
    let mut found = case.run(dockerfile);
    found.extend(check_ignore(&Ignore::parse(case.ignore), file(), declared()));
    if let Some(entry) = field(source, "personalize") {
        found.extend(check_line(&quoted(entry), declared(), None));
    }
    found.iter().map(|diagnostic| diagnostic.info.name).collect()
}
