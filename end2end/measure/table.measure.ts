import { type CDPSession, type Page, test } from '@playwright/test';
import { Server } from '../server';
import { live, open } from '../steps';
import { fill } from './accounts';
import { Replay } from './replay';
import { Report, quantile, slope } from './report';
import { type Seen, begin, end, timeOfSearch, wasmMemory, watchItself } from './watch';

const option = (name: string, otherwise: number) => Number(process.env[`MEASURE_${name}`] || otherwise);
const ACCOUNTS = option('ACCOUNTS', 100_000);
const PER_SECOND = option('CHANGES', 1_000);
const SECONDS = option('SECONDS', 20);
const MINUTES = option('MINUTES', 0);
/** Half of the changes meet rows around those in sight, which is many times what chance would give. */
const NEAR = option('NEAR', 0.5);
/** Pixels per second: some 200 rows, as fast as anybody reads or looks for something. */
const SPEED = 7_200;
const STATIC_ROWS = 1_000;
const ROUNDS = 2;

test('the account table under load', async ({ page, context }) => {
  const report = new Report();
  const server = await Server.start();
  try {
    say(`importing ${ACCOUNTS} accounts`);
    const migration = await fill(page, server, ACCOUNTS);
    const replay = await Replay.to(server.url, migration.functions, migration.id, NEAR);
    await replay.teach(page);
    await watchItself(page);
    await open(page, `${replay.url}${migration.path}/accounts?all`);
    await live(page);
    replay.serve('/static', await staticTable(page));
    const still = await context.newPage();
    await watchItself(still);
    await still.goto(`${replay.url}/static`);

    const [moving, resting]: [Seen[], Seen[]] = [[], []];
    const cdp = await context.newCDPSession(page);
    const stillCdp = await context.newCDPSession(still);
    await page.bringToFront();
    await page.evaluate((perSecond) => (window as any).replay.play(perSecond), PER_SECOND);
    // What the first changes of a page need once, such as memory, is not the question.
    await scroll(cdp, page, 2, false);
    for (let round = 0; round < ROUNDS; round++) {
      say(`scrolling, round ${round + 1} of ${ROUNDS}`);
      await still.bringToFront();
      resting.push(await watched(still, () => scroll(stillCdp, still, SECONDS / ROUNDS, true)));
      await page.bringToFront();
      const before = await played(page);
      const seen = await watched(page, () => scroll(cdp, page, SECONDS / ROUNDS, false));
      moving.push(seen);
      report.note(`round ${round + 1}: ${(((await played(page)) - before) / seen.seconds).toFixed(0)} changes per second arrived`);
    }
    await still.close();
    scrolling(report, moving, resting);

    say('jumping through the table');
    jumping(report, await watched(page, () => jump(page)));

    say('searching');
    await searching(report, page);

    say('working');
    interacting(report, await watched(page, () => work(page)));

    if (MINUTES > 0) await remembering(report, page, cdp);
  } finally {
    if (report.figures > 0) console.log(`\n${report}\nChromium without a window${process.env.MEASURE_GPU ? '' : ' and without a GPU: it draws with the processor'}; ${ACCOUNTS} accounts, ${PER_SECOND} changes per second.`);
    await server.dispose();
  }
  if (report.missed > 0) throw new Error(`${report.missed} targets are missed`);
});

function say(text: string): void {
  console.log(`measure: ${text}`);
}

function played(page: Page): Promise<number> {
  return page.evaluate(() => (window as any).replay.played);
}

async function watched(page: Page, act: () => Promise<void>): Promise<Seen> {
  await begin(page);
  await act();
  return end(page);
}

/** The page as it is, with as many rows as a document bears, and nothing that moves by itself. */
async function staticTable(page: Page): Promise<string> {
  return page.evaluate((count) => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    copy.querySelectorAll('script, link:not([rel=stylesheet]), .spacer').forEach((element) => element.remove());
    const body = copy.querySelector('#account-rows-body')!;
    const rows = [...body.children];
    for (let index = rows.length; index < count; index++) body.append(rows[index % rows.length].cloneNode(true));
    return `<!DOCTYPE html>${copy.outerHTML}`;
  }, STATIC_ROWS);
}

