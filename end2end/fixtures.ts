import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, type BrowserContextOptions, type Page, expect, test as base } from '@playwright/test';
import { Cable } from './cable';
import { Server } from './server';
import { fillSignIn, open } from './steps';

export { expect, Server };

/** Fails the test for every warning and error in the console of its pages, unless the test announced it. */
class BrowserConsole {
  // The frames of letters run nothing, not even what the test driver wants to look with.
  #allowed: RegExp[] = [/Blocked script execution in .* frame is sandboxed/];
  #messages: string[] = [];

  /** Announces a message that this test provokes, such as Chromium's line for an HTTP refusal: `allow(/status of 403/)`. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  /** Announces that the server is away for a moment. It listens again before its database is open, and says 503 until then. */
  allowServerAway(): void {
    this.allow(/WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET|status of 503/);
  }

  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      if (!['error', 'warning', 'assert'].includes(message.type())) return;
      this.#messages.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (failure) => {
      this.#messages.push(`uncaught: ${failure.error().stack ?? failure.error()}`);
    });
  }

  unexpected(): string[] {
    return this.#messages.filter((message) => !this.#allowed.some((pattern) => pattern.test(message)));
  }
}

type Fixtures = {
  /** A server with an empty data folder, for this test alone; may be stopped, killed and restarted. */
  server: Server;
  browserConsole: BrowserConsole;
  /** A way to the demo server that can be interrupted, while others still reach it. */
  cable: Cable;
  /** A page in a browser session of its own: a second person. */
  openPage: (options?: BrowserContextOptions) => Promise<Page>;
  /** Signs a page in to the demo server, by the form once per worker and role, then by its cookies. */
  signIn: (page: Page, role: Role) => Promise<void>;
};

export type Role = 'viewer' | 'operator' | 'lead' | 'admin';
type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

type WorkerFixtures = {
  /** A server with the demo data, shared by the tests of a worker: they must not rely on being the first. */
  demo: Server;
  /** The cookies of those who have signed in to the demo server. */
  sessions: Map<Role, Cookies>;
};

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: async ({}, use, testInfo) => {
    const server = await Server.start();
    await use(server);
    try {
      await server.dispose();
    } finally {
      if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('server output', { body: server.output });
    }
  },

  demo: [
    async ({}, use) => {
      const server = await Server.start({ args: ['--demo'] });
      await use(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  cable: async ({ demo }, use) => {
    const cable = await Cable.to(demo.url);
    await use(cable);
    await cable.dispose();
  },

  browserConsole: async ({}, use) => {
    const browserConsole = new BrowserConsole();
    await use(browserConsole);
    expect(browserConsole.unexpected(), 'warnings and errors in the browser console').toEqual([]);
  },

  context: async ({ context, browserConsole }, use) => {
    browserConsole.watch(context);
    await use(context);
  },

  openPage: async ({ browser, browserConsole }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      browserConsole.watch(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  signIn: async ({ demo, sessions }, use) => {
    await use(async (page, role) => {
      const known = sessions.get(role);
      if (known) return page.context().addCookies(known);
      const { email, password } = await demo.demoSignIn(role);
      await open(page, `${demo.url}/sign-in`);
      await fillSignIn(page, email, password);
      await page.waitForURL((url) => url.pathname !== '/sign-in');
      sessions.set(role, await page.context().cookies());
    });
  },
});

/** Every change of a colour or place that was under way has come to its end: half of one has no honest contrast. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // What is folded away never says that it has finished.
    const isSeen = (animation: Animation) => (animation.effect as KeyframeEffect | null)?.target?.checkVisibility();
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition && isSeen(animation));
    await Promise.allSettled(transitions.map((transition) => transition.finished));
  });
}

/** No violation of WCAG 2.2 A and AA that a machine can find. */
/** `frames: false` leaves out frames: one in which no script may run cannot be looked into. */
export async function checkAccessibility(page: Page, { frames = true } = {}): Promise<void> {
  await settled(page);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(!frames).withTags(tags).analyze();
  const report = violations.map(({ id, impact, help, nodes }) => {
    const places = nodes.map((node) => `  at ${node.target.join(' ')}\n    ${node.failureSummary?.replaceAll('\n', '\n    ')}`);
    return [`${id} (${impact}): ${help}`, ...places].join('\n');
  });
  if (report.length > 0) throw new Error(`accessibility of ${page.url()}\n${report.join('\n')}`);
}

/** Pictures to look at, in end2end/screenshots: desktop light and dark, and phone. */
export async function shoot(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  const pictures = [
    { kind: 'light', colorScheme: 'light', width: 1440, height: 900 },
    { kind: 'dark', colorScheme: 'dark', width: 1440, height: 900 },
    { kind: 'phone', colorScheme: 'light', width: 390, height: 844 },
  ] as const;
  for (const { kind, colorScheme, width, height } of pictures) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const path = fileURLToPath(new URL(`screenshots/${name}-${kind}.png`, import.meta.url));
    await page.screenshot({ path, animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
