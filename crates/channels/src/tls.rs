//! Whom we trust when a connection is encrypted: the roots of the system, or a file of one's own.

use model::Problem;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Where systems keep the roots they trust: Debian, Fedora, Alpine and macOS.
const ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// `table` is where `ca_file` can be set: complaints name it.
pub(crate) fn client_config(
    table: &str,
    ca_file: Option<&Path>,
) -> Result<Arc<ClientConfig>, Problem> {
    let mut trusted = RootCertStore::empty();
    // One old root that cannot be used is no reason to trust none.
    let (added, _) = trusted.add_parsable_certificates(roots(table, ca_file)?);
    if added == 0 {
        return Err(Problem::new(format!("{table}: none of the trusted roots can be used")));
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|it| Problem::new(format!("{table}: {it}")))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// At least one.
pub(crate) fn roots(
    table: &str,
    ca_file: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, Problem> {
    // As other programs read it.
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let of_system = || ROOTS.iter().map(PathBuf::from).find(|it| it.exists());
    let Some(path) = ca_file.map(Path::to_owned).or(named).or_else(of_system) else {
        let hint = "install the package ca-certificates, or name a file of roots in SSL_CERT_FILE";
        return Err(Problem::new(format!("{table}: no trusted roots were found")).hint(hint));
    };
    let unreadable = |what: String| {
        let problem = Problem::new(format!("{table}: the trusted roots cannot be read: {what}"));
        problem.in_file(path.display().to_string())
    };
    let read = CertificateDer::pem_file_iter(&path).map_err(|it| unreadable(it.to_string()))?;
    let roots: Vec<_> = read.collect::<Result<_, _>>().map_err(|it| unreadable(it.to_string()))?;
    match roots.is_empty() {
        false => Ok(roots),
        true => Err(unreadable("there are none in it".to_owned())),
    }
}

/// What all encryption here computes with.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// What ureq needs to know of the same.
pub fn agent_tls(table: &str, ca_file: Option<&Path>) -> Result<TlsConfig, Problem> {
    let trusted = roots(table, ca_file)?;
    let trusted: Vec<_> = trusted.iter().map(|it| Certificate::from_der(it).to_owned()).collect();
    let config = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(trusted)))
        .unversioned_rustls_crypto_provider(provider());
    Ok(config.build())
}

#[cfg(test)]
pub mod testing {
    //! A server on this machine that encrypts.

    use super::provider;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::thread;

    pub type Tls = StreamOwned<ServerConnection, TcpStream>;

    pub struct Encrypted {
        pub address: SocketAddr,
    }

    impl Encrypted {
        /// Talks with the first that connects.
        pub fn start(talk: impl FnOnce(&mut Tls) + Send + 'static) -> Encrypted {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let address = listener.local_addr().expect("an address");
            thread::spawn(move || {
                let (stream, _) = listener.accept().expect("a client");
                talk(&mut encrypt(stream));
            });
            Encrypted { address }
        }
    }

    /// As the server whose certificate is among the fixtures.
    pub fn encrypt(stream: TcpStream) -> Tls {
        let certificate = CertificateDer::from_pem_file(fixture("leaf.pem")).expect("certificate");
        let key = PrivateKeyDer::from_pem_file(fixture("leaf.key")).expect("a key");
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair");
        StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a server"), stream)
    }

    pub fn fixture(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/tls").join(name)
    }
}
