//! One message on its way: send, wait, retry, stop.
