//! HTTP API, sign-in, public pages, the embedded web app.
