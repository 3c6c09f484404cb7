import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A cell: a text, a number, or a day as Excel keeps it. */
export type Cell = string | number | { day: string };

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

/** An Excel workbook with these sheets, as small as the format allows. */
export function workbook(sheets: Record<string, Cell[][]>): Buffer {
  const names = Object.keys(sheets);
  const relation = (id: number, type: string, target: string) =>
    `<Relationship Id="r${id}" Type="${DOCUMENT}/${type}" Target="${target}"/>`;
  const relations = (lines: string[]) => `<Relationships xmlns="${PACKAGE}/relationships">${lines.join('')}</Relationships>`;
  const list = names.map((name, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="r${at + 1}"/>`);
  const parts: Record<string, string> = {
    '_rels/.rels': relations([relation(1, 'officeDocument', 'xl/workbook.xml')]),
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${DOCUMENT}"><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...names.map((_, at) => relation(at + 1, 'worksheet', `worksheets/sheet${at + 1}.xml`)),
      relation(names.length + 1, 'styles', 'styles.xml'),
    ]),
    // The second format is the one for days.
    'xl/styles.xml': `<styleSheet ${MAIN}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
  };
  names.forEach((name, at) => {
    const lines = sheets[name].map((cells) => `<row>${cells.map(cellXml).join('')}</row>`);
    parts[`xl/worksheets/sheet${at + 1}.xml`] = `<worksheet ${MAIN}><sheetData>${lines.join('')}</sheetData></worksheet>`;
  });
  return zip(parts);
}

/** The cells of a workbook's first sheet as texts, in the way our own exports are written. */
export function cellsOf(file: Buffer): string[][] {
  const xml = unzip(file, 'xl/worksheets/sheet1.xml');
  return [...xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const cells: string[] = [];
    for (const [, place, rest, text] of row.matchAll(/<c r="([A-Z]+)\d+"([^>]*)>(.*?)<\/c>/gs)) {
      const column = [...place].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      const value = text.match(/<(?:t|v)[^>]*>(.*?)<\/(?:t|v)>/s)?.[1] ?? '';
      while (cells.length < column) cells.push('');
      cells[column] = rest.includes('t="inlineStr"') ? plain(value) : dayOf(Number(value));
    }
    return cells;
  });
}

function cellXml(cell: Cell): string {
  if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
  if (typeof cell === 'string') return `<c t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
  return `<c s="1"><v>${(Date.parse(cell.day) - FIRST_DAY) / DAY}</v></c>`;
}

const FIRST_DAY = Date.UTC(1899, 11, 30);
const DAY = 86_400_000;

function dayOf(serial: number): string {
  return new Date(FIRST_DAY + serial * DAY).toISOString().slice(0, 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function zip(parts: Record<string, string>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), packed);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, place, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(parts).length, 8);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, directory, end]);
}

/** The checksum of ZIP archives (CRC-32 of IEEE 802.3), bit by bit: the parts are small. */
function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function unzip(file: Buffer, wanted: string): string {
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    if (file.toString('utf8', at + 46, at + 46 + name) === wanted) {
      const place = file.readUInt32LE(at + 42);
      const start = place + 30 + file.readUInt16LE(place + 26) + file.readUInt16LE(place + 28);
      const packed = file.subarray(start, start + file.readUInt32LE(at + 20));
      return (file.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString('utf8');
    }
    at += 46 + name + extra + comment;
  }
  throw new Error(`the archive has no ${wanted}`);
}
