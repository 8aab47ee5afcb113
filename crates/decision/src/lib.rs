//! Who gets what, where and when, or nothing: consent, caps, quiet hours, holdouts, arbitration.
