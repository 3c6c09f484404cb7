// Writes the folder that the server serves to browsers:
//
//   pkg/app.<hash>/        the application: landbridge.js, its wasm, and the parts that are loaded later. They name each other,
//                          so the folder is named by the content of all, and caches may keep it for ever
//   pkg/landbridge.<hash>.css, pkg/public.<hash>.css
//                          the style of the application and of public pages
//   manifest.json          {"js", "wasm", "loader", "css", "public_css"}: the present addresses; "parts": for each part that is
//                          loaded later its files, with those that it shares with other parts
//   previous.json          the manifest of the build before
//   everything below --public, as it is
//
// Each file in pkg/ has a .br and a .gz beside it. Nothing is written twice: the name tells that it is there. Pages that are open go
// on with the build that they came from: what this and the previous manifest name stays, everything else in pkg/ is removed.
//
//   node scripts/pack-site.mjs --client FOLDER --style FOLDER --public FOLDER --out FOLDER

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = { type: 'string' };
const { client, style, public: statics, out } = parseArgs({
  options: { client: folder, style: folder, public: folder, out: folder },
}).values;
const pkg = join(out, 'pkg');

/** A reader never sees half a file, and a second build at the same time does no harm. */
function writeWhole(path, content) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

function brotli(content) {
  return brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}

/** Writes pkg/<name> with its compressed siblings; answers its address. */
function pack(name, content) {
  const variants = [
    [name, () => content],
    [`${name}.br`, () => brotli(content)],
    [`${name}.gz`, () => gzipSync(content, { level: 9 })],
  ];
  mkdirSync(dirname(join(pkg, name)), { recursive: true });
  for (const [file, make] of variants) {
    const path = join(pkg, file);
    if (!existsSync(path)) writeWhole(path, make());
  }
  return `/pkg/${name}`;
}

/** The first 8 digits of the content's hash. */
function hashOf(...contents) {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 8);
}

/** The application's files, by name; scripts that wasm-bindgen took from libraries are in folders. */
function clientFiles() {
  const names = readdirSync(client, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(client.length + 1))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(client, name))]));
}

/**
 * The script that loads the parts, as wasm-split wrote it, with small files put together: they compress better by a sixth, and a
 * page asks for ten files less. Answers the files that are left, and for each part the ones that it needs.
 */
function bundled(files) {
  const loader = files.get('__wasm_split.js').toString();
  const declarations = [...loader.matchAll(/^(?:export )?const (__chunk_\d+|__wasm_split_load_\w+) = /gm)];
  const wasmOf = new Map(); // by the name of the loading function
  const users = new Map(); // the parts that need a file
  const parts = new Set();
  for (const [index, { 0: start, 1: name, index: at }] of declarations.entries()) {
    const body = loader.slice(at + start.length, declarations[index + 1]?.index);
    wasmOf.set(name, [...body.matchAll(FETCHES)].map((found) => found[1]));
    if (!name.startsWith('__wasm_split_load_')) continue;
    const part = name.slice('__wasm_split_load_'.length);
    parts.add(part);
    for (const needed of [name, ...body.matchAll(/__chunk_\d+/g)].flatMap((found) => wasmOf.get(String(found)))) {
      users.set(needed, [...(users.get(needed) ?? []), part]);
    }
  }

  const bundles = new Map();
  const fileOf = new Map(); // where a wasm has gone
  const script = loader.replaceAll(FETCHES, (_, wasm) => {
    const name = bundleOf(users.get(wasm)) ?? wasm;
    const before = bundles.get(name) ?? Buffer.alloc(0);
    const content = files.get(wasm);
    bundles.set(name, Buffer.concat([before, content]));
    fileOf.set(wasm, name);
    return `const src = piece("./${name}", ${before.length}, ${before.length + content.length})`;
  }).replaceAll('WebAssembly.instantiateStreaming(src, imports)', 'src.then((bytes) => WebAssembly.instantiate(bytes, imports))');
  // What a page no longer gets because it is left is no error.
  const quiet = script.replace('console.error(e);', 'if (!leaving) console.error(e);');
  const wasm = [...files.keys()].filter((name) => /^(split|chunk)_\w+\.wasm$/.test(name));
  const missing = wasm.filter((name) => !fileOf.has(name));
  if (missing.length > 0 || parts.size === 0 || quiet === script) throw new Error(`wasm-split writes its script in another way than pack-site reads it: ${missing}`);

  const rest = [...files].filter(([name]) => !fileOf.has(name));
  const needs = (part) => [...new Set([...fileOf].filter(([name]) => users.get(name).includes(part)).map(([, file]) => file))];
  return {
    files: new Map([...rest, ...bundles, ['__wasm_split.js', Buffer.from(PIECES + quiet)]]),
    parts: Object.fromEntries([...parts].sort().map((part) => [part, needs(part)])),
  };
}

