import { checkAccessibility, expect, test } from '../fixtures';
import { DEMO, firstIn, live, open, rows } from '../steps';

test('an account shows its moves and its history, and follows what others do', async ({ demo, page, openPage, signIn }) => {
  await signIn(page, 'operator');
  const view = `${demo.url}${DEMO}/accounts?status=not_started&cohort=none&sort=-name`;
  await open(page, view);
  await rows(page).first().getByRole('link').click();
  await page.waitForURL(/\/accounts\/\d+$/);
  await live(page);
  const status = page.locator('.title .state');
  const moves = page.getByRole('group', { name: 'Change the status' });
  const move = (name: string | RegExp) => moves.getByRole('button', { name });
  /** The live feed may show the new status before the answer to the click is there. */
  const became = async (word: string) => {
    await expect(status).toHaveText(word);
    await expect(moves).not.toHaveAttribute('aria-busy');
  };
  const entries = page.locator('.entries .entry');
  await expect(status).toHaveText('Not started');
  await expect(move('Complete')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.locator('#refused-moves')).toContainText('Refused from Not started');

  const other = await openPage();
  await signIn(other, 'viewer');
  await open(other, page.url());
  await live(other);

  await test.step('not started → scheduled → in progress → completed → rolled back', async () => {
    await move('Schedule…').click();
    await page.getByLabel('Date', { exact: true }).fill('2031-05-21');
    await page.getByLabel('Reason for a date of its own').fill('They asked for May');
    await page.getByRole('button', { name: 'Save' }).click();
    await became('Scheduled');
    await expect(page.getByText('Its own date: They asked for May')).toBeVisible();
    await move(/^Start$/).click();
    await became('In progress');
    await move('Complete…').click();
    await page.getByRole('button', { name: 'Complete', exact: true }).click();
    await became('Completed');
    await move('Roll back…').click();
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    const reason = page.getByLabel('Why it is rolled back');
    expect(await reason.evaluate((input: HTMLInputElement) => input.validity.valueMissing)).toBe(true);
    await expect(status).toHaveText('Completed');
    await reason.fill('Totals differ');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await became('Rolled back');
  });

  await test.step('the history has who, when, before and after', async () => {
    const latest = entries.first();
    await expect(latest).toContainText('Omar Haddad changed the account');
    await expect(latest.locator('.diff').filter({ hasText: 'Status' }).getByRole('deletion')).toHaveText('Completed');
    await expect(latest.locator('.diff').filter({ hasText: 'Status' }).getByRole('insertion')).toHaveText('Rolled back');
    await expect(latest.getByRole('time')).toHaveText(/^\d\d:\d\d/);
    await expect(entries.nth(3)).toContainText('21 May 2031');
  });

  await test.step('a viewer watched it, may comment, and may not move it', async () => {
    await expect(other.locator('.title .state')).toHaveText('Rolled back');
    await expect(other.getByRole('group', { name: 'Change the status' })).toHaveCount(0);
    await other.getByLabel('Comment').fill('They called, all is well.');
    await other.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(other.getByText('They called, all is well.')).toBeVisible();
    await expect(other.getByLabel('Comment')).toHaveValue('');
    await expect(page.getByText('They called, all is well.')).toBeVisible();
    await page.getByRole('button', { name: /^Comments/ }).click();
    await expect(entries).toHaveCount(1);
  });

  await checkAccessibility(page);
  await page.locator('.crumbs').getByRole('link').click();
  await expect(page).toHaveURL(view);
});

test('a blocked account shows its blocker and resumes what it interrupted', async ({ demo, page, signIn }) => {
  await signIn(page, 'operator');
  const view = `${demo.url}${DEMO}/accounts?status=blocked&cohort=4,3&sort=-date`;
  await firstIn(page, view);
  await open(page, view);
  await rows(page).first().getByRole('link').click();
  const blocker = page.locator('.blocker-panel');
  await blocker.getByRole('button', { name: 'Edit' }).click();
  await blocker.getByLabel('What blocks it').fill('Waits for the new key');
  await blocker.getByRole('button', { name: 'Save' }).click();
  await expect(blocker.getByText('Waits for the new key')).toBeVisible();
  const interrupted = await blocker.locator('.state').innerText();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(blocker).toHaveCount(0);
  await expect(page.locator('.title .state')).toHaveText(interrupted);
});

test('an address without an account says so', async ({ demo, page, signIn, browserConsole }) => {
  browserConsole.allow(/status of 404/);
  await signIn(page, 'viewer');
  await page.goto(`${demo.url}${DEMO}/accounts/999999`);
  await expect(page.getByText('This account does not exist.')).toBeVisible();
  await page.goto(`${demo.url}/m/nothing/accounts`);
  await expect(page.getByRole('heading', { name: 'There is no such migration' })).toBeVisible();
});
