//! The closed lists: why an event was rejected, and what became of a message and why.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $code)] #[doc = $text] $variant,)*
        }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable code used in answers, metrics and stored rows.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }

            /// A sentence that a marketer and a recipient both understand.
            pub fn text(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

closed_list! {
    /// Why an event was not taken.
    Rejection {
        BodyTooLarge = "body_too_large", "the request is larger than this server reads";
        BadEncoding = "bad_encoding", "the compressed body is broken or unpacks to more than this server reads";
        BadUtf8 = "bad_utf8", "the body is not UTF-8 text";
        BadJson = "bad_json", "the body is not JSON";
        TooDeep = "too_deep", "the JSON is nested too deeply";
        NotABatch = "not_a_batch", "the body has no list `batch`";
        TooManyEvents = "too_many_events", "the batch holds more events than one request may";
        NotAnObject = "not_an_object", "the event is not a JSON object";
        EventTooLarge = "event_too_large", "the event is larger than one event may be";
        BadType = "bad_type", "the event's `type` is missing or unknown";
        NoName = "no_name", "a track call needs the name of its `event`";
        NoIdentity = "no_identity", "the event has neither `userId` nor `anonymousId`";
        BadField = "bad_field", "a field has the wrong type";
        BadTime = "bad_time", "the timestamp cannot be read";
        NameTooLong = "name_too_long", "a name or id is longer than one may be";
        BlockedIdentity = "blocked_identity", "all ids of the event are placeholders such as \"null\"";
        BadWriteKey = "bad_write_key", "the write key is missing or unknown";
        NoConversion = "no_conversion", "the row could not be turned into an event";
    }
}

closed_list! {
    /// What became of a message, and why. Each entry of a message's trail carries one.
    Reason {
        Created = "created", "a journey, a broadcast or a program asked for this message";
        Planned = "planned", "the message got a channel and a time";
        Chosen = "chosen", "channel and hour were drawn by lot, and what suits you best was the likeliest";
        Deferred = "deferred", "the message waits for a later time";
        Moved = "moved", "another channel was taken";
        Retry = "retry", "the provider asked to try again later";
        Sent = "sent", "the provider took the message";
        Confirmed = "confirmed", "the provider confirmed the message later";
        Unreachable = "unreachable", "there is no address for any of its channels";
        Bounced = "bounced", "the address does not take mail any more";
        Complained = "complained", "the person reported a message as unwanted";
        Blocked = "blocked", "the address is on the block list";
        Erased = "erased", "the person asked to be forgotten";
        NoConsent = "no_consent", "the person has not said yes to this";
        Unconfirmed = "unconfirmed", "the person has not confirmed the address yet";
        Withdrawn = "withdrawn", "the person said no to this";
        ChannelOff = "channel_off", "the person does not want this channel";
        TopicOff = "topic_off", "the person does not want this topic";
        Paused = "paused", "the person asked for a pause";
        PersonLimit = "person_limit", "the person's own limit is reached";
        Cap = "cap", "the sender's limit is reached";
        QuietHours = "quiet_hours", "it is night where the person lives";
        Outranked = "outranked", "a more valuable message took the place";
        NotWorthIt = "not_worth_it", "the message was expected to do more harm than good";
        Digested = "digested", "the message was merged into another";
        Late = "late", "the message expired before it could be sent";
        Exited = "exited", "the journey ended before the message was sent";
        Cancelled = "cancelled", "the campaign was cancelled";
        HeldOut = "held_out", "withheld at random, so that the channel's effect can be measured";
        RenderFailed = "render_failed", "the content could not be rendered for this person";
        Refused = "refused", "the provider refused the message";
        GaveUp = "gave_up", "the provider kept asking to try later, until the last try";
        AnswerLost = "answer_lost", "the connection ended after the message was handed over";
        FoundInFlight = "found_in_flight", "the program stopped while the message was on the wire";
        Restored = "restored", "due between a backup and its restore; it may have been sent";
        NoProvider = "no_provider", "no provider is configured for the channel";
        MergedAway = "merged_away", "the same message exists for the person's merged profile";
    }
}
