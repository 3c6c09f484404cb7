import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STARTS_WITHIN = 60_000;
const STOPS_WITHIN = 15_000;

export type ServerOptions = {
  /** Further options of `landbridge serve`, such as `--demo`. */
  args?: string[];
  env?: Record<string, string>;
};

/** The real binary as a child process, on a loopback port and a temporary data folder of its own. */
export class Server {
  /** The address without a slash at its end; the same after a restart. */
  url = '';
  /** All that the server has printed since its first start, both streams. */
  output = '';
  #child?: ChildProcess;

  private constructor(
    readonly data: string,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'landbridge-')), options);
    try {
      await server.start();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** Starts on the data of the run before, and on its port. */
  async start(): Promise<void> {
    if (this.#child) throw new Error('the server is running already');
    const address = this.url ? new URL(this.url).host : '127.0.0.1:0';
    const printedBefore = this.output.length;
    const child = spawn(
      required('LANDBRIDGE_BIN'),
      ['serve', '--data', this.data, '--site', required('LANDBRIDGE_SITE'), '--address', address, ...(this.options.args ?? [])],
      { env: { ...environment(), ...this.options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => (this.output += text));
    }
    const forget = () => {
      running.delete(child);
      if (this.#child === child) this.#child = undefined;
    };
    child.once('close', forget);
    child.once('error', (error) => {
      this.output += `${error.message}\n`;
      forget();
    });
    const ready = await this.waitForOutput(/Landbridge is ready at (http:\/\/\S+?)\/?$/m, printedBefore);
    this.url = ready[1];
  }

  /** SIGTERM is the polite way, SIGKILL the crash. Answers when the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const closed = once(child, 'close');
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      child.kill('SIGKILL');
    }, STOPS_WITHIN);
    child.kill(signal);
    await closed;
    clearTimeout(timer);
    if (overdue) throw new Error(`the server did not stop within ${STOPS_WITHIN / 1000} s of ${signal}\n${this.output}`);
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  async dispose(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await rm(this.data, { recursive: true, force: true });
    }
  }

  /** Resolves as soon as the complete lines printed after `from` match, which may be at once. */
  waitForOutput(pattern: RegExp, from = 0): Promise<RegExpMatchArray> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const look = () => {
        const lines = this.output.slice(from, this.output.lastIndexOf('\n') + 1);
        const match = lines.match(pattern);
        if (match) finish(() => resolve(match));
        return match;
      };
      const fail = (why: string) => finish(() => reject(new Error(`${why} ${pattern} was printed:\n${this.output}`)));
      const ended = () => look() ?? fail('the server ended before');
      const timer = setTimeout(() => fail(`${STARTS_WITHIN / 1000} s passed before`), STARTS_WITHIN);
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        for (const stream of [child?.stdout, child?.stderr]) stream?.off('data', look);
        child?.off('close', ended).off('error', ended);
        settle();
      };
      for (const stream of [child?.stdout, child?.stderr]) stream?.on('data', look);
      child?.once('close', ended).once('error', ended);
      if (!look() && !child) fail('the server is stopped, and before that');
    });
  }

  /** The one-time link of the first admin, which an empty server prints. */
  async firstLink(): Promise<string> {
    return (await this.waitForOutput(/^\s+(http\S+\/welcome\/\S+)\s*$/m))[1];
  }

  /** What `landbridge verify` says of the log, and whether it is whole; the server has to be stopped. */
  verify(): Promise<{ whole: boolean; output: string }> {
    return new Promise((resolve) => {
      execFile(required('LANDBRIDGE_BIN'), ['verify', '--data', this.data], { env: environment() }, (error, stdout, stderr) => {
        resolve({ whole: error === null, output: stdout + stderr });
      });
    });
  }

  /** E-mail address and password of a role; only a server with `--demo` prints them. */
  async demoSignIn(role: string): Promise<{ email: string; password: string }> {
    const [, email, password] = await this.waitForOutput(new RegExp(`^\\s+${role}\\s+(\\S+@\\S+)\\s+(\\S+)\\s*$`, 'm'));
    return { email, password };
  }
}

/** If the test runner itself ends early, its servers end with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with scripts/test, which builds the server first`);
  return value;
}

/** The developer's own settings for the server have no business in a test. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LANDBRIDGE_')));
}
