import { createHmac } from 'node:crypto';
import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, firstIn, open, rowOf } from '../steps';

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
