import { createHmac } from 'node:crypto';
import { checkAccessibility, expect, shoot, test } from '../fixtures';
import { DEMO, firstIn, firstMigration, live, open, rowOf } from '../steps';

/** A ticket as a help desk reports it, signed as Standard Webhooks says. */
async function report(url: string, key: string, ticket: object): Promise<number> {
  const body = JSON.stringify(ticket);
  const at = Math.floor(Date.now() / 1_000).toString();
  const id = `msg_${at}${Math.random()}`;
  const secret = Buffer.from(key.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
  return (await fetch(`${url}/hooks/tickets`, { method: 'POST', body, headers })).status;
}

test('a ticket soon after the migration is followed up from My work, and shows in the table until then', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/notifications/endpoints`);
  const tickets = page.getByRole('region', { name: 'Tickets' });
  await tickets.getByRole('button', { name: /key/i }).click();
  const key = await tickets.locator('code', { hasText: 'whsec_' }).innerText();

  const lead = await openPage();
  await signIn(lead, 'lead');
  // Nobody owns it, so the leads look after it; it was migrated within the last week.
  const id = await firstIn(lead, `${demo.url}${DEMO}/accounts?status=completed&sort=-date`);
  const ticket = { ticket_id: 'T-77', external_id: id, subject: 'Where are my invoices?', url: 'https://help.example/77', status: 'open' };
  expect(await report(demo.url, 'whsec_d3JvbmcgbG9uZyBlbm91Z2gga2V5', ticket)).toBe(401);
  expect(await report(demo.url, key, ticket)).toBe(204);

  const name = await rowOf(lead, id).locator('.name a').innerText();
  await expect(lead.getByText('Follow up: a ticket came soon after the migration').first()).toBeAttached();
  await open(lead, `${demo.url}${DEMO}/accounts?status=completed&sort=-date`);
  await lead.getByRole('link', { name, exact: true }).click();
  const flags = lead.getByRole('region', { name: 'Flags' });
  await expect(flags.getByText(/^Ticket T-77 was opened/)).toBeVisible();
  await expect(lead.getByRole('region', { name: 'Tickets' }).getByText('Where are my invoices?')).toBeVisible();
  await checkAccessibility(lead);

  await flags.getByRole('button', { name: 'Looked after' }).click();
  const dialog = lead.getByRole('dialog', { name: /looked after\?$/ });
  await dialog.getByLabel('What you found').fill('They had the old address.');
  await dialog.getByRole('button', { name: 'Looked after' }).click();
  await expect(flags.getByText(/^Looked after: /)).toBeVisible();
  await expect(flags.getByText('They had the old address.')).toBeVisible();
});

test('a ticket that nobody fits waits in My work until somebody says whose it is', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 422.*assign_ticket/);
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/notifications/endpoints`);
  const tickets = page.getByRole('region', { name: 'Tickets' });
  await tickets.getByRole('button', { name: /key/i }).click();
  const key = await tickets.locator('code', { hasText: 'whsec_' }).innerText();
  const id = await firstIn(page, `${demo.url}${DEMO}/accounts?status=completed&sort=-date`);
  expect(await report(demo.url, key, { ticket_id: 'T-78', email: 'stranger@nowhere.example', subject: 'Help', status: 'open' })).toBe(204);

  await open(page, `${demo.url}/work`);
  await expect(page.getByRole('heading', { name: 'My work', level: 1 })).toBeVisible();
  const waiting = page.getByRole('region', { name: /^Tickets without an account/ }).getByRole('listitem').filter({ hasText: 'T-78' });
  await waiting.getByLabel("Customer's id").fill('C-does-not-exist');
  await waiting.getByRole('button', { name: 'It is theirs' }).click();
  await expect(waiting.getByText('No customer with this id has an account in a migration.')).toBeVisible();
  await expect(waiting.getByLabel("Customer's id")).toHaveValue('C-does-not-exist');
  await checkAccessibility(page);
  await waiting.getByLabel("Customer's id").fill(id);
  await waiting.getByRole('button', { name: 'It is theirs' }).click();
  await expect(waiting).toHaveCount(0);
});

test('what is due is counted beside My work on every page, and follows what happens', async ({ server, page }) => {
  const address = await firstMigration(page, server, 'Ledger 3');
  const ask = async (name: string, body: { data?: unknown; form?: Record<string, string> }): Promise<any> => {
    const answer = await page.request.post(`${server.url}/api/${name}`, body);
    expect(answer.ok(), `${name}: ${await answer.text()}`).toBe(true);
    return answer.json();
  };
  const { migration } = await ask('migrations/overview', { form: { slug: address.split('/m/')[1] ?? '' } });
  await ask('cohorts/create', { form: { migration: migration.id, 'form[name]': 'Pilot' } });
  const link = page.getByRole('navigation', { name: 'Landbridge' }).getByRole('link', { name: /^My work/ });
  await open(page, `${address}/cohorts`);
  await live(page);
  await expect(link).toHaveAccessibleName('My work');

  // Nobody owns the cohort, so its approval is asked of the leads.
  const criterion = { measures: 'approval', duty: 'Customer success', person: null, four_eyes: false };
  const entry = [{ id: 0, criterion, threshold: 100 }];
  await ask('gates/change', { data: { migration: migration.id, cohort: 1, lists: { entry, exit: [], triggers: [] } } });
  await expect(link).toHaveAccessibleName(/^My work\s*, 1 due$/, { timeout: 15_000 });
  await link.click();
  const approvals = page.getByRole('region', { name: /^Approvals/ });
  await expect(approvals.getByRole('listitem')).toContainText('Approved by Customer success, before its start');
  await checkAccessibility(page);
  await shoot(page, 'work-approvals');
  await approvals.getByRole('link', { name: '1 · Pilot' }).click();
  await page.getByRole('region', { name: 'Entry', exact: true }).getByRole('button', { name: 'Approve' }).click();
  await expect(link).toHaveAccessibleName('My work', { timeout: 15_000 });
  await link.click();
  await expect(page.getByText('Nothing is waiting for you')).toBeVisible();
});

test('the share of promises kept stands above the cohorts', async ({ demo, page, signIn }) => {
  await signIn(page, 'viewer');
  await open(page, `${demo.url}${DEMO}/notifications/promises`);
  const all = await page.getByRole('row', { name: /^All/ }).getByRole('cell').first().innerText();
  await open(page, `${demo.url}${DEMO}/cohorts`);
  const kept = page.locator('.page-head .promises-kept');
  await expect(kept).toContainText(new RegExp(all, 'i'));
  await kept.getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'Promises', level: 1 })).toBeVisible();
});
