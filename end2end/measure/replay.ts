import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import type { Page } from '@playwright/test';
import { type Functions, scatter } from './accounts';

type Row = { number: number; owner: string | null; region: string; state: unknown };
type Position = { workspace: number; migration: number };
type Answer = { position: Position; rows: Row[] };

/** Rows per request when all accounts are read. */
const WINDOW = 200;
/** Changes that the page asks for at a time. */
const CHUNK = 100;
/** Changes that an answer may be behind. */
const REMEMBERED = 20_000;

/**
 * A recording of changes that never happened on the server, and a way to the server on which they did: answers with rows
 * have them as the recording left them at the position that the page had read. So the page sees one consistent history,
 * and what the server would spend on 1,000 changes per second is not measured.
 */
export class Replay {
  #rows = new Map<number, Row>();
  #changes = new Map<number, { at: number; row: Row }[]>();
  #near: number[] = [];
  #made = 0;
  #start: Position = { workspace: 0, migration: 0 };
  #owners: string[] = [];
  #extra = new Map<string, string>();
  url = '';

  /** `near` is the share of changes that meet rows which the page has lately asked for; the others meet any account. */
  private constructor(
    private readonly server: URL,
    private readonly near: number,
  ) {}

  static async to(server: string, functions: Functions, migration: string, near: number): Promise<Replay> {
    const replay = new Replay(new URL(server), near);
    const ask = (offset: number) =>
      functions.json('accounts/window', { migration, view: {}, offset, limit: WINDOW, at_least: null });
    const first = await ask(0);
    replay.#start = first.position;
    for (let offset = 0; offset < first.all; offset += WINDOW) {
      for (const row of (await ask(offset)).rows) replay.#rows.set(row.number, row);
    }
    replay.#owners = [...new Set([...replay.#rows.values()].flatMap(({ owner }) => owner ?? []))];
    const listener = createServer((asked, answer) => replay.#pass(asked, answer));
    listener.on('upgrade', (asked, near, head) => replay.#tunnel(asked, near, head));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    replay.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    return replay;
  }

  /** Serves a document of its own beside the server's. */
  serve(path: string, html: string): void {
    this.#extra.set(path, html);
  }

  /** Lets the pages of this browser session play the recording when they are told to: `replay.play(1000)`. */
  async teach(page: Page): Promise<void> {
    await page.addInitScript(player);
  }

  #next(): string {
    const numbers = [...this.#rows.keys()];
    const lines = [];
    for (let count = 0; count < CHUNK; count++) {
      const n = ++this.#made;
      const isNear = this.#near.length > 0 && scatter(n, 1, 1000) < this.near * 1000;
      const list = isNear ? this.#near : numbers;
      const number = list[scatter(n, 2, list.length)];
      const history = this.#changes.get(number) ?? [];
      const before = history.at(-1)?.row ?? this.#rows.get(number)!;
      const row = this.#changed(before, n);
      history.push({ at: n, row });
      while (history.length > 1 && history[1].at < n - REMEMBERED) history.shift();
      this.#changes.set(number, history);
      const by = this.#owners[scatter(n, 3, this.#owners.length)];
      lines.push(JSON.stringify({ type: 'rows', position: this.#at(n), by, rows: [row] }));
    }
    return lines.join('\n');
  }

  /** An owner or a region, or the state of another account. */
  #changed(row: Row, n: number): Row {
    switch (scatter(n, 4, 3)) {
      case 0:
        return { ...row, owner: this.#owners[scatter(n, 5, this.#owners.length)] };
      case 1:
        return { ...row, region: `Region ${scatter(n, 6, 9)}` };
      default: {
        const other = this.#rows.get(1 + scatter(n, 7, this.#rows.size));
        return { ...row, state: other?.state ?? row.state };
      }
    }
  }

  #at(n: number): Position {
    return { ...this.#start, migration: this.#start.migration + n };
  }

  /** The row as it was after so many changes. */
  #as(row: Row, n: number): Row {
    return this.#changes.get(row.number)?.findLast(({ at }) => at <= n)?.row ?? row;
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const own = this.#extra.get(asked.url ?? '');
    if (own) return void answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(own);
    if (asked.url === '/replay') return void answer.writeHead(200, { 'content-type': 'text/plain' }).end(this.#next());
    const rows = asked.url === '/api/accounts/window';
    const parts: Buffer[] = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('end', () => {
      let body = Buffer.concat(parts);
      const headers = { ...asked.headers };
      let known = 0;
      if (rows) {
        const question = JSON.parse(body.toString());
        known = Math.max(0, (question.at_least?.migration ?? 0) - this.#start.migration);
        body = Buffer.from(JSON.stringify({ ...question, at_least: null }));
        headers['content-length'] = String(body.length);
        headers['accept-encoding'] = 'identity';
      }
      const { hostname, port } = this.server;
      const onward = request({ hostname, port, path: asked.url, method: asked.method, headers }, (said) => {
        if (!rows || said.statusCode !== 200) {
          answer.writeHead(said.statusCode ?? 502, said.headers);
          return void said.pipe(answer);
        }
        const parts: Buffer[] = [];
        said.on('data', (part) => parts.push(part));
        said.on('end', () => {
          const real: Answer = JSON.parse(Buffer.concat(parts).toString());
          const rows = real.rows.map((row) => this.#as(row, known));
          this.#near = [...rows.map(({ number }) => number), ...this.#near].slice(0, WINDOW);
          const text = Buffer.from(JSON.stringify({ ...real, rows, position: this.#at(known) }));
          answer.writeHead(200, { ...said.headers, 'content-length': String(text.length) }).end(text);
        });
      });
      onward.on('error', () => answer.destroy());
      onward.end(body);
    });
  }

  #tunnel(asked: IncomingMessage, near: Socket, head: Buffer): void {
    const far = connect(Number(this.server.port), this.server.hostname, () => {
      const headers = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
      far.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      far.write(head);
      near.pipe(far).pipe(near);
    });
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
  }
}

/** Runs in the page before its own scripts: hands the recording to whoever listens to the page's WebSocket. */
function player(): void {
  let socket: WebSocket | undefined;
  let plays = false;
  let begun = false;
  const waiting: string[] = [];
  let fetches = false;
  window.WebSocket = class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      socket = this;
      // The server does not know how far the recording is.
      this.addEventListener('message', (event) => {
        if (begun && event.isTrusted) event.stopImmediatePropagation();
      });
    }
  };
  const fetchMore = async () => {
    if (fetches) return;
    fetches = true;
    waiting.push(...(await (await fetch('/replay')).text()).split('\n'));
    fetches = false;
  };
  const player = {
    played: 0,
    async play(perSecond: number) {
      plays = begun = true;
      while (waiting.length < 300) await fetchMore();
      const began = performance.now();
      const before = player.played;
      // Each change is a task of its own, as the browser makes one of each message.
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        const data = waiting.shift();
        if (data === undefined || !plays) return;
        player.played += 1;
        socket?.dispatchEvent(new MessageEvent('message', { data }));
      };
      let asked = 0;
      const timer = setInterval(() => {
        if (!plays) return clearInterval(timer);
        if (waiting.length < 300) void fetchMore();
        const due = Math.floor(((performance.now() - began) * perSecond) / 1000) - asked;
        const free = waiting.length - (asked - (player.played - before));
        // After a long pause the rest comes at once, as from a socket.
        for (let count = Math.min(due, free); count > 0; count--) {
          asked += 1;
          port1.postMessage(null);
        }
      }, 4);
    },
    stop() {
      plays = false;
    },
  };
  Object.assign(window, { replay: player });
}
