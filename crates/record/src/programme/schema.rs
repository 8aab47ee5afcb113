//! JSON Schemas of the programme's files, for editors. They are the files in `docs/schema/programme`;
//! tests hold them against the forms, field by field and word by word.

/// One kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    pub name: &'static str,
    /// Which files it is of.
    pub files: &'static str,
    pub text: &'static str,
}

macro_rules! schemas {
    ($(($name:literal, $files:literal)),* $(,)?) => {
        /// All of them, in the order of the manual.
        pub const SCHEMAS: &[Schema] = &[$(Schema {
            name: $name,
            files: $files,
            text: include_str!(concat!("../../../../docs/schema/programme/", $name, ".json")),
        }),*];
    };
}

schemas![
    ("brand", "brand.yaml"),
    ("site", "site.yaml"),
    ("policy", "policy.yaml"),
    ("identity", "identity.yaml"),
    ("topics", "topics.yaml"),
    ("outcomes", "outcomes.yaml"),
    ("audience", "audiences/*.yaml"),
    ("journey", "journeys/*.yaml"),
    ("broadcast", "broadcasts/*.yaml"),
    ("post", "posts/*.yaml"),
    ("content", "content/*.md"),
    ("form", "forms/*.yaml"),
    ("words", "words/*.yaml"),
];
