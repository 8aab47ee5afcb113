//! What stands in parentheses after a function's name.

use super::Parser;
use crate::check::{self, FUNCTIONS, Operand};
use crate::counter::{CounterKind, CounterSpec};
use crate::node::{Node, Term};
use crate::print::{self, Style};
use crate::sequence::{Sequence, Step};
use crate::suggest;
use crate::token::{Kind, Place, problem};
use crate::version::Version;
use crate::{Expr, MAX_COUNTERS, MAX_FILTERS, MAX_STEPS};
use model::{Channel, Problem, Span};

/// What a filter may call: what reads one event and nothing else.
const FILTER_FUNCTIONS: [&str; 5] = ["property", "exists", "length", "lower", "version"];

/// What follows the name of an event in a sequence.
struct Happening {
    spec: CounterSpec,
    within: Option<Span>,
}

impl Parser {
    pub(super) fn call(&mut self, function: &str, place: Place) -> Result<Operand, Problem> {
        if !FUNCTIONS.contains(&function) {
            return Err(problem(place, format!("there is no function `{function}`"))
                .hint(suggest::hint(function, FUNCTIONS)));
        }
        if self.style == Style::Filter && !FILTER_FUNCTIONS.contains(&function) {
            return Err(problem(place, format!("`{function}` cannot be used inside `where`"))
                .hint("a filter reads only properties of the event, as it arrives"));
        }
        self.expect("(")?;
        let operand = match function {
            "trait" => Operand::Term(Term::Trait(self.text("the name of a trait")?)),
            "property" => Operand::Term(Term::Property(self.text("the name of a property")?)),
            "audience" => Operand::Condition(Node::Audience(self.text("the name of an audience")?)),
            "list" => Operand::Condition(Node::List(self.text("the name of a list")?)),
            "consent" => self.consent()?,
            "sequence" => Operand::Condition(Node::Sequence(self.sequence()?)),
            "version" => Operand::Term(Term::Version(self.version()?)),
            "exists" | "length" | "lower" => {
                let inner_place = self.place();
                let inner = check::stored(self.operand()?, inner_place, function)?;
                match function {
                    "length" => Operand::Term(Term::Length(Box::new(inner))),
                    "lower" => Operand::Term(Term::Lower(Box::new(inner))),
                    _ => Operand::Condition(Node::Exists(inner)),
                }
            }
            "anniversary" => {
                let inner_place = self.place();
                let inner = self.operand()?;
                Operand::Anniversary(check::time(inner, inner_place, "anniversary")?)
            }
            _ => self.counter(function, place)?,
        };
        self.expect(")")?;
        Ok(operand)
    }

    fn version(&mut self) -> Result<Version, Problem> {
        let place = self.place();
        let text = self.text("a version")?;
        Version::read(&text).ok_or_else(|| {
            problem(place, format!("`{text}` is no version"))
                .hint("write it like \"2.10.0\", \"2.10\" or \"3.0.0-beta.1\"")
        })
    }

    fn consent(&mut self) -> Result<Operand, Problem> {
        let place = self.place();
        let name = self.text("a channel")?;
        let channel = Channel::from_name(&name).ok_or_else(|| {
            problem(place, format!("there is no channel `{name}`"))
                .hint(suggest::hint(&name, Channel::ALL.map(Channel::name)))
        })?;
        self.expect(",")?;
        let topic = self.text("a topic")?;
        Ok(Operand::Condition(Node::Consent { channel, topic }))
    }

    fn counter(&mut self, function: &str, place: Place) -> Result<Operand, Problem> {
        self.one_more_counter(place)?;
        let event = self.text("the name of an event")?;
        let property = match function {
            "sum" => {
                self.expect(",")?;
                Some(self.property_name()?)
            }
            _ => None,
        };
        let window_place = self.place();
        let mut window = None;
        if self.take(",") && self.kind() != &Kind::Word("where".to_owned()) {
            if !self.take_word("last") {
                return Err(problem(self.place(), "expected a window or `where`")
                    .hint("a window is written `last 30d`"));
            }
            window = Some(self.span()?);
        }
        let filter = self.filter()?;
        let counter =
            |kind| Term::Counter(CounterSpec::new(event.clone(), filter.clone(), window, kind));
        if window.is_some() && matches!(function, "first" | "last") {
            return Err(problem(window_place, format!("`{function}` has no window"))
                .hint(format!("compare it: `{function}({}) < 30d ago`", print::quoted(&event))));
        }
        match (function, property) {
            ("did", _) => {
                let kind = window.map_or(CounterKind::Count, |_| CounterKind::AtLeast(1));
                let spec = CounterSpec::new(event, filter, window, kind);
                Ok(Operand::Condition(Node::Did(spec)))
            }
            ("sum", Some(property)) => {
                Ok(Operand::Term(counter(CounterKind::Sum { property, currency: None })))
            }
            ("first", _) => Ok(Operand::Term(counter(CounterKind::First))),
            ("last", _) => Ok(Operand::Term(counter(CounterKind::Last))),
            _ => Ok(Operand::Term(counter(CounterKind::Count))),
        }
    }

