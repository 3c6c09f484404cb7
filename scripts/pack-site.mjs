// Writes the folder that the server serves to browsers:
//
//   pkg/landbridge.<hash>.js, _bg.wasm, .css   the application, named by content so that caches may keep it for ever
//   pkg/public.<hash>.css                      the style of public pages
//   pkg/snippets/…                             scripts that wasm-bindgen took from libraries, imported by the .js
//   manifest.json                              {"js", "wasm", "css", "public_css"}: the present addresses
//   everything below --public                  as it is
//
// Each file in pkg/ has a .br and a .gz beside it. Nothing is written twice: the name tells that it is there.
//
//   node scripts/pack-site.mjs --client FOLDER --style FOLDER --public FOLDER --out FOLDER

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = { type: 'string' };
const { client, style, public: statics, out } = parseArgs({
  options: { client: folder, style: folder, public: folder, out: folder },
}).values;
const pkg = join(out, 'pkg');
const inUse = new Set();

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
  for (const [file, make] of variants) {
    inUse.add(file);
    const path = join(pkg, file);
    if (!existsSync(path)) writeWhole(path, make());
  }
  return `/pkg/${name}`;
}

/** The same under a name that holds the first 8 digits of the content's hash. */
function packHashed(stem, ending, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return pack(`${stem}.${hash}${ending}`, content);
}

/** wasm-bindgen names snippet folders by a hash of their library, so they need no other. */
function packSnippets(source, name) {
  if (!existsSync(source)) return;
  mkdirSync(join(pkg, name), { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), `${name}/${entry.name}`];
    if (entry.isDirectory()) packSnippets(from, to);
    else pack(to, readFileSync(from));
  }
}

/** One stylesheet: tokens, base, then the components by name. Public pages have a stylesheet of their own. */
function styles() {
  const first = ['tokens.css', 'base.css'];
  const all = existsSync(style) ? readdirSync(style).filter((name) => name.endsWith('.css')).sort() : [];
  const names = [...first.filter((name) => all.includes(name)), ...all.filter((name) => ![...first, 'public.css'].includes(name))];
  return {
    app: names.map((name) => `/* ${name} */\n${readFileSync(join(style, name), 'utf8')}`).join('\n'),
    public: all.includes('public.css') ? readFileSync(join(style, 'public.css'), 'utf8') : '',
  };
}

/** A server that is still running serves an older build: what another build left is kept for a day. */
function removeOldFiles() {
  const aDayAgo = Date.now() - 24 * 60 * 60 * 1000;
  for (const entry of readdirSync(pkg, { withFileTypes: true })) {
    const path = join(pkg, entry.name);
    if (entry.isFile() && !inUse.has(entry.name) && statSync(path).mtimeMs < aDayAgo) rmSync(path, { force: true });
  }
}

mkdirSync(pkg, { recursive: true });
if (existsSync(statics)) cpSync(statics, out, { recursive: true });
packSnippets(join(client, 'snippets'), 'snippets');

const css = styles();
const manifest = {
  js: packHashed('landbridge', '.js', readFileSync(join(client, 'landbridge.js'))),
  wasm: packHashed('landbridge', '_bg.wasm', readFileSync(join(client, 'landbridge_bg.wasm'))),
  css: packHashed('landbridge', '.css', Buffer.from(css.app)),
  public_css: packHashed('public', '.css', Buffer.from(css.public)),
};
writeWhole(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
removeOldFiles();

for (const address of Object.values(manifest)) {
  const size = (ending) => `${(statSync(join(pkg, basename(address) + ending)).size / 1024).toFixed(1)} KiB`;
  console.log(`site: ${address}  ${size('')}, ${size('.br')} as brotli`);
}
