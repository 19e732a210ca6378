//! A git server over https: bare repositories below a folder for each host, read-only, by `git http-backend`.
//!
//! Repositories below `private/` want a token. Pushing is not served: a test writes the repositories' folder itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::place::GIT;

/// Who may read private repositories.
pub const USER: &str = "git";
pub const TOKEN: &str = "only-of-the-bed-0123456789";

/// Answers until the process is killed.
pub fn serve(address: &str, folder: &Path) -> Result<(), String> {
    let config = configuration(folder).map_err(|error| format!("the certificate: {error}"))?;
    let listener = TcpListener::bind((address, GIT)).map_err(|error| format!("{address}:{GIT}: {error}"))?;
    for stream in listener.incoming().flatten() {
        let (config, folder) = (config.clone(), folder.join("git"));
        std::thread::spawn(move || {
            if let Ok(connection) = ServerConnection::new(config) {
                let _ = answer(StreamOwned::new(connection, stream), &folder);
            }
        });
    }
    Ok(())
}

fn configuration(folder: &Path) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_file(folder.join("serving.crt"))?;
    let key = PrivateKeyDer::from_pem_file(folder.join("serving.key"))?;
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key)?))
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// One request of HTTP/1.1, and the end of the connection.
fn answer(stream: Stream, folder: &Path) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_lowercase(), value.to_string())),
            None => break,
        }
    }
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let mut stream = reader.into_inner();
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let expected = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{TOKEN}")));
    if path.starts_with("/private/") && header("authorization") != expected {
        let refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"bed\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return end(&mut stream, refusal.as_bytes());
    }
    let host = header("host").split(':').next().unwrap_or_default().replace('/', "");
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder.join(host))
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
        .spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output()?.stdout;
    let _ = writer.join();
    let split = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(&output[..split]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let body = output.get(split + 4..).unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    end(&mut stream, body)
}

fn end(stream: &mut Stream, last: &[u8]) -> std::io::Result<()> {
    stream.write_all(last)?;
    stream.conn.send_close_notify();
    stream.flush()
}