/** Turns the wheel evenly for so long; `back` again and again to the top, where the end is near. */
async function scroll(cdp: CDPSession, page: Page, seconds: number, back: boolean): Promise<void> {
  const box = await page.locator('#account-rows').boundingBox();
  if (!box) throw new Error('there is no table');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  for (const began = Date.now(), turn = { down: true }; Date.now() - began < seconds * 1000; turn.down = !turn.down || !back) {
    const distance = (turn.down ? -1 : 1) * SPEED * 2;
    await cdp.send('Input.synthesizeScrollGesture', { x, y, yDistance: distance, speed: SPEED, gestureSourceType: 'mouse', preventFling: true });
  }
}

/** Drags the bar at the side from the top to the bottom: a hundred places of the table, ten a second. */
async function jump(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const region = document.getElementById('account-rows')!;
    for (let step = 0; step <= 100; step++) {
      region.scrollTop = ((region.scrollHeight - region.clientHeight) * step) / 100;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    region.scrollTop = 0;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  });
}

function scrolling(report: Report, moving: Seen[], resting: Seen[]): void {
  const frames = (all: Seen[]) => all.flatMap((seen) => seen.frames);
  const [ours, theirs] = [quantile(frames(moving), 0.99), quantile(frames(resting), 0.99)];
  report.section(`Scrolling by the wheel, ${SPEED} px per second, ${ROUNDS} × ${SECONDS / ROUNDS} s each in turn`);
  report.figure('frames per second', frames(moving).length / moving.reduce((sum, seen) => sum + seen.seconds, 0), '');
  report.figure(`frames per second of ${STATIC_ROWS} static rows`, frames(resting).length / resting.reduce((sum, seen) => sum + seen.seconds, 0), '');
  report.figure('frame p50', quantile(frames(moving), 0.5), 'ms');
  report.figure('frame p99', ours, 'ms');
  report.figure('frame p99 of the static table', theirs, 'ms');
  report.compared('frame p99 against the static table', ours / theirs, '×', 1.5, 2);
  longTasks(report, moving);
  report.figure('longest task of the static table', Math.max(0, ...resting.flatMap(({ tasks }) => tasks.map(({ ms }) => ms))), 'ms');
  report.compared('layout shift', Math.max(...moving.map((seen) => seen.shift)), '', 0.02, 4);
  moving.flatMap((seen) => seen.shifted).slice(0, 20).forEach((shift) => report.note(`shifted: ${shift}`));
}

function longTasks(report: Report, all: Seen[]): void {
  const tasks = all.flatMap((seen) => seen.tasks);
  report.compared('longest task, if over 50 ms', Math.max(0, ...tasks.map(({ ms }) => ms)), 'ms', 50);
  report.figure('tasks over 50 ms', tasks.length, '', 0);
  tasks.sort((a, b) => b.ms - a.ms).slice(0, 5).forEach(({ ms, whose }) => report.note(`task of ${Math.round(ms)} ms: ${whose || 'the browser does not say'}`));
}

function jumping(report: Report, seen: Seen): void {
  report.section('Dragging the bar at the side through the whole table');
  report.figure('frame p99', quantile(seen.frames, 0.99), 'ms');
  longTasks(report, [seen]);
  report.compared('layout shift', seen.shift, '', 0.02, 4);
}

async function searching(report: Report, page: Page): Promise<void> {
  const field = page.getByRole('searchbox', { name: 'Search accounts' });
  await field.click();
  const found: { ms: number; asked: number }[] = [];
  for (const word of ['harbour', 'logistics', 'ada.1', 'c-10']) {
    for (const letter of word) found.push(await timeOfSearch(page, letter));
    while ((await field.inputValue()) !== '') found.push(await timeOfSearch(page, 'Backspace'));
  }
  const times = found.map(({ ms }) => ms);
  report.section('Typing in the search, letter by letter');
  report.figure('letters', times.length, '', 0);
  report.figure('from the key to the painted result, p50', quantile(times, 0.5), 'ms');
  report.compared('from the key to the painted result, p95', quantile(times, 0.95), 'ms', 100);
  report.figure('the slowest', Math.max(...times), 'ms');
  const asked = found.map(({ asked }) => asked);
  report.figure('of it the question and its answer, p50', quantile(asked, 0.5), 'ms');
  report.figure('of it the question and its answer, p95', quantile(asked, 0.95), 'ms');
}

