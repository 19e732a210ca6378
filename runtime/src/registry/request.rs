//! Requests that the registry client does not know: deletions, and lists whose length it does not follow.
//!
//! What rights a request needs is the registry's to say, in its refusal of one without; it is asked once more with those.

use oci_client::secrets::RegistryAuth;
use reqwest::header::{AUTHORIZATION, LINK, WWW_AUTHENTICATE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::answer::Answer;
use super::failure::FailureKind;

#[derive(Clone, Copy)]
pub enum Request {
    Get,
    Delete,
}

pub struct Answered {
    pub body: Vec<u8>,
    /// A list goes on.
    pub more: bool,
}

pub async fn send(http: &Client, what: Request, url: &str, auth: &RegistryAuth) -> Result<Answered, Answer> {
    let request = || http.request(if matches!(what, Request::Get) { Method::GET } else { Method::DELETE }, url);
    let first = match auth {
        RegistryAuth::Bearer(token) => sent(request().bearer_auth(token)).await?,
        _ => sent(request()).await?,
    };
    let challenge = first.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).map(Challenge::parse);
    let response = match (first.status(), challenge, auth) {
        (StatusCode::UNAUTHORIZED, Some(Some(challenge)), _) => {
            let token = token(http, &challenge, auth).await?;
            sent(request().header(AUTHORIZATION, format!("Bearer {token}"))).await?
        }
        (StatusCode::UNAUTHORIZED, Some(None), RegistryAuth::Basic(user, password)) => {
            sent(request().basic_auth(user, Some(password))).await?
        }
        _ => first,
    };
    judged(response).await
}

async fn sent(request: RequestBuilder) -> Result<Response, Answer> {
    request.send().await.map_err(|error| unreachable(&error))
}

async fn judged(response: Response) -> Result<Answered, Answer> {
    let (status, more) = (response.status(), response.headers().contains_key(LINK));
    let body = response.bytes().await.map_err(|error| unreachable(&error))?.to_vec();
    let (kind, passing) = match status.as_u16() {
        200..=299 => return Ok(Answered { body, more }),
        404 => (FailureKind::NotFound, false),
        401 | 403 => (FailureKind::Unauthorized, false),
        429 => (FailureKind::RateLimited, true),
        status => (FailureKind::Unexpected, status >= 500),
    };
    let said: String = String::from_utf8_lossy(&body).split_whitespace().collect::<Vec<_>>().join(" ");
    let detail = format!("{status}: {}", said.chars().take(300).collect::<String>());
    Err(Answer { kind, detail, passing })
}

fn unreachable(error: &reqwest::Error) -> Answer {
    let mut detail = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        detail = format!("{detail}: {cause}");
        source = cause.source();
    }
    Answer { kind: FailureKind::Unreachable, detail, passing: true }
}

/// What a registry says of the tokens it takes.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    realm: String,
    service: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    /// `Bearer realm="https://…",service="…",scope="repository:a:delete"`; `None` for another kind.
    fn parse(text: &str) -> Option<Challenge> {
        let rest = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "))?;
        let value = |name: &str| {
            let (_, after) = rest.split_once(&format!("{name}=\""))?;
            Some(after.split_once('"')?.0.to_string())
        };
        Some(Challenge { realm: value("realm")?, service: value("service"), scope: value("scope") })
    }
}

async fn token(http: &Client, challenge: &Challenge, auth: &RegistryAuth) -> Result<String, Answer> {
    let mut query = Vec::new();
    query.extend(challenge.service.iter().map(|service| ("service", service)));
    query.extend(challenge.scope.iter().map(|scope| ("scope", scope)));
    let mut request = http.get(&challenge.realm).query(&query);
    if let RegistryAuth::Basic(user, password) = auth {
        request = request.basic_auth(user, Some(password));
    }
    let answered = judged(sent(request).await?).await?;
    let value: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let token = value["token"].as_str().or(value["access_token"].as_str());
    token.map(ToString::to_string).ok_or_else(|| Answer::unexpected("its token server gave no token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_says_what_is_wanted() {
        let text = r#"Bearer realm="https://auth.acme.dev/token",service="registry",scope="repository:a/b:delete""#;
        let challenge = Challenge::parse(text).unwrap();
        assert_eq!(challenge.realm, "https://auth.acme.dev/token");
        assert_eq!(challenge.scope.as_deref(), Some("repository:a/b:delete"));
        assert_eq!(Challenge::parse(r#"Basic realm="x""#), None);
    }
}
