//! Numbers for people: sizes, and counts with commas between thousands.

/// A size with one decimal and a binary unit, `98.1 MiB`; below 1024 it is exact, `512 B`.
pub(crate) fn bytes(count: u64) -> String {
    let mut tenths = u128::from(count) * 10;
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < units.len() {
        tenths /= 1024;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 {
        format!("{count} {name}")
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// A number of entries: `1 entry`, `3,955 entries`.
pub(crate) fn entries(count: u64) -> String {
    if count == 1 {
        "1 entry".to_owned()
    } else {
        format!("{} entries", grouped(count))
    }
}

/// A number with commas between thousands: `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            ["512 B", "10.0 KiB", "98.1 MiB"].map(str::to_owned),
            [512, 10_240, 102_865_306].map(bytes)
        );
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"].map(str::to_owned),
            [0, 999, 1000, 1_234_567].map(grouped)
        );
        assert_eq!(
            ["0 entries", "1 entry", "3,955 entries"].map(str::to_owned),
            [0, 1, 3955].map(entries)
        );
    }
}