const FETCHES = /const src = fetch\(new URL\("\.\/([^"]+)", import\.meta\.url\)\)/g;

/** The file that a wasm goes into that these parts need; none if it stays one of its own. */
function bundleOf(parts) {
  // It is around every page, so whatever it needs is needed anyway.
  if (parts.includes('frame')) return 'frame.bin';
  if (!parts.includes('table')) return undefined;
  return parts.every((part) => ['table', 'tools'].includes(part)) ? 'table.bin' : 'table-and-pages.bin';
}

/**
 * Fetches a file once, unless that fails: then the next one who needs it fetches it again. The document's loader begins with what
 * its page needs (`fetchEarly`).
 */
const PIECES = `let leaving = false;
addEventListener("beforeunload", () => { leaving = true; });
const fetched = new Map();
async function fetchWhole(file) {
    const response = await fetch(file);
    if (!response.ok) throw new Error(\`\${file}: \${response.status}\`);
    return response.arrayBuffer();
}
function whole(file) {
    const { href } = new URL(file, import.meta.url);
    let content = fetched.get(href);
    if (content === undefined) {
        content = fetchWhole(href);
        content.catch(() => fetched.delete(href));
        fetched.set(href, content);
    }
    return content;
}
async function piece(file, start, end) {
    return new Uint8Array(await whole(file), start, end - start);
}
export function fetchEarly(file) {
    whole(file);
}
`;

/** One stylesheet: tokens, base, then the components by name. Public pages have a stylesheet of their own. */
function styles() {
  const first = ['tokens.css', 'base.css'];
  const all = existsSync(style) ? readdirSync(style).filter((name) => name.endsWith('.css')).sort() : [];
  const names = [...first.filter((name) => all.includes(name)), ...all.filter((name) => !first.includes(name) && !name.startsWith('public') && name !== 'customer-page.css')];
  return {
    app: names.map((name) => `/* ${name} */\n${readFileSync(join(style, name), 'utf8')}`).join('\n'),
    public: all.includes('public.css') ? readFileSync(join(style, 'public.css'), 'utf8') : '',
  };
}

function read(name) {
  const path = join(out, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '{}';
}

/** The names in pkg/ that a manifest needs: files, and the folder of the application. */
function namesIn(manifest) {
  const addresses = Object.values(JSON.parse(manifest)).filter((value) => typeof value === 'string');
  return addresses.map((address) => address.split('/')[2]);
}

function removeOldFiles() {
  const needed = [...namesIn(read('manifest.json')), ...namesIn(read('previous.json'))];
  const stays = (name) => needed.some((one) => [one, `${one}.br`, `${one}.gz`].includes(name));
  for (const name of readdirSync(pkg)) if (!stays(name)) rmSync(join(pkg, name), { recursive: true, force: true });
}

mkdirSync(pkg, { recursive: true });
if (existsSync(statics)) cpSync(statics, out, { recursive: true });

const { files, parts } = bundled(clientFiles());
const css = styles();
const app = `app.${hashOf(...[...files].flat())}`;
for (const [name, content] of files) pack(`${app}/${name}`, content);
const inApp = (name) => `/pkg/${app}/${name}`;
const manifest = JSON.stringify(
  {
    js: inApp('landbridge.js'),
    wasm: inApp('landbridge_bg.wasm'),
    loader: inApp('__wasm_split.js'),
    css: pack(`landbridge.${hashOf(css.app)}.css`, Buffer.from(css.app)),
    public_css: pack(`public.${hashOf(css.public)}.css`, Buffer.from(css.public)),
    parts: Object.fromEntries(Object.entries(parts).map(([name, names]) => [name, names.map(inApp)])),
  },
  null,
  2,
);
const before = read('manifest.json');
if (before.trim() !== manifest) writeWhole(join(out, 'previous.json'), before);
writeWhole(join(out, 'manifest.json'), `${manifest}\n`);
removeOldFiles();

const sizeOf = (addresses) => addresses.reduce((sum, address) => sum + statSync(join(out, `${address}.br`)).size, 0) / 1e3;
const say = (what, addresses) => console.log(`site: ${what}  ${sizeOf(addresses).toFixed(0)} kB as brotli`);
const { js, wasm, loader, css: stylesheet } = JSON.parse(manifest);
const always = [js, wasm, loader, stylesheet];
const withParts = (...names) => [...new Set([...always, ...names.flatMap((name) => parts[name].map(inApp))])];
say('sign-in page', withParts());
say('table of accounts', withParts('frame', 'table'));
say('everything', withParts(...Object.keys(parts)));
