//! Whom we trust when a connection is encrypted: the roots of the system, or a file of one's own.

use model::Problem;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Where systems keep the roots they trust: Debian, Fedora, Alpine and macOS.
const ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// `table` is where `ca_file` can be set: complaints name it.
pub(crate) fn client_config(
    table: &str,
    ca_file: Option<&Path>,
) -> Result<Arc<ClientConfig>, Problem> {
    let found = ROOTS.iter().map(Path::new).find(|it| it.exists());
    let Some(path) = ca_file.or(found) else {
        let hint = format!("install the package ca-certificates, or set {table}.ca_file");
        return Err(Problem::new(format!("{table}: no trusted roots were found")).hint(hint));
    };
    let unreadable = |what: String| {
        let problem = Problem::new(format!("{table}: the trusted roots cannot be read: {what}"));
        problem.in_file(path.display().to_string())
    };
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(path).map_err(|it| unreadable(it.to_string()))?
    {
        // One old root that cannot be used is no reason to trust none.
        let certificate = certificate.map_err(|it| unreadable(it.to_string()))?;
        roots.add(certificate).unwrap_or(());
    }
    if roots.is_empty() {
        return Err(unreadable("there are none in it".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|it| Problem::new(format!("{table}: {it}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
