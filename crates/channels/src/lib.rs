//! One module per provider: configuration, pure request and callback, client.
