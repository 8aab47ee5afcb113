//! Narrow traits to the engines underneath, their in-memory versions and contract suites.
