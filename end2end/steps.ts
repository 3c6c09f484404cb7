import { type Locator, type Page, expect } from '@playwright/test';
import type { Server } from './server';

/** Where the demo's migration is. */
export const DEMO = '/m/ledger-3-billing';

/** Opens an address and waits until the page answers to clicks: the browser has taken it over from the server. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await awake(page);
}

export async function awake(page: Page): Promise<void> {
  await page.locator('html[data-awake]').waitFor({ state: 'attached' });
  // What is loaded later takes the place of what the server rendered.
  await expect(page.locator('.as-served')).toHaveCount(0);
}

/** Follows a one-time link: sets the password, which signs in. */
export async function acceptLink(page: Page, link: string, password: string): Promise<void> {
  await open(page, link);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/welcome'));
}

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel(/^e-mail/i).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The first admin of an empty server, with a migration of this name as a draft. Answers the migration's address. */
export async function firstMigration(page: Page, server: Server, name: string): Promise<string> {
  await acceptLink(page, await server.firstLink(), 'seven wet herons');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Deadline').fill('2031-06-30');
  await page.getByRole('button', { name: 'Start the migration' }).click();
  await page.waitForURL('**/accounts');
  return page.url().replace(/\/accounts$/, '');
}

/** Chooses a tab of the migration; the app moves there without loading a document. */
export async function goTo(page: Page, tab: 'Accounts' | 'Cohorts' | 'Status page' | 'Imports' | 'Changes' | 'Settings'): Promise<void> {
  await page.getByRole('navigation', { name: 'This migration' }).getByRole('link', { name: tab }).click();
  await page.waitForURL(`**/${tab.toLowerCase().replace(' ', '-')}`);
}

/** Waits until the screen says that it is live: from here on changes of others arrive. */
export async function live(page: Page): Promise<void> {
  await expect(indicator(page)).toHaveText('Live');
}

export function indicator(page: Page): Locator {
  return page.locator('button.live').getByRole('status');
}

/** The rows of the account table that are in the document, without its head. */
export function rows(page: Page): Locator {
  return page.locator('#account-rows-body').getByRole('row');
}

/** The row of the account with this external id. */
export function rowOf(page: Page, id: string): Locator {
  return rows(page).filter({ has: page.getByRole('gridcell', { name: id, exact: true }) });
}

export type Column = 'id' | 'cohort' | 'status' | 'date' | 'blocker' | 'owner' | 'rollback';

export function cell(row: Locator, column: Column): Locator {
  return row.locator(`td.${column}`);
}

/** The external ids in the document, from the top. */
export async function idsOf(page: Page): Promise<string[]> {
  return rows(page).locator('td.id').allInnerTexts();
}

/** The external id of the first account of a view. */
export async function firstIn(page: Page, view: string): Promise<string> {
  await page.goto(view);
  return rows(page).first().locator('td.id').innerText();
}

/** The editor that floats beside the cell being edited. */
export function editor(page: Page): Locator {
  return page.locator('.cell-editor');
}

/** Opens a cell's editor and takes one of its choices. */
export async function choose(page: Page, row: Locator, column: Column, choice: string | RegExp): Promise<void> {
  await cell(row, column).click();
  await editor(page).getByRole('menu').getByText(choice, { exact: true }).click();
}
