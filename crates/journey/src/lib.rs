//! A person's place in a journey: (state, input, now) to (state, commands).
