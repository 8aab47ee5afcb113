//! Estimates: leverage by factorial holdout, from plain slices and mergeable sums.