    /// `"A", then "B" within 2d where …, then not "C" within 1d, without "D", last 30d`.
    fn sequence(&mut self) -> Result<Sequence, Problem> {
        let first = self.happening(false)?;
        let mut found = Sequence {
            steps: vec![Step { event: first.spec, within: None }],
            absent: None,
            without: None,
            window: None,
        };
        while self.take(",") {
            let place = self.place();
            let ended = found.without.is_some() || found.window.is_some();
            if self.take_word("then") {
                if ended || found.absent.is_some() {
                    return Err(problem(place, "no step can follow here").hint(
                        "steps come first, `then not` last of them; after them `without` and the \
                         window",
                    ));
                }
                self.step(place, &mut found)?;
            } else if self.take_word("without") {
                if ended {
                    return Err(problem(place, "`without` stands once, before the window"));
                }
                found.without = Some(self.happening(false)?.spec);
            } else if self.take_word("last") {
                if found.window.is_some() {
                    return Err(problem(place, "there is a window already"));
                }
                found.window = Some(self.span()?);
            } else {
                return Err(problem(place, "expected `then`, `without` or a window").hint(
                    "for example `sequence(\"A\", then \"B\" within 2d, without \"C\", last 30d)`",
                ));
            }
        }
        if found.steps.len() + usize::from(found.absent.is_some()) < 2 {
            return Err(problem(self.place(), "a sequence has at least two steps")
                .hint("for example `sequence(\"A\", then \"B\" within 2d)`"));
        }
        Ok(found)
    }

    /// What follows `then`.
    fn step(&mut self, place: Place, found: &mut Sequence) -> Result<(), Problem> {
        if MAX_STEPS <= found.steps.len() {
            return Err(problem(place, format!("more than {MAX_STEPS} steps in a sequence"))
                .hint("leave out the steps that decide the least"));
        }
        if !self.take_word("not") {
            let Happening { spec, within } = self.happening(true)?;
            found.steps.push(Step { event: spec, within });
            return Ok(());
        }
        let place = self.place();
        let Happening { spec, within } = self.happening(true)?;
        let Some(span) = within else {
            let event = print::quoted(&spec.event);
            return Err(problem(place, "`then not` needs to know for how long")
                .hint(format!("write `then not {event} within 2d`")));
        };
        found.absent = Some((spec, span));
        Ok(())
    }

    /// The name of an event, with its time and its filter.
    fn happening(&mut self, timed: bool) -> Result<Happening, Problem> {
        let place = self.place();
        self.one_more_counter(place)?;
        let event = self.text("the name of an event")?;
        let within_place = self.place();
        let mut within = None;
        if self.take_word("within") {
            if !timed {
                return Err(problem(within_place, "only a step after `then` has a `within`")
                    .hint("it says how long after the step before it"));
            }
            within = Some(self.span()?);
        }
        let filter = self.filter()?;
        if self.kind() == &Kind::Word("within".to_owned()) {
            return Err(problem(self.place(), "`within` cannot stand here")
                .hint("it stands before `where`: `then \"B\" within 2d where …`"));
        }
        Ok(Happening { spec: CounterSpec::times(event, filter), within })
    }

    fn one_more_counter(&mut self, place: Place) -> Result<(), Problem> {
        self.counters += 1;
        if self.counters <= MAX_COUNTERS {
            return Ok(());
        }
        Err(problem(place, format!("more than {MAX_COUNTERS} counts in one condition"))
            .hint("make audiences of its parts and refer to them with audience(\"…\")"))
    }

    fn filter(&mut self) -> Result<Option<Box<Expr>>, Problem> {
        let place = self.place();
        if !self.take_word("where") {
            return Ok(None);
        }
        self.filters += 1;
        if MAX_FILTERS < self.filters {
            return Err(problem(
                place,
                format!("more than {MAX_FILTERS} `where` in one condition"),
            )
            .hint("make audiences of its parts and refer to them with audience(\"…\")"));
        }
        self.style = Style::Filter;
        let node = self.deeper(Parser::condition)?;
        self.style = Style::Condition;
        Ok(Some(Box::new(Expr { text: print::node(&node, Style::Filter), node })))
    }

    /// `revenue`, `"revenue"` or `property("revenue")`.
    fn property_name(&mut self) -> Result<String, Problem> {
        let place = self.place();
        match self.kind().clone() {
            Kind::Text(_) => self.text("the name of a property"),
            Kind::Word(word)
                if word == "property" && self.tokens[self.next + 1].kind == Kind::Symbol("(") =>
            {
                self.next += 1;
                self.expect("(")?;
                let name = self.text("the name of a property")?;
                self.expect(")")?;
                Ok(name)
            }
            Kind::Word(word) if !print::KEYWORDS.contains(&word.as_str()) => {
                self.next += 1;
                Ok(word)
            }
            _ => Err(problem(place, "expected the property to add up")
                .hint("for example `sum(\"Order Completed\", revenue, last 30d)`")),
        }
    }
}
