//! A name server for pods, which knows the hosts that the bed's git server stands for and no other.

use std::net::{Ipv4Addr, UdpSocket};

use super::place::GIT_HOSTS;

/// Answers until the process is killed.
pub fn serve(address: &str) -> Result<(), String> {
    let ip: Ipv4Addr = address.parse().map_err(|_| format!("{address} is no address"))?;
    let socket = UdpSocket::bind((address, 53)).map_err(|error| format!("{address}:53: {error}"))?;
    let mut buffer = [0; 1500];
    loop {
        let (size, from) = socket.recv_from(&mut buffer).map_err(|error| format!("a question: {error}"))?;
        if let Some(answer) = answer(&buffer[..size], ip) {
            let _ = socket.send_to(&answer, from);
        }
    }
}

/// RFC 1035, 4.1: a header of 12 bytes, then one question: labels, type, class.
fn answer(question: &[u8], ip: Ipv4Addr) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = question.get(at..at + 4)?;
    let known = GIT_HOSTS.contains(&labels.join(".").as_str());
    let found = known && kind == [0, 1, 0, 1];
    let mut reply = question.get(..2)?.to_vec();
    // A response, authoritative; with the code NXDOMAIN for names that are not known.
    reply.extend([0x85, if known { 0x80 } else { 0x83 }, 0, 1, 0, u8::from(found), 0, 0, 0, 0]);
    reply.extend(question.get(12..at + 4)?);
    if found {
        reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
        reply.extend(ip.octets());
    }
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str) -> Vec<u8> {
        let mut bytes = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            bytes.push(u8::try_from(label.len()).unwrap());
            bytes.extend(label.as_bytes());
        }
        bytes.extend([0, 0, 1, 0, 1]);
        bytes
    }

    #[test]
    fn known_names_have_the_address() {
        let ip = Ipv4Addr::new(10, 250, 128, 2);
        let reply = answer(&question("GitHub.com"), ip).unwrap();
        assert!(reply.ends_with(&[10, 250, 128, 2]) && reply[3] == 0x80 && reply[7] == 1);
        let reply = answer(&question("example.com"), ip).unwrap();
        assert_eq!((reply[3], reply[7]), (0x83, 0));
        assert_eq!(answer(&question("a")[..14], ip), None);
    }
}
