import { authorityOf, type Finding, type RegistryRecord } from '@wcp/spec';

/**
 * The private names in a record that belong to another authority than its worker (section 4.2): what somebody else
 * named, only they may offer. A name of the catalog belongs to nobody; there the `authorities` of a rule decide.
 */
export function foreignNames({ worker_id, worker_species_id, capabilities }: RegistryRecord): Finding[] {
  const own = authorityOf(worker_id);
  const names = [
    { path: '/worker_species_id', id: worker_species_id },
    ...capabilities.map((id, index) => ({ path: `/capabilities/${index}`, id })),
  ];
  return names.flatMap(({ path, id }) => {
    const owner = authorityOf(id);
    if (owner === null || owner === own) return [];
    const message = `${id} stands in the namespace of ${owner}: only its own workers may be enrolled under it.`;
    return [{ path, code: 'INVALID_VALUE', message }];
  });
}
