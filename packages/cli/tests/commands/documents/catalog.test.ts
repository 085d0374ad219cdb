import { catalog } from '@wcp/spec/catalog';
import { describe, expect, it } from 'vitest';
import { wcp, wcpJson } from '../../support/support.ts';

describe('catalog', () => {
  it('The command catalog search lists entities with every word, best match first.', async () => {
    const { code, out } = await wcp(['catalog', 'search', 'summarize', 'document']);
    expect(out).toMatch(/^cap\.doc\.summarize +Summarize Document\n/);
    expect(code).toBe(0);
  });

  it('The command catalog search exits 1 without a match and says what to try.', async () => {
    const { code, out, err } = await wcp(['catalog', 'search', 'zzzzzz']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Try fewer');
  });

  it('The command catalog show prints one entity, by either spelling of its id.', async () => {
    const { code, json } = await wcpJson(['catalog', 'show', 'ctrl.obs.audit_log_append_only']);
    expect(json).toMatchObject({ id: 'ctrl.obs.audit-log-append-only', type: 'control' });
    expect(code).toBe(0);
  });

  it('The command catalog show exits 1 for an unknown id and suggests a similar one.', async () => {
    const { code, err } = await wcp(['catalog', 'show', 'cap.doc.sumarize']);
    expect(err).toContain('Did you mean cap.doc.summarize?');
    expect(code).toBe(1);
  });

  it('The command catalog browse prints every entity as a tree without a terminal, and without colours.', async () => {
    const { code, out } = await wcp(['catalog', 'browse']);
    for (const { id } of catalog.entities) expect(out).toContain(` ${id} `);
    expect(out).not.toContain('\u001b');
    expect(code).toBe(0);
  });
});
