//! A message as the commands that hand it over. Pure.

use super::alphabet::Alphabet;
use super::config::{LongMessages, Sender, SmppConfig};
use crate::twilio::request::{is_phone, text};
use model::{IdentifierKind, Reply};
use port::{Envelope, Payload};
use rusmpp_core::pdus::owned::{BindTransceiver, SubmitSm};
use rusmpp_core::tlvs::owned::MessageSubmissionRequestTlvValue;
use rusmpp_core::types::owned::{AnyOctetString, COctetString, OctetString};
use rusmpp_core::values::owned::MessagePayload;
use rusmpp_core::values::{DataCoding, EsmClass, InterfaceVersion, Npi, RegisteredDelivery, Ton};

/// No telephone joins more: the header counts them in one byte (3GPP TS 23.040).
const PARTS_MAX: usize = 255;

/// Begins a header by which telephones join parts, with a reference of one byte.
const JOINED: [u8; 3] = [5, 0, 3];

/// In `esm_class`: the text begins with such a header.
const WITH_HEADER: u8 = 0x40;

/// The commands, or the reply if there can be none.
pub fn submits(envelope: &Envelope, config: &SmppConfig) -> Result<Vec<SubmitSm>, Reply> {
    let refuse = |detail: &str, dead| Reply::Refused { detail: detail.to_owned(), dead };
    let Payload::Short { body, url, .. } = &envelope.payload else {
        return Err(refuse("not a short message", false));
    };
    if envelope.to.kind != IdentifierKind::Phone || !is_phone(&envelope.to.value) {
        return Err(refuse("the recipient is not a number with its country, such as +31…", true));
    }
    let text = text(body, url.as_deref());
    let alphabet = Alphabet::of(&text);
    let mut parts = alphabet.parts(&text);
    let empty = || submit(envelope, config, alphabet);
    let strange = || refuse("the message cannot be written down in this protocol", false);
    if config.long == LongMessages::Payload && 1 < parts.len() {
        let whole = AnyOctetString::from_vec(alphabet.encoded(&text));
        let mut submit = empty().ok_or_else(strange)?;
        submit
            .push_tlv(MessageSubmissionRequestTlvValue::MessagePayload(MessagePayload::new(whole)));
        submit.registered_delivery = RegisteredDelivery::from(1);
        return Ok(vec![submit]);
    }
    let count = parts.len();
    if PARTS_MAX < count {
        return Err(refuse("the text is longer than telephones join", false));
    }
    let is_joined = 1 < count;
    if is_joined {
        // Parts of one message share it; those of the messages before it have another.
        let reference = envelope.message.0.to_be_bytes()[7];
        for (n, part) in parts.iter_mut().enumerate() {
            let header = [reference, count as u8, n as u8 + 1];
            part.splice(..0, JOINED.into_iter().chain(header));
        }
    }
    let one = |(n, part): (usize, Vec<u8>)| {
        let mut submit = empty()?;
        submit.set_short_message(OctetString::from_vec(part).ok()?);
        if is_joined {
            submit.esm_class = EsmClass::from(WITH_HEADER);
        }
        // The last part tells of all: its receipt is asked for, and its id is kept.
        submit.registered_delivery = RegisteredDelivery::from(u8::from(n + 1 == count));
        Some(submit)
    };
    parts.into_iter().enumerate().map(one).collect::<Option<Vec<_>>>().ok_or_else(strange)
}

fn submit(envelope: &Envelope, config: &SmppConfig, alphabet: Alphabet) -> Option<SubmitSm> {
    let (source_addr_ton, source_addr_npi, from) = match Sender::of(&config.from)? {
        Sender::Number(it) => (Ton::International, Npi::Isdn, it),
        Sender::ShortCode(it) => (Ton::Unknown, Npi::Unknown, it),
        Sender::Name(it) => (Ton::Alphanumeric, Npi::Unknown, it),
    };
    let to = envelope.to.value.trim_start_matches('+').to_owned();
    let coding = match alphabet {
        Alphabet::Gsm7 => DataCoding::McSpecific,
        Alphabet::Ucs2 => DataCoding::Ucs2,
    };
    let submit = SubmitSm::builder()
        .source_addr_ton(source_addr_ton)
        .source_addr_npi(source_addr_npi)
        .source_addr(COctetString::from_string(from).ok()?)
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(COctetString::from_string(to).ok()?)
        // Not the crate's default, which has a bit of ANSI-41.
        .esm_class(EsmClass::from(0))
        .data_coding(coding);
    Some(submit.build())
}

/// What we sign in with.
pub fn bind(config: &SmppConfig, password: &str) -> Option<BindTransceiver> {
    let bind = BindTransceiver::builder()
        .system_id(COctetString::from_string(config.system_id.clone()).ok()?)
        .password(COctetString::from_string(password.to_owned()).ok()?)
        .system_type(COctetString::from_string(config.system_type.clone()).ok()?)
        .interface_version(InterfaceVersion::Smpp3_4);
    Some(bind.build())
}
