//! The bed's certificate authority, what it certifies, and the tokens: made anew for each bed, by openssl.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::place::{API_SERVER, GIT_HOSTS, Place};

/// Makes them in the bed's folder.
pub fn make(place: &Place) -> Result<(), String> {
    let mut names = format!("IP:{},IP:127.0.0.1,DNS:kubernetes,DNS:kubernetes.default.svc", place.address());
    for host in GIT_HOSTS {
        let _ = write!(names, ",DNS:{host}");
    }
    let folder = &place.folder;
    certificate(folder, "ca", "/CN=coderc test bed", &["-addext", "keyUsage=critical,keyCertSign"])?;
    let alternative = format!("subjectAltName={names}");
    let signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:false", "-addext"];
    certificate(folder, "serving", "/CN=bed", &[&signed[..], &[alternative.as_str()]].concat())?;
    let client = [&signed[..], &["extendedKeyUsage=clientAuth"]].concat();
    certificate(folder, "kubelet-client", "/O=system:masters/CN=api-server", &client)?;
    openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "accounts.key"])?;

    let mut tokens = String::new();
    let users = [("kubeconfig", "admin", "system:masters"), ("node.kubeconfig", "system:node:bed", "system:nodes")];
    for (file, user, group) in users {
        let token = random()?;
        let _ = writeln!(tokens, "{token},{user},{user},\"{group}\"");
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: bed\n  cluster:\n    server: https://{}\n    certificate-authority: {}\n\
             users:\n- name: bed\n  user:\n    token: {token}\ncontexts:\n- name: bed\n  context: {{cluster: bed, user: bed}}\n\
             current-context: bed\n",
            place.at(API_SERVER),
            place.file("ca.crt")
        );
        write(folder, file, &text)?;
    }
    write(folder, "tokens.csv", &tokens)
}

/// `NAME.key` and `NAME.crt`.
fn certificate(folder: &Path, name: &str, subject: &str, more: &[&str]) -> Result<(), String> {
    let (key, file) = (format!("{name}.key"), format!("{name}.crt"));
    let curve = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3"];
    openssl(folder, &[&curve[..], &["-subj", subject, "-keyout", &key, "-out", &file], more].concat())
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("openssl: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("openssl {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr))),
    }
}

fn random() -> Result<String, String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/uuid").map_err(|error| format!("a random number: {error}"))?;
    Ok(text.trim().replace('-', ""))
}

pub fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(&path, text)).map_err(|error| format!("{}: {error}", path.display()))
}
