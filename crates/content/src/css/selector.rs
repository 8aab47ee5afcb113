//! Which elements a rule is for: CSS 2.2, chapter 5, without pseudo-classes, which depend on what a
//! reader does.

use crate::html::Tag;
use simplecss::{AttributeOperator, SelectorToken, SelectorTokenizer};

/// Compounds of one selector; what was found is kept in the bits of a `u32`.
const COMPOUNDS_MAX: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    compounds: Vec<Compound>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Compound {
    /// What binds it to the one before it.
    combinator: Combinator,
    tests: Vec<Test>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combinator {
    /// It is the first one.
    None,
    Descendant,
    Child,
    Adjacent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Type(String),
    Id(String),
    Class(String),
    Has(String),
    Equals(String, String),
    /// One of its words.
    Word(String, String),
    /// The value, or the value and a dash.
    Dash(String, String),
}

/// What selectors have found at an element: for each of them, the compounds that fit, as bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    /// At this element.
    here: Vec<u32>,
    /// At it or at one that it stands in.
    above: Vec<u32>,
    /// At the child that was looked at last.
    before: Vec<u32>,
}

impl Hits {
    /// Above the root, where nothing fits.
    pub fn none(selectors: usize) -> Hits {
        Hits { here: vec![0; selectors], above: vec![0; selectors], before: vec![0; selectors] }
    }

    /// Goes on to a child. Each element is looked at once for each compound, however deep it lies.
    pub fn child<'a>(&mut self, tag: &Tag, selectors: impl Iterator<Item = &'a Selector>) -> Hits {
        let mut child = Hits::none(self.here.len());
        for (n, selector) in selectors.enumerate() {
            let found = selector.compounds_at(tag, self.here[n], self.above[n], self.before[n]);
            child.here[n] = found;
            child.above[n] = found | self.above[n];
        }
        self.before.clone_from(&child.here);
        child
    }

    /// Whether the selector with that number is for this element.
    pub fn has(&self, n: usize, selector: &Selector) -> bool {
        let last = selector.compounds.len().saturating_sub(1);
        self.here.get(n).is_some_and(|it| it >> last & 1 == 1)
    }
}

impl Selector {
    /// None where it has what cannot be decided by looking at the elements.
    pub fn read(text: &str) -> Option<Selector> {
        // The tokenizer would end there without a word.
        if super::find(text, 0, b"/{},\\").is_some() {
            return None;
        }
        let mut compounds = Vec::new();
        let mut combinator = Some(Combinator::None);
        for token in SelectorTokenizer::from(text) {
            let test = match token.ok()? {
                SelectorToken::DescendantCombinator => {
                    combinator = Some(Combinator::Descendant);
                    continue;
                }
                SelectorToken::ChildCombinator => {
                    combinator = Some(Combinator::Child);
                    continue;
                }
                SelectorToken::AdjacentCombinator => {
                    combinator = Some(Combinator::Adjacent);
                    continue;
                }
                SelectorToken::UniversalSelector => None,
                SelectorToken::TypeSelector(name) => Some(Test::Type(name.to_ascii_lowercase())),
                SelectorToken::IdSelector(id) => Some(Test::Id(id.to_owned())),
                SelectorToken::ClassSelector(name) => Some(Test::Class(name.to_owned())),
                SelectorToken::AttributeSelector(name, operator) => {
                    Some(of_attribute(&name.to_ascii_lowercase(), operator))
                }
                SelectorToken::PseudoClass(_) | SelectorToken::LangPseudoClass(_) => return None,
            };
            if let Some(combinator) = combinator.take() {
                compounds.push(Compound { combinator, tests: Vec::new() });
            }
            compounds.last_mut()?.tests.extend(test);
        }
        let bound = compounds.iter().skip(1).all(|it| it.combinator != Combinator::None);
        let is_whole = combinator.is_none() && bound && !compounds.is_empty();
        (is_whole && compounds.len() <= COMPOUNDS_MAX).then_some(Selector { compounds })
    }

    /// Ids, then classes and attributes, then types (CSS 2.2, 6.4.3).
    pub fn specificity(&self) -> (usize, usize, usize) {
        let mut of = (0, 0, 0);
        for test in self.compounds.iter().flat_map(|it| &it.tests) {
            match test {
                Test::Id(_) => of.0 += 1,
                Test::Class(_)
                | Test::Has(_)
                | Test::Equals(..)
                | Test::Word(..)
                | Test::Dash(..) => of.1 += 1,
                Test::Type(_) => of.2 += 1,
            }
        }
        of
    }

    fn compounds_at(&self, tag: &Tag, parent: u32, above: u32, before: u32) -> u32 {
        let mut found = 0;
        for (n, compound) in self.compounds.iter().enumerate() {
            let reached = match (compound.combinator, n.checked_sub(1)) {
                (Combinator::None, _) | (_, None) => true,
                (Combinator::Descendant, Some(last)) => above >> last & 1 == 1,
                (Combinator::Child, Some(last)) => parent >> last & 1 == 1,
                (Combinator::Adjacent, Some(last)) => before >> last & 1 == 1,
            };
            if reached && compound.tests.iter().all(|it| it.fits(tag)) {
                found |= 1 << n;
            }
        }
        found
    }
}

impl Test {
    fn fits(&self, tag: &Tag) -> bool {
        let value = |name: &str| tag.attribute(name).map(|it| it.value);
        let has_word = |name: &str, word: &str| {
            value(name).is_some_and(|it| it.split_ascii_whitespace().any(|it| it == word))
        };
        match self {
            Test::Type(name) => tag.name == *name,
            Test::Id(id) => value("id") == Some(id),
            Test::Class(name) => has_word("class", name),
            Test::Has(name) => value(name).is_some(),
            Test::Equals(name, wanted) => value(name) == Some(wanted),
            Test::Word(name, word) => has_word(name, word),
            Test::Dash(name, wanted) => value(name)
                .and_then(|it| it.strip_prefix(wanted.as_str()))
                .is_some_and(|it| it.is_empty() || it.starts_with('-')),
        }
    }
}

fn of_attribute(name: &str, operator: AttributeOperator) -> Test {
    let name = name.to_owned();
    match operator {
        AttributeOperator::Exists => Test::Has(name),
        AttributeOperator::Matches(it) => Test::Equals(name, it.to_owned()),
        AttributeOperator::Contains(it) => Test::Word(name, it.to_owned()),
        AttributeOperator::StartsWith(it) => Test::Dash(name, it.to_owned()),
    }
}
