//! How a text travels: the GSM alphabet in one byte for each character, or UCS-2, and its parts. Pure.

/// The alphabet of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// The default alphabet of 3GPP TS 23.038, unpacked, as SMPP hands it over.
    Gsm7,
    Ucs2,
}

/// In the order of their codes, without the escape at 27.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Behind an escape.
const EXTENSION: [(char, u8); 10] = [
    ('\u{c}', 0x0A),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2F),
    ('[', 0x3C),
    ('~', 0x3D),
    (']', 0x3E),
    ('|', 0x40),
    ('€', 0x65),
];

const ESCAPE: u8 = 0x1B;

impl Alphabet {
    /// The smaller one that has all characters.
    pub fn of(text: &str) -> Alphabet {
        match text.chars().all(|it| septets(it).is_some()) {
            true => Alphabet::Gsm7,
            false => Alphabet::Ucs2,
        }
    }

    /// Whole.
    pub fn encoded(self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|it| self.character(it)).collect()
    }

    /// As one text message, or in as many parts as hold it with their headers. No character is cut in two.
    pub fn parts(self, text: &str) -> Vec<Vec<u8>> {
        // Septets in bytes of their own, or units of two bytes.
        let (alone, each) = match self {
            Alphabet::Gsm7 => (160, 153),
            Alphabet::Ucs2 => (140, 134),
        };
        let whole = self.encoded(text);
        if whole.len() <= alone {
            return vec![whole];
        }
        let mut parts = Vec::new();
        let mut part = Vec::new();
        for character in text.chars() {
            let bytes = self.character(character);
            if each < part.len() + bytes.len() {
                parts.push(std::mem::take(&mut part));
            }
            part.extend(bytes);
        }
        parts.push(part);
        parts
    }

    fn character(self, it: char) -> Vec<u8> {
        match self {
            Alphabet::Gsm7 => septets(it).unwrap_or_else(|| vec![b'?']),
            Alphabet::Ucs2 => {
                let mut units = [0; 2];
                it.encode_utf16(&mut units).iter().flat_map(|it| it.to_be_bytes()).collect()
            }
        }
    }
}

/// What somebody wrote, by its `data_coding`. What cannot be read is a replacement character.
pub fn decoded(bytes: &[u8], coding: u8) -> String {
    match coding {
        8 => {
            let units = bytes.chunks(2).map(|it| match it {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xFFFD,
            });
            char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect()
        }
        // ASCII and Latin-1, whose codes are those of Unicode.
        1 | 3 => bytes.iter().map(|it| char::from(*it)).collect(),
        _ => from_septets(bytes),
    }
}

fn from_septets(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut escaped = false;
    for byte in bytes {
        let of_extension = || EXTENSION.iter().find(|it| it.1 == *byte).map(|it| it.0);
        let basic = || {
            let at = usize::from(*byte);
            let at = if at < usize::from(ESCAPE) { at } else { at.checked_sub(1)? };
            BASIC.chars().nth(at)
        };
        if *byte == ESCAPE && !escaped {
            escaped = true;
            continue;
        }
        // Behind an escape, what the table lacks is read as if there were none (TS 23.038, 6.2.1).
        let found = if escaped { of_extension().or_else(basic) } else { basic() };
        text.push(found.unwrap_or('\u{fffd}'));
        escaped = false;
    }
    text
}

fn septets(it: char) -> Option<Vec<u8>> {
    if let Some(at) = BASIC.chars().position(|basic| basic == it) {
        let at = u8::try_from(at).ok()?;
        return Some(vec![if at < ESCAPE { at } else { at + 1 }]);
    }
    let code = EXTENSION.iter().find(|extension| extension.0 == it)?.1;
    Some(vec![ESCAPE, code])
}
