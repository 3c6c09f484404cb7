import type { APIRequestContext, APIResponse, Page } from '@playwright/test';
import type { Server } from '../server';
import { firstMigration } from '../steps';

const WORDS = ['Alder', 'Beacon', 'Cinder', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbour', 'Iris', 'Juniper', 'Kestrel', 'Lantern', 'Meadow', 'Nimbus', 'Orchard', 'Pioneer', 'Quarry', 'Rowan', 'Summit', 'Timber'];
const TRADES = ['Logistics', 'Foods', 'Marine', 'Software', 'Textiles', 'Health', 'Energy', 'Books', 'Robotics', 'Travel', 'Optics', 'Steel'];
const OWNERS = ['Hanna Berg', 'Ines Ferreira', 'Jonas Weiss', 'Mirela Popa', 'Tomasz Nowak'];
const COHORTS = ['Stage A', 'Stage B', 'Stage C', 'Stage D'];
const BLOCKERS = ['integration', 'data', 'contract', 'customer'];
const JOB_WITHIN = 20 * 60_000;

/** A number below `limit` that looks random and is the same at every run. */
export function scatter(index: number, salt: number, limit: number): number {
  let x = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) % limit;
}

/** A file of accounts in every state, as an old spreadsheet could hold them. */
function file(accounts: number): string {
  const lines = ['Customer id,Company,Contact,E-mail,Plan,Region,Wave,Owner,Status,Date,Migrated,Blocker,Blocker note'];
  for (let index = 0; index < accounts; index++) {
    const pick = (list: string[], salt: number) => list[scatter(index, salt, list.length)];
    const [word, number] = [pick(WORDS, 1), 10_000 + index];
    const day = (year: number, salt: number) => {
      const [month, date] = [1 + scatter(index, salt, 12), 1 + scatter(index, salt + 1, 28)];
      return `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
    };
    const planned = day(2030, 20);
    const states = [
      ['completed', planned, day(2025, 30), '', ''],
      ['in progress', planned, '', '', ''],
      ['scheduled', planned, '', '', ''],
      ['not started', '', '', '', ''],
      ['blocked', planned, '', pick(BLOCKERS, 4), 'Waits for the new connector'],
    ];
    const owner = pick([...OWNERS, ''], 5);
    lines.push(
      [
        `C-${number}`,
        `${word} ${pick(TRADES, 2)} ${scatter(index, 3, 1000)}`,
        'Ada Okafor',
        `ada.${number}@${word.toLowerCase()}.example`,
        pick(['Starter', 'Team', 'Business', 'Enterprise'], 6),
        pick(['EU West', 'US East', 'Asia', 'Oceania'], 7),
        pick([...COHORTS, ''], 8),
        owner && mail(owner),
        ...states[scatter(index, 9, states.length)],
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

function mail(name: string): string {
  return `${name.split(' ')[0].toLowerCase()}@measure.example`;
}

/** Calls a server function as its pages do. */
export class Functions {
  constructor(
    private readonly request: APIRequestContext,
    private readonly url: string,
  ) {}

  async form(name: string, form: Record<string, string>): Promise<any> {
    return read(name, await this.request.post(`${this.url}/api/${name}`, { form, maxRedirects: 0 }));
  }

  async json(name: string, data: unknown): Promise<any> {
    return read(name, await this.request.post(`${this.url}/api/${name}`, { data }));
  }

  async upload(migration: string, text: string): Promise<string> {
    const multipart = { file: { name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) } };
    const headers = { accept: 'application/json' };
    const answer = await this.request.post(`${this.url}/m/${migration}/imports/upload`, { multipart, headers, timeout: 120_000 });
    return (await read('upload', answer)).id;
  }
}

async function read(name: string, answer: APIResponse): Promise<any> {
  const text = await answer.text();
  if (answer.status() >= 400) throw new Error(`${name}: ${answer.status()} ${text}`);
  // Functions that lead to another page answer nothing else.
  return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null;
}

export type Migration = { id: string; path: string; functions: Functions };

/** Signs the page in as the first admin and imports accounts into a migration that runs. */
export async function fill(page: Page, server: Server, accounts: number): Promise<Migration> {
  const address = await firstMigration(page, server, 'Measured');
  const functions = new Functions(page.request, server.url);
  const path = new URL(address).pathname;
  const { migration } = await functions.form('migrations/overview', { slug: path.split('/').pop()! });
  for (const name of OWNERS) await functions.form('users/add', { name, email: mail(name), role: 'operator' });
  for (const name of COHORTS) await functions.form('cohorts/create', { migration: migration.id, 'form[name]': name });
  await functions.form('migrations/move', { migration: migration.id, to: 'running', reason: 'It is measured' });
  const id = await functions.upload(migration.id, file(accounts));
  const job = { migration: migration.id, id };
  await functions.form('imports/check', job);
  await reach(functions, job, 'checked');
  await functions.form('imports/commit', job);
  await reach(functions, job, 'finished');
  return { id: migration.id, path, functions };
}

async function reach(functions: Functions, job: Record<string, string>, wanted: string): Promise<void> {
  for (const began = Date.now(); Date.now() - began < JOB_WITHIN; ) {
    const { phase, open } = await functions.form('imports/one', job);
    if (phase.phase === wanted) return;
    if (['failed', 'mapping'].includes(phase.phase)) throw new Error(`the import stopped: ${JSON.stringify({ phase, open })}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the import did not become ${wanted}`);
}
