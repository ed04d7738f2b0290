//! Just enough of MPEG frame headers to recognise a stream, and to tell a whole one from one that was
//! cut off. Decoding is symphonia's.

/// What one frame header of MPEG audio says (ISO/IEC 11172-3 §2.4.1.3, 13818-3 §2.4.1.3).
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) bytes: usize,
    pub(crate) samples: u64,
    /// From the frame's start to a Xing or Info tag, if it is the first frame and has one.
    tag_at: usize,
}

/// Reads a layer III header at the start of `bytes`.
pub(crate) fn layer3(bytes: &[u8]) -> Option<Frame> {
    const V1: [usize; 15] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ];
    const V2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [0xFF, b1, b2, b3, ..] = *bytes else {
        return None;
    };
    if b1 & 0xE0 != 0xE0 || (b1 >> 1) & 3 != 1 {
        return None;
    }
    let divisor = match (b1 >> 3) & 3 {
        0 => 4,
        2 => 2,
        3 => 1,
        _ => return None,
    };
    let rate = [44_100, 48_000, 32_000].get(usize::from((b2 >> 2) & 3))? / divisor;
    let first = divisor == 1;
    let kbps = *if first { &V1 } else { &V2 }.get(usize::from(b2 >> 4))?;
    if kbps == 0 {
        return None;
    }
    let padding = usize::from((b2 >> 1) & 1);
    let mono = b3 >> 6 == 3;
    let (scale, samples) = if first {
        (144_000, 1152)
    } else {
        (72_000, 576)
    };
    let side = match (first, mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    Some(Frame {
        bytes: scale * kbps / rate + padding,
        samples,
        tag_at: 4 + side,
    })
}

/// Where two layer III frames follow one another: one alone is found in any noise.
pub(crate) fn find_frames(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len().saturating_sub(4)).find(|at| {
        layer3(&bytes[*at..]).is_some_and(|frame| {
            let next = at + frame.bytes;
            next == bytes.len() || bytes.get(next..).is_some_and(|rest| layer3(rest).is_some())
        })
    })
}

/// Where two ADTS frames (ISO/IEC 13818-7 §6.2) follow one another.
pub(crate) fn find_adts(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len().saturating_sub(7).min(4096)).find(|at| {
        adts_len(&bytes[*at..]).is_some_and(|len| {
            let next = at + len;
            next == bytes.len()
                || bytes
                    .get(next..)
                    .is_some_and(|rest| adts_len(rest).is_some())
        })
    })
}

fn adts_len(bytes: &[u8]) -> Option<usize> {
    let [0xFF, b1, b2, b3, b4, b5, ..] = *bytes else {
        return None;
    };
    let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
    (b1 & 0xF6 == 0xF0 && (b2 >> 2) & 15 < 13 && len >= 7).then_some(len)
}

/// Channels as an ADTS header at the start of `bytes` states them; 0 where they are coded elsewhere.
pub(crate) fn adts_channels(bytes: &[u8]) -> Option<u8> {
    let [0xFF, _, b2, b3, ..] = *bytes else {
        return None;
    };
    Some((b2 & 1) << 2 | b3 >> 6)
}

/// How many samples the first frame's Xing or Info tag promises, if there is one.
pub(crate) fn promised_samples(first: &[u8]) -> Option<u64> {
    let frame = layer3(first)?;
    let tag = first.get(frame.tag_at..frame.tag_at + 12)?;
    let has_count = matches!(&tag[..4], b"Xing" | b"Info") && tag[7] & 1 != 0;
    has_count
        .then(|| u64::from(u32::from_be_bytes([tag[8], tag[9], tag[10], tag[11]])) * frame.samples)
}

/// Whether the frames in the last bytes of a file run over its end.
pub(crate) fn is_cut_off(tail: &[u8]) -> bool {
    let end = tail.len();
    let tail = match end.checked_sub(128) {
        Some(tag) if tail[tag..].starts_with(b"TAG") => &tail[..tag],
        _ => tail,
    };
    let Some(mut at) = find_frames(tail) else {
        return false;
    };
    while let Some(frame) = layer3(&tail[at..]) {
        if at + frame.bytes > tail.len() {
            return true;
        }
        at += frame.bytes;
    }
    // A frame whose very header is cut.
    (1..4).contains(&(tail.len() - at)) && tail[at] == 0xFF
}
