//! Signal files made for a test, and bigWigs read by bigtools itself.

use std::{fmt::Write as _, fs, path::Path};

use bigtools::BigWigRead;

/// A value at every base of `start..end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    pub start: u32,
    pub end: u32,
    pub value: f32,
}

impl Item {
    pub fn new(start: u32, end: u32, value: f32) -> Self {
        Self { start, end, value }
    }
}

/// The items of one chromosome; none when the file lacks it.
pub fn bigwig_items(path: &Path, chromosome: &str) -> Vec<Item> {
    let mut bigwig = BigWigRead::open_file(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let Some(length) = bigwig.chroms().iter().find(|c| c.name == chromosome).map(|c| c.length) else {
        return Vec::new();
    };
    let items = bigwig.get_interval(chromosome, 0, length).unwrap();
    items.map(|item| item.unwrap()).map(|item| Item::new(item.start, item.end, item.value)).collect()
}

/// The values of the 50 bp bins `first..last` to the bit; `None` where the file has none.
pub fn bigwig_values(path: &Path, chromosome: &str, first: u32, last: u32) -> Vec<Option<u32>> {
    let mut values = vec![None; (last - first) as usize];
    for item in bigwig_items(path, chromosome) {
        let (start, end) = ((item.start / 50).max(first), item.end.div_ceil(50).min(last));
        if start < end {
            values[(start - first) as usize..(end - first) as usize].fill(Some(item.value.to_bits()));
        }
    }
    values
}

/// A bedGraph of one chromosome.
pub fn write_bedgraph(path: &Path, chromosome: &str, items: &[Item]) {
    let mut text = String::new();
    for item in items {
        writeln!(text, "{chromosome}\t{}\t{}\t{}", item.start, item.end, item.value).unwrap();
    }
    fs::write(path, text).unwrap();
}

/// A bigWig as the format describes it, uncompressed and without zoom levels: it holds whatever a test wants, even what our own
/// writer would refuse. Chromosomes in the order of their names.
pub fn write_bigwig(path: &Path, chromosomes: &[(&str, u32, &[Item])]) {
    const ITEMS_PER_SECTION: usize = 1_024;
    const HEADER: u64 = 64;
    const SUMMARY: u64 = 40;
    let mut tree = Bytes::default();
    let key = chromosomes.iter().map(|(name, ..)| name.len()).max().unwrap_or(1);
    tree.u32(&[0x78CA_8C91, chromosomes.len().max(1) as u32, key as u32, 8]).u64(&[chromosomes.len() as u64, 0]);
    tree.u8(&[1, 0]).u16(&[chromosomes.len() as u16]);
    for (id, (name, length, _)) in chromosomes.iter().enumerate() {
        let mut padded = name.as_bytes().to_vec();
        padded.resize(key, 0);
        tree.u8(&padded).u32(&[id as u32, *length]);
    }
    let data_offset = HEADER + SUMMARY + tree.0.len() as u64;

    let (mut data, mut leaves, mut sections) = (Bytes::default(), Bytes::default(), 0_u32);
    for (id, (_, _, items)) in chromosomes.iter().enumerate() {
        for section in items.chunks(ITEMS_PER_SECTION) {
            let id = id as u32;
            let start = section.iter().map(|item| item.start).min().unwrap();
            let end = section.iter().map(|item| item.end).max().unwrap();
            let at = data_offset + 4 + data.0.len() as u64;
            data.u32(&[id, start, end, 0, 0]).u8(&[1, 0]).u16(&[section.len() as u16]);
            for item in section {
                data.u32(&[item.start, item.end, item.value.to_bits()]);
            }
            leaves.u32(&[id, start, id, end]).u64(&[at, data_offset + 4 + data.0.len() as u64 - at]);
            sections += 1;
        }
    }
    let index_offset = data_offset + 4 + data.0.len() as u64;
    let mut index = Bytes::default();
    let longest = chromosomes.iter().map(|(_, length, _)| *length).max().unwrap_or(0);
    index.u32(&[0x2468_ACE0, sections.max(1)]).u64(&[sections.into()]);
    index.u32(&[0, 0, chromosomes.len().saturating_sub(1) as u32, longest]).u64(&[index_offset]);
    index.u32(&[ITEMS_PER_SECTION as u32, 0]).u8(&[1, 0]).u16(&[u16::try_from(sections).expect("one leaf")]);

    let mut file = Bytes::default();
    file.u32(&[0x888F_FC26]).u16(&[4, 0]).u64(&[HEADER + SUMMARY, data_offset, index_offset]).u16(&[0, 0]);
    file.u64(&[0, HEADER]).u32(&[0]).u64(&[0]);
    assert_eq!(file.0.len() as u64, HEADER);
    let values = chromosomes.iter().flat_map(|(_, _, items)| items.iter());
    let bases: u64 = values.clone().map(|item| u64::from(item.end - item.start)).sum();
    let sum: f64 = values.map(|item| f64::from(item.value) * f64::from(item.end - item.start)).sum();
    file.u64(&[bases, 0, 0, sum.to_bits(), 0]);
    let parts = [&file.0[..], &tree.0, &sections.to_le_bytes(), &data.0, &index.0, &leaves.0];
    fs::write(path, parts.concat()).unwrap();
}

/// Little-endian numbers, one after the other.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u8(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, numbers: &[u16]) -> &mut Self {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }

    fn u32(&mut self, numbers: &[u32]) -> &mut Self {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }

    fn u64(&mut self, numbers: &[u64]) -> &mut Self {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }
}
