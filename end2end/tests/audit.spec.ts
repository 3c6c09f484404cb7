import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, open, rows } from '../steps';

test('the log is filtered by stream, kind and person, and verified', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}/audit`);
  await page.getByLabel('Of', { exact: true }).selectOption({ label: 'Ledger 3 billing' });
  await page.getByLabel('What').selectOption({ label: "Changed a cohort's stage" });
  await page.getByLabel('Who').selectOption({ label: 'Lena Brandt' });
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/kind=cohort_moved/);
  const entries = page.locator('.audit-entry');
  await expect(entries.first()).toContainText("Lena Brandt changed a cohort's stage");
  await expect(entries.filter({ hasNotText: "changed a cohort's stage" })).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel('Who')).toHaveValue(/.+/);
  await expect(entries.first()).toContainText('Lena Brandt');

  await page.getByRole('button', { name: 'Verify the log' }).click();
  await expect(page.getByText('The log is whole')).toBeVisible();
  await expect(page.locator('.verdicts')).toContainText(/Ledger 3 billing: [\d,]+ events, whole/);
});

test('older entries are a page away', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}/audit`);
  const first = page.locator('.audit-entry').first();
  const ofWorkspace = await first.innerText();
  await page.getByLabel('Of', { exact: true }).selectOption({ label: 'Ledger 3 billing' });
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(first).not.toHaveText(ofWorkspace, { useInnerText: true });
  const newest = await first.innerText();
  await page.getByRole('link', { name: 'Older' }).click();
  await page.waitForURL(/before=/);
  await expect(first).not.toHaveText(newest, { useInnerText: true });
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(first).toHaveText(newest, { useInnerText: true });
});

test('a person is erased, and the log is still whole', async ({ demo, page, signIn }) => {
  await signIn(page, 'admin');
  await open(page, `${demo.url}${DEMO}/accounts?status=completed&cohort=1`);
  const row = rows(page).last();
  const id = await row.locator('td.id').innerText();
  const account = await row.getByRole('link').getAttribute('href');
  await open(page, `${demo.url}${account}`);
  const contact = page.getByRole('region', { name: 'Contact' });
  const address = await contact.getByText(/@/).innerText();

  await page.getByRole('navigation', { name: 'Landbridge' }).getByRole('link', { name: 'Erasure' }).click();
  await page.getByLabel('Person').fill(id);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.getByText(address)).toBeVisible();
  await page.getByRole('button', { name: 'Erase…' }).click();
  const question = page.getByRole('dialog');
  await checkAccessibility(page);
  await question.getByLabel('Reason').fill('Asked for by letter');
  await question.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByText(/values? erased\. The audit log says that it happened/)).toBeVisible();
  await expect(page.getByText(address)).toHaveCount(0);

  await open(page, `${demo.url}${account}`);
  await expect(contact).not.toContainText(address);
  await open(page, `${demo.url}/audit`);
  await expect(page.locator('.audit-entry').first()).toContainText("erased a person's data");
  await page.getByRole('button', { name: 'Verify the log' }).click();
  await expect(page.getByText('The log is whole')).toBeVisible();
  await expect(page.locator('.verdicts')).toContainText(/values? erased/);
});

test('the log is for admins', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 403/);
  await signIn(page, 'lead');
  await page.goto(`${demo.url}/audit`);
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('.audit-entry')).toHaveCount(0);
});
