// The JSON of a status page, as the client `statuspage.io` of npm reads it; called by check-public.
const assert = require('node:assert');
const { Statuspage } = require('statuspage.io');

const url = process.argv[2];
const client = new Statuspage('landbridge');
client.setApiUrl(url);

/** The fields of the client's own types (its Result.d.ts). */
const FIELDS = {
  page: ['id', 'name', 'time_zone', 'updated_at', 'url'],
  component: ['created_at', 'description', 'group', 'group_id', 'id', 'name', 'only_show_if_degraded', 'page_id', 'position', 'showcase', 'start_date', 'status', 'updated_at'],
  incident: ['created_at', 'id', 'impact', 'incident_updates', 'monitoring_at', 'name', 'page_id', 'resolved_at', 'shortlink', 'status', 'updated_at'],
  update: ['body', 'created_at', 'display_at', 'id', 'incident_id', 'status', 'updated_at'],
};
const has = (value, kind, more = []) => {
  for (const field of [...FIELDS[kind], ...more]) assert.ok(field in value, `a ${kind} has no ${field}: ${JSON.stringify(value)}`);
  return value;
};
const each = (list, kind, more) => {
  assert.ok(Array.isArray(list), `no list of ${kind}`);
  for (const value of list) for (const update of has(value, kind, more).incident_updates ?? []) has(update, 'update');
  return list;
};
const MAINTENANCE = ['scheduled_for', 'scheduled_until'];

(async () => {
  const { getSummary, getStatus, getComponents, incidents, scheduledMaintenances } = client.api;
  const summary = await getSummary();
  has(summary.page, 'page');
  assert.ok(['none', 'minor', 'major', 'critical', 'maintenance'].includes(summary.status.indicator), summary.status.indicator);
  assert.deepStrictEqual((await getStatus()).status, summary.status);
  assert.deepStrictEqual(each((await getComponents()).components, 'component'), summary.components);
  const all = each((await incidents.getAll()).incidents, 'incident');
  const open = each((await incidents.getUnresolved()).incidents, 'incident');
  assert.deepStrictEqual(each(summary.incidents, 'incident'), open);
  const upcoming = each((await scheduledMaintenances.getUpcoming()).scheduled_maintenances, 'incident', MAINTENANCE);
  // This version of the client asks for the upcoming ones whichever are wanted, so the other two are fetched without it.
  const fetched = async (path) => (await (await fetch(`${url}/api/v2/${path}`)).json()).scheduled_maintenances;
  const planned = each(await fetched('scheduled-maintenances.json'), 'incident', MAINTENANCE);
  each(await fetched('scheduled-maintenances/active.json'), 'incident', MAINTENANCE);
  console.log(`statuspage.io: "${summary.page.name}", ${summary.status.description}; ${summary.components.length} components, ` +
    `${all.length} incidents (${open.length} open), ${planned.length} maintenances (${upcoming.length} to come)`);
})().catch((error) => {
  console.error(`check-public: ${error.message}`);
  process.exit(1);
});
