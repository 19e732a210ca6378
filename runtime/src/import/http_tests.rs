//! Tests of remotes over http: a server in this process that hands requests to `git http-backend`, and asks for credentials
//! where it is told to.
//!
//! It speaks plain http, to which `insteadOf` leads; what TLS adds is libgit2's and git's own business.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::remote_tests::{fetch, instead, platform, text};
use crate::import::testing::{Sandbox, git};

/// Serves the repositories below a folder until the process ends. `password` is that of the user `u`.
fn serve(folder: &Path, password: Option<&'static str>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || drop(answer(stream, &folder, password)));
        }
    });
    port
}

fn answer(mut stream: TcpStream, folder: &Path, password: Option<&str>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    // `u:p` in base 64.
    if password.is_some_and(|_| header("authorization") != "Basic dTpw") {
        return write!(
            stream,
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", method)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output()?.stdout;
    let _ = writer.join();
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let body = output.get(end + 4..).unwrap_or_default();
    write!(stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

fn without_programs(sandbox: &Sandbox) -> PathBuf {
    sandbox.folder("no-programs")
}

#[test]
fn by_either_way_with_and_without_capabilities() {
    let sandbox = Sandbox::new();
    let [first, second, _] = platform(&sandbox);
    let configuration = instead(&format!("http://127.0.0.1:{}/", serve(&sandbox.path, None)));
    let at = format!("HEAD,tag v2,{first}");
    let expected = [text(second, "two"), text(second, "two"), text(first, "one")];
    assert_eq!(fetch(&sandbox, &configuration, &at, |_| {}), expected);
    let path = sandbox.path.join("acme/platform");
    git(&path, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let alone = without_programs(&sandbox);
    let answers = fetch(&sandbox, &configuration, &at, |command| {
        command.env("PATH", &alone);
    });
    assert_eq!(answers, expected, "libgit2 alone");
}

#[test]
fn credentials_come_from_helpers_and_are_never_asked_for() {
    let sandbox = Sandbox::new();
    let [_, second, _] = platform(&sandbox);
    let configuration = instead(&format!("http://127.0.0.1:{}/", serve(&sandbox.path, Some("p"))));
    let quiet = |command: &mut Command| {
        command.env_remove("GIT_ASKPASS").env_remove("SSH_ASKPASS");
    };
    let refused = fetch(&sandbox, &configuration, "main", quiet);
    assert!(refused[0].starts_with("Auth"), "{refused:?}");
    let helper = "[credential]\n\thelper = \"!f() { echo username=u; echo password=p; }; f\"\n";
    assert_eq!(fetch(&sandbox, &format!("{configuration}{helper}"), "main", quiet), [text(second, "two")]);
    let wrong = helper.replace("password=p", "password=wrong");
    let refused = fetch(&sandbox, &format!("{configuration}{wrong}"), "main", quiet);
    assert!(refused[0].starts_with("Auth") && !refused[0].contains("wrong"), "{refused:?}");
    let header = "[http]\n\textraHeader = \"Authorization: Basic dTpw\"\n";
    let by_header = fetch(&sandbox, &format!("{configuration}{header}"), "main", quiet);
    assert_eq!(by_header, [text(second, "two")], "as continuous integration sets it");
}

#[test]
fn a_repository_that_is_not_there() {
    let sandbox = Sandbox::new();
    let configuration = instead(&format!("http://127.0.0.1:{}/", serve(&sandbox.path, None)));
    let answers = fetch(&sandbox, &configuration, "main", |_| {});
    assert!(answers[0].starts_with("NotFound"), "{answers:?}");
}
