import type { Page } from '@playwright/test';

export type Seen = {
  seconds: number;
  /** Between two frames, in ms. */
  frames: number[];
  /** Tasks over 50 ms: how long, and whose they were as far as the browser says. */
  tasks: { ms: number; whose: string }[];
  /** From an input until the next paint, in ms; one for each interaction. */
  interactions: { ms: number; what: string }[];
  /** The largest sum of layout shifts within a session window, as web vitals count them. */
  shift: number;
  shifted: string[];
};

/** Lets the page watch itself from its start. */
export async function watchItself(page: Page): Promise<void> {
  await page.addInitScript(watcher);
}

export async function begin(page: Page): Promise<void> {
  await page.evaluate(() => (window as any).watcher.begin());
}

export async function end(page: Page): Promise<Seen> {
  return page.evaluate(() => (window as any).watcher.end());
}

/** From the key until the rows that it asks for are painted, and how long of it the last question was on its way, in ms. */
export async function timeOfSearch(page: Page, key: string): Promise<{ ms: number; asked: number }> {
  await page.evaluate(() => (window as any).watcher.expectSearch());
  await page.keyboard.press(key);
  return page.evaluate(() => (window as any).watcher.found);
}

/** What the client's WebAssembly has taken, in bytes; it never gives back. */
export async function wasmMemory(page: Page): Promise<number> {
  return page.evaluate(() => (window as any).watcher.wasmMemory());
}

function watcher(): void {
  let watches = false;
  let began = 0;
  let last = 0;
  let memory: WebAssembly.Memory | undefined;
  let seen: Seen;
  let interactions: Map<number, { ms: number; what: string }>;
  let session = { first: 0, last: 0, sum: 0 };

  const describe = (node: Node | null | undefined): string => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return '?';
    const classes = [...element.classList].map((name) => `.${name}`).join('');
    return `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''}${classes}`;
  };
  const keep = memoryOf(WebAssembly.instantiateStreaming);
  WebAssembly.instantiateStreaming = keep as typeof WebAssembly.instantiateStreaming;
  WebAssembly.instantiate = memoryOf(WebAssembly.instantiate) as typeof WebAssembly.instantiate;
  function memoryOf(make: (...given: any[]) => Promise<any>) {
    return async (...given: any[]) => {
      const made = await make.apply(WebAssembly, given);
      const exports = (made.instance ?? made).exports;
      if (exports.memory instanceof WebAssembly.Memory) memory = exports.memory;
      return made;
    };
  }

  const observe = (type: string, options: object, take: (entry: any) => void) => {
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
      if (watches && entry.startTime >= began) take(entry);
    }));
    observer.observe({ type, ...options });
  };
  observe('longtask', {}, (entry) => seen.tasks.push({ ms: entry.duration, whose: '' }));
  // The same tasks with what ran in them.
  observe('long-animation-frame', {}, (entry) => {
    const scripts = entry.scripts.map((script: any) => {
      const forced = script.forcedStyleAndLayoutDuration;
      return `${script.invoker} ${Math.round(script.duration)} ms${forced > 1 ? `, of it ${Math.round(forced)} ms layout` : ''}`;
    });
    const rendering = entry.renderStart ? entry.startTime + entry.duration - entry.renderStart : 0;
    const whose = [...scripts, `rendering ${Math.round(rendering)} ms`].join('; ');
    const task = seen.tasks.findLast(({ whose }) => whose === '');
    if (task) task.whose = whose;
  });
  observe('event', { durationThreshold: 16 }, (entry) => {
    if (!entry.interactionId) return;
    const known = interactions.get(entry.interactionId);
    if (!known || known.ms < entry.duration) {
      interactions.set(entry.interactionId, { ms: entry.duration, what: `${entry.name} at ${describe(entry.target)}` });
    }
  });
  observe('layout-shift', {}, (entry) => {
    if (entry.hadRecentInput) return;
    const fresh = entry.startTime - session.last > 1000 || entry.startTime - session.first > 5000;
    session = { first: fresh ? entry.startTime : session.first, last: entry.startTime, sum: (fresh ? 0 : session.sum) + entry.value };
    seen.shift = Math.max(seen.shift, session.sum);
    for (const source of entry.sources) {
      const [from, to] = [source.previousRect, source.currentRect].map(({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' '));
      if (seen.shifted.length < 20) seen.shifted.push(`${entry.value.toFixed(4)} ${describe(source.node)} from ${from} to ${to}`);
    }
  });
  let lastQuestion = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (entry.name.endsWith('/api/accounts/window')) lastQuestion = entry.duration;
  })).observe({ type: 'resource' });
  const frame = (now: number) => {
    if (!watches) return;
    if (last > 0) seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };

  Object.assign(window, {
    watcher: {
      begin() {
        seen = { seconds: 0, frames: [], tasks: [], interactions: [], shift: 0, shifted: [] };
        interactions = new Map();
        session = { first: 0, last: 0, sum: 0 };
        began = performance.now();
        last = 0;
        watches = true;
        requestAnimationFrame(frame);
      },
      async end() {
        // The last entries are told after the frame.
        await new Promise((resolve) => setTimeout(resolve, 300));
        watches = false;
        return { ...seen, seconds: (performance.now() - began) / 1000, interactions: [...interactions.values()] };
      },
      found: undefined as Promise<{ ms: number; asked: number }> | undefined,
      expectSearch() {
        this.found = new Promise((resolve) => {
          let typed = 0;
          addEventListener('keydown', (event) => (typed = event.timeStamp), { once: true, capture: true });
          const table = document.querySelector('.accounts-table')!;
          let asked = false;
          const observer = new MutationObserver(() => {
            const waits = table.isConnected && table.hasAttribute('aria-busy');
            asked ||= waits;
            // Where nothing matches, words stand in place of the table.
            if (!asked || waits) return;
            observer.disconnect();
            // A task after the frame: by then it is painted.
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port2.onmessage = () => resolve({ ms: performance.now() - typed, asked: lastQuestion });
              port1.postMessage(null);
            });
          });
          observer.observe(table, { attributeFilter: ['aria-busy'] });
          observer.observe(table.closest('.accounts')!, { childList: true });
        });
      },
      wasmMemory: () => memory?.buffer.byteLength ?? 0,
    },
  });
}
