import type { Page } from '@playwright/test';
import { type Server, checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, fillSignIn, firstMigration, live, open } from '../steps';

/** Calls a server function as whoever is signed in on this page. */
async function call(page: Page, server: Server, name: string, data: Record<string, unknown>): Promise<any> {
  const answer = await page.request.post(`${server.url}/api/${name}`, { data });
  expect(answer.ok(), `${name}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

async function form(page: Page, server: Server, name: string, fields: Record<string, string>): Promise<any> {
  const answer = await page.request.post(`${server.url}/api/${name}`, { form: fields });
  expect(answer.ok(), `${name}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

let commands = 0;
const command = () => `gates-spec-${(commands += 1)}`;

/** A running migration with two cohorts; `accounts` are in the first of them. */
async function twoCohorts(page: Page, server: Server, accounts: number): Promise<{ address: string; migration: string }> {
  const address = await firstMigration(page, server, 'Ledger 3');
  const slug = address.split('/m/')[1] ?? '';
  const { migration } = await form(page, server, 'migrations/overview', { slug });
  await form(page, server, 'migrations/move', { migration: migration.id, to: 'running', reason: 'Kick-off' });
  for (const name of ['Pilot', 'Early']) {
    const cohort: number = await form(page, server, 'cohorts/create', { migration: migration.id, 'form[name]': name });
    const report = await form(page, server, 'gates/report', { migration: migration.id, cohort: String(cohort) });
    const { entry, exit, triggers } = report.cohort.gates;
    // Nobody is told anything here.
    const asked = entry.filter((gate: any) => gate.criterion.measures !== 'notified');
    expect(asked).toHaveLength(entry.length - 1);
    await call(page, server, 'gates/change', { migration: migration.id, cohort, lists: { entry: asked, exit, triggers } });
  }
  const numbers: number[] = [];
  for (let index = 1; index <= accounts; index += 1) {
    const input = { external_id: `A-${index}`, name: `Company ${index}` };
    numbers.push(await call(page, server, 'accounts/create', { migration: migration.id, command: command(), form: input }));
  }
  if (accounts > 0) await bulk(page, server, migration.id, numbers, { set: 'cohort', to: 1 });
  return { address, migration: migration.id };
}

async function bulk(page: Page, server: Server, migration: string, numbers: number[], change: unknown): Promise<void> {
  const scope = { scope: 'accounts', numbers };
  const id: string = await call(page, server, 'bulk/start', { migration, command: command(), scope, change });
  await expect(async () => {
    const one = await form(page, server, 'bulk/one', { migration, id });
    expect(one.summary.stage).toBe('done');
  }).toPass();
}

test('a start is refused while its entry gate is not passed, then overridden with a reason', async ({ server, page, browserConsole }) => {
  const { address } = await twoCohorts(page, server, 0);
  await open(page, `${address}/cohorts/2`);
  await page.getByRole('button', { name: 'Start the cohort…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start 2 · Early?' });
  await expect(dialog).toContainText('1 · Pilot has not passed its exit gate');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The pilot was a rehearsal');

  browserConsole.allow(/status of 409/);
  await dialog.getByRole('button', { name: 'Start the cohort', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('The entry gate of 2 · Early is not passed. Nothing was changed.');
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('The pilot was a rehearsal');

  await dialog.getByLabel(/^Override the gate/).check();
  await checkAccessibility(page);
  await dialog.getByRole('button', { name: 'Start the cohort in spite of it' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Halt the cohort…' })).toBeVisible();
  const entry = page.getByRole('region', { name: 'Entry', exact: true });
  await expect(entry).toContainText('The pilot was a rehearsal');
  await expect(entry.getByRole('row', { name: /Cohorts before/ })).toContainText('Waived');
});

test('a breached trigger halts the cohort, and other screens show it without a reload', async ({ server, page, openPage }) => {
  const { address, migration } = await twoCohorts(page, server, 10);
  await form(page, server, 'cohorts/move', { migration, cohort: '1', to: 'running', reason: 'Go' });
  const all = Array.from({ length: 10 }, (_, index) => index + 1);
  await bulk(page, server, migration, all, { set: 'state', to: { move: 'start' } });

  const [watching, table] = [await openPage(), await openPage()];
  for (const [colleague, place] of [[watching, 'cohorts/1'], [table, 'accounts']] as const) {
    await open(colleague, `${server.url}/sign-in`);
    await fillSignIn(colleague, 'admin@landbridge.local', 'seven wet herons');
    await colleague.waitForURL((url) => url.pathname !== '/sign-in');
    await open(colleague, `${address}/${place}`);
    await live(colleague);
  }
  const triggers = watching.getByRole('region', { name: 'Rollback triggers' });
  await expect(triggers.getByRole('row', { name: /Rolled back/ })).toContainText('Armed');
  await bulk(page, server, migration, [1], { set: 'state', to: { move: 'roll_back', reason: 'Invoices were wrong' } });

  await expect(watching.getByRole('heading', { level: 1 }).locator('..')).toContainText('Halted');
  await expect(watching.getByRole('region', { name: 'Health' })).toContainText('Rolled back: 10 %, allowed is 5 %.');
  await expect(triggers.getByRole('row', { name: /Rolled back/ })).toContainText('Breached');
  await expect(table.locator('.halted-banner')).toContainText('1 · Pilot was halted by a rollback trigger.');
  await checkAccessibility(watching);
  await shoot(watching, 'cohort-halted');

  await watching.getByRole('button', { name: 'Resume the cohort…' }).click();
  const resume = watching.getByRole('dialog', { name: 'Resume 1 · Pilot?' });
  await resume.getByLabel('Reason').fill('One customer, understood');
  await resume.getByRole('button', { name: 'Resume the cohort' }).click();
  await expect(watching.getByRole('region', { name: 'Health' })).toContainText('At risk');
  await expect(table.locator('.halted-banner')).toBeEmpty();
  // Worse than at the resume: it halts again.
  await bulk(page, server, migration, [2], { set: 'state', to: { move: 'roll_back', reason: 'Again' } });
  await expect(table.locator('.halted-banner')).toContainText('Rolled back: 20 %');
});

test('a gate is signed by keyboard alone', async ({ server, page }) => {
  const { address } = await twoCohorts(page, server, 0);
  await open(page, `${address}/cohorts/1`);
  const entry = page.getByRole('region', { name: 'Entry', exact: true });
  const sign = entry.getByRole('button', { name: 'Sign…' });
  await sign.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sign the entry gate of 1 · Pilot?' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(sign).toBeFocused();
  await page.keyboard.press('Enter');
  const confirm = dialog.getByRole('button', { name: 'Sign the gate' });
  for (let steps = 0; steps < 6 && !(await confirm.evaluate((button) => button === document.activeElement)); steps += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(confirm).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(entry).toContainText('Signed by First admin');
});

test('other thresholds are set, marked after the start, and replayed over past decisions', async ({ demo, page, signIn, browserConsole }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/cohorts/3`);
  await page.getByRole('button', { name: 'Edit and replay…' }).click();
  const editor = page.getByRole('dialog', { name: 'Gates of 3 · Main EU' });
  await expect(editor).toContainText('At least 98 % completed');
  const early = editor.getByRole('row', { name: /Early adopters, exit/ });
  await expect(early).toContainText('Would not pass');
  await expect(early).toContainText('At least 98 % completed');
  const section = editor.getByRole('group', { name: 'Exit' });
  for (const [label, amount] of [['Completed', '50'], ['Blocked', '40'], ['Rolled back', '40']] as const) {
    await section.getByLabel(`Threshold: ${label}`).fill(amount);
  }
  const others = ['Time since the last account was completed', 'Open tickets per 100 accounts', 'Error rate to baseline'];
  for (const name of others) {
    await section.getByRole('button', { name: `Take away: ${name}` }).click();
  }
  await expect(section).toContainText('At least 50 % completed');
  await expect(early).toContainText('Would pass');
  await checkAccessibility(page);
  await shoot(page, 'gates-editor');

  await section.getByLabel('Threshold: Completed').fill('130');
  browserConsole.allow(/status of 422/);
  await editor.getByRole('button', { name: 'Save the gates' }).click();
  await expect(section.getByText('At most 100 %.')).toBeVisible();
  await section.getByLabel('Threshold: Completed').fill('97');
  await editor.getByRole('button', { name: 'Save the gates' }).click();
  await expect(editor).toBeHidden();
  const exit = page.getByRole('region', { name: 'Exit', exact: true });
  await expect(exit.getByRole('row', { name: /^Completed/ })).toContainText('≥ 97 %');
  await expect(exit.getByRole('row', { name: /^Completed/ })).toContainText('changed after the start by');
  await exit.getByText('Changed after the start', { exact: true }).click();
  await expect(exit).toContainText('taken away: Error rate at most 1.5 × baseline');
});

test('the rollback of a cohort is previewed with what may not go back and why', async ({ demo, page, signIn }) => {
  await signIn(page, 'lead');
  await open(page, `${demo.url}${DEMO}/cohorts/3`);
  await page.getByRole('button', { name: 'Roll back…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Roll back 3 · Main EU?' });
  await expect(dialog).toContainText('Nothing is changed yet.');
  const [may, mayNot] = await dialog.locator('.tile b').allInnerTexts();
  expect(Number(may?.replace(',', ''))).toBeGreaterThan(10);
  expect(Number(mayNot?.replace(',', ''))).toBeGreaterThan(0);
  await expect(dialog).toContainText('May not go back, and why');
  await checkAccessibility(page);
  await shoot(page, 'cohort-rollback');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
});

test('the page of a cohort says how it does, at every width', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/cohorts/3`);
  await expect(page.locator('.lede')).toContainText(/accounts are completed, .* planned for now/);
  await expect(page.getByRole('button', { name: /Halt|Edit|Sign/ })).toHaveCount(0);
  await page.getByText('The figures as a table').click();
  await expect(page.getByRole('columnheader', { name: 'End of' })).toBeVisible();
  await page.getByRole('link', { name: /^Previous cohort/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 · Early adopters');
  await expect(page.getByText('The cohort is closed.', { exact: false }).first()).toBeVisible();
  for (const width of [390, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const { shown, content } = await page.evaluate(() => ({
      shown: document.documentElement.clientWidth,
      content: document.documentElement.scrollWidth,
    }));
    expect(content, `at ${width}`).toBeLessThanOrEqual(shown);
    await checkAccessibility(page);
  }
});
