// Empties functions that never run, before wasm-opt removes what only they needed: a twelfth of the client.
//
// Leptos can hydrate a document piece by piece, waiting for code in between. We fetch the code first and hydrate in one go (see
// ARCHITECTURE.md), but the table of functions behind each erased view still names the other way, so the linker keeps it.
//
//   node scripts/drop-piecewise-hydration.mjs FILE.wasm …     (with names of functions; each file is changed in place)

import { readFileSync, writeFileSync } from 'node:fs';

/** The steps of the futures of `RenderHtml::hydrate_async`, in rustc's mangling. */
const PIECEWISE = /hydrate_async.*closure/;
/** What would run them. */
const STARTS_IT = /hydrate_from_async|hydrate_lazy/;
/** Shorter ones are worth little, and the compiler may have merged them with others that do the same. */
const SHORTEST = 150;
/** No locals, `unreachable`, end. */
const EMPTY = Buffer.from([3, 0x00, 0x00, 0x0b]);

const [CUSTOM, IMPORT, CODE] = [0, 2, 10];

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    return value;
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  text() {
    return this.take(this.number()).toString();
  }
  get done() {
    return this.at >= this.bytes.length;
  }
}

function encoded(value) {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value >>>= 7;
  } while (value > 0);
  return Buffer.from(bytes);
}

function importedFunctions(section) {
  const reader = new Reader(section);
  let functions = 0;
  const limits = () => {
    if (reader.number() & 1) reader.number();
    reader.number();
  };
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.text();
    reader.text();
    const kind = reader.number();
    if (kind === 0) [functions] = [functions + 1, reader.number()];
    else if (kind === 1) [reader.number(), limits()];
    else if (kind === 2) limits();
    else if (kind === 3) reader.take(2);
    else throw new Error(`an import of an unknown kind, ${kind}`);
  }
  return functions;
}

function functionNames(section) {
  const reader = new Reader(section);
  const names = new Map();
  reader.text();
  while (!reader.done) {
    const kind = reader.number();
    const part = new Reader(reader.take(reader.number()));
    if (kind !== 1) continue;
    for (let left = part.number(); left > 0; left -= 1) names.set(part.number(), part.text());
  }
  return names;
}

function emptied(path) {
  const file = new Reader(readFileSync(path));
  const out = [file.take(8)];
  const sections = [];
  while (!file.done) sections.push({ id: file.number(), content: file.take(file.number()) });
  const section = (id) => sections.find((one) => one.id === id)?.content;
  const named = sections.find((one) => one.id === CUSTOM && new Reader(one.content).text() === 'name');
  if (named === undefined) throw new Error(`${path} has no names of functions`);
  const names = functionNames(named.content);
  if ([...names.values()].some((name) => STARTS_IT.test(name))) throw new Error('the client hydrates piece by piece: nothing may be dropped');
  const first = section(IMPORT) ? importedFunctions(section(IMPORT)) : 0;
  let [dropped, bytes] = [0, 0];
  for (const { id, content } of sections) {
    let changed = content;
    if (id === CODE) {
      const reader = new Reader(content);
      const count = reader.number();
      const bodies = [encoded(count)];
      for (let index = 0; index < count; index += 1) {
        const length = reader.number();
        const body = reader.take(length);
        if (length >= SHORTEST && PIECEWISE.test(names.get(first + index) ?? '')) {
          bodies.push(EMPTY);
          [dropped, bytes] = [dropped + 1, bytes + length];
        } else bodies.push(encoded(length), body);
      }
      changed = Buffer.concat(bodies);
    }
    out.push(Buffer.from([id]), encoded(changed.length), changed);
  }
  writeFileSync(path, Buffer.concat(out));
  return [dropped, bytes];
}

let [functions, bytes] = [0, 0];
for (const path of process.argv.slice(2)) {
  const [dropped, size] = emptied(path);
  [functions, bytes] = [functions + dropped, bytes + size];
}
console.log(`build: ${functions} functions (${(bytes / 1e3).toFixed(0)} kB) that hydrate piece by piece are dropped`);