/** What people do all day, none of which writes: the server knows nothing of the changes that are replayed. */
async function work(page: Page): Promise<void> {
  const keys = async (key: string, times: number) => {
    for (let count = 0; count < times; count++) {
      await page.keyboard.press(key);
      await page.waitForTimeout(60);
    }
  };
  const cells = page.locator('#account-rows-body td.region');
  await cells.nth(3).click();
  await keys('ArrowDown', 20);
  await keys('PageDown', 5);
  await keys('ArrowRight', 3);
  await keys('Shift+ArrowDown', 10);
  await keys('Escape', 1);
  await keys('Space', 3);
  await keys('Space', 1);
  await page.locator('#account-rows-body td.status').nth(8).click();
  await keys('ArrowDown', 3);
  await keys('Escape', 1);
  await page.locator('#account-rows-body td.owner').nth(10).click();
  await keys('h', 1);
  await keys('Escape', 2);
  await page.getByRole('columnheader', { name: /^Date/ }).getByRole('link').click();
  await page.waitForTimeout(500);
  await page.getByRole('columnheader', { name: /^Date/ }).getByRole('link').click();
  await page.waitForTimeout(500);
  await page.locator('.group-tool').click();
  await page.locator('#group-menu').getByText('Status', { exact: true }).click();
  await page.waitForTimeout(800);
  const head = page.locator('#account-rows-body tr.group button').first();
  await head.click();
  await page.waitForTimeout(500);
  await head.click();
  await page.waitForTimeout(500);
  await page.locator('.columns-tool').click();
  await keys('Escape', 1);
  await keys('Control+k', 1);
  await page.keyboard.type('harbour', { delay: 80 });
  await keys('Escape', 2);
}

function interacting(report: Report, seen: Seen): void {
  const sorted = [...seen.interactions].sort((a, b) => b.ms - a.ms);
  // The worst, but for one in fifty: so the browsers' own figure is defined.
  const worst = sorted[Math.floor(sorted.length / 50)];
  report.section('Working: keys, ranges, editors, order, groups, menus, the answer card');
  report.figure('interactions slower than a frame', sorted.length, '', 0);
  report.compared('interaction to next paint', worst?.ms ?? 0, 'ms', 100);
  report.figure('the slowest interaction', sorted[0]?.ms ?? 0, 'ms');
  longTasks(report, [seen]);
  report.compared('layout shift', seen.shift, '', 0.02, 4);
  sorted.slice(0, 5).forEach(({ ms, what }) => report.note(`interaction of ${ms} ms: ${what}`));
  seen.shifted.forEach((shift) => report.note(`shifted while working: ${shift}`));
}

async function remembering(report: Report, page: Page, cdp: CDPSession): Promise<void> {
  await page.keyboard.press('Escape');
  await cdp.send('Performance.enable');
  const samples: { x: number; y: number; wasm: number; nodes: number }[] = [];
  const began = Date.now();
  const minutes = () => (Date.now() - began) / 60_000;
  say(`scrolling for ${MINUTES} minutes`);
  while (minutes() < MINUTES) {
    await scroll(cdp, page, 10, true);
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const metric = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    const wasm = await wasmMemory(page);
    const sample = { x: minutes(), y: metric('JSHeapUsedSize') + wasm, wasm, nodes: metric('Nodes') };
    samples.push(sample);
    say(`minute ${sample.x.toFixed(1)}: ${(sample.y / 1e6).toFixed(1)} MB, of it WebAssembly ${(wasm / 1e6).toFixed(1)} MB; ${sample.nodes} nodes`);
  }
  // The first fifth fills what the page keeps at most: rows, and timers of marks.
  const later = samples.filter(({ x }) => x > MINUTES / 5);
  const [first, last] = [later[0], later.at(-1)!];
  const megabytes = 1e6;
  report.section(`Memory of the tab, ${MINUTES} minutes of scrolling, ${samples.length} samples after a collection`);
  report.figure('script heap and WebAssembly at the start', first.y / megabytes, 'MB');
  report.figure('at the end', last.y / megabytes, 'MB');
  report.figure('of it WebAssembly, which never shrinks, at the start', first.wasm / megabytes, 'MB');
  report.figure('of it WebAssembly at the end', last.wasm / megabytes, 'MB');
  report.figure('nodes of the document at the start', first.nodes, '', 0);
  report.figure('nodes of the document at the end', last.nodes, '', 0);
  // What is held at one moment differs by as much: a twentieth.
  report.compared('growth in 10 minutes, by the slope', (slope(later) * 10) / first.y * 100, '%', 5);
}
