import { DATA_LABELS, ENVS, type Match, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { ANY, CELLS, cellOf, NONE, RuleTable } from '../../src/world/rule-table.ts';
import { makeInput, readAccepted } from '../support.ts';

const every = ENVS.flatMap((env) =>
  QOS_CLASSES.flatMap((qos_class) =>
    DATA_LABELS.flatMap((data_label) =>
      TENANT_RISKS.map((tenant_risk) => ({ env, qos_class, data_label, tenant_risk })),
    ),
  ),
);

test('The four enums have 144 cells, and each input has its own.', () => {
  expect(CELLS).toBe(144);
  const cells = every.map((members) => cellOf(readAccepted(makeInput(members))));
  expect([...cells].sort((a, b) => a - b)).toEqual(Array.from({ length: 144 }, (_, index) => index));
});

test('The cells of a match are those of the inputs that it accepts.', () => {
  const { extents } = tableOf({
    env: 'prod',
    data_label: { in: ['PUBLIC', 'RESTRICTED'] },
    qos_class: { eq: 'P0' },
  });
  const expected = every
    .filter(
      ({ env, data_label, qos_class }) => env === 'prod' && data_label !== 'INTERNAL' && qos_class === 'P0',
    )
    .map((members) => cellOf(readAccepted(makeInput(members))));
  expect([...(extents[0]?.cells ?? [])].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
  expect(tableOf({}).extents[0]?.cells).toHaveLength(144);
});

function tableOf(...matches: Match[]): RuleTable {
  const table = new RuleTable();
  for (const match of matches) table.enter(match);
  return table;
}

test('The first rule that accepts a request wins, whichever of the four tables it is in.', () => {
  const capability_id = 'cap.doc.summarize';
  const tenant_id = 'tenant-a';
  const forms = [{ capability_id, tenant_id }, { capability_id }, { tenant_id }, {}];
  for (const [index, form] of forms.entries()) {
    const others = forms.filter((_, other) => other !== index);
    expect(tableOf(form, ...others).first(capability_id, tenant_id, 7)).toBe(0);
    expect(
      tableOf({ tenant_id: 'tenant-z' }, { capability_id: 'cap.a.b' }, form).first(
        capability_id,
        tenant_id,
        7,
      ),
    ).toBe(2);
  }
});

test('A request that no rule accepts has no rule.', () => {
  expect(new RuleTable().first('cap.doc.summarize', 'tenant-a', 0)).toBe(NONE);
  const table = tableOf({ capability_id: 'cap.a.b', tenant_id: 'tenant-a', env: 'prod' });
  expect(table.first('cap.a.b', 'tenant-a', 0)).toBe(NONE);
  expect(table.first('cap.a.b', 'tenant-b', 143)).toBe(NONE);
  expect(table.first('cap.a.c', 'tenant-a', 143)).toBe(NONE);
});

test('A capability and a tenant that no rule names meet only the rules that name none.', () => {
  const table = tableOf({ capability_id: 'cap.a.b' }, { tenant_id: 'tenant-a' }, {});
  expect(table.first(ANY, ANY, 0)).toBe(2);
  expect(table.first(ANY, 'tenant-a', 0)).toBe(1);
  expect(table.first('cap.a.b', ANY, 0)).toBe(0);
});

test('A table names its capabilities, and the tenants that count for each.', () => {
  const table = tableOf({ capability_id: 'cap.a.b', tenant_id: { in: ['t1', 't2'] } }, { tenant_id: 't3' });
  expect(table.capabilities()).toEqual(['cap.a.b', ANY]);
  expect(table.ownTenants('cap.a.b')).toEqual(['t1', 't2']);
  expect(table.ownTenants('cap.x.y')).toEqual([]);
  expect(table.tenants('cap.a.b')).toEqual(['t1', 't2', 't3', ANY]);
});
