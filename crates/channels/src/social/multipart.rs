//! A form with a file in it, `multipart/form-data` (RFC 7578).

use ring::digest;

pub struct Multipart {
    boundary: String,
    body: Vec<u8>,
}

impl Multipart {
    /// The file first; its hash makes a boundary that is not in it.
    pub fn file(field: &str, name: &str, kind: &str, bytes: &[u8]) -> Multipart {
        let hash = digest::digest(&digest::SHA256, bytes);
        let boundary: String = hash.as_ref().iter().map(|it| format!("{it:02x}")).collect();
        let mut form = Multipart { boundary, body: Vec::with_capacity(bytes.len() + 1_024) };
        form.begin(&format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}"));
        form.body.extend_from_slice(bytes);
        form.body.extend_from_slice(b"\r\n");
        form
    }

    pub fn text(mut self, field: &str, value: &str) -> Multipart {
        self.begin(&format!("name=\"{field}\"\r\nContent-Type: text/plain; charset=utf-8"));
        self.body.extend_from_slice(value.as_bytes());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The content type, and the body.
    pub fn end(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }

    fn begin(&mut self, head: &str) {
        let head = format!("--{}\r\nContent-Disposition: form-data; {head}\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
    }
}
