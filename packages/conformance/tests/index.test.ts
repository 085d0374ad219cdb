import { expect, test } from 'vitest';

test('The package exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual([
    'CaseGroupsSchema',
    'KnownFailuresSchema',
    'LEVELS',
    'LEVEL_NAMES',
    'OPERATIONS',
    'OPERATION_NAMES',
    'PROTOCOL',
    'REVISION',
    'ReportSchema',
    'RequirementsSchema',
    'SCHEMAS',
    'exitCode',
    'listCases',
    'loadFixtures',
    'loadKnownFailures',
    'renderBadge',
    'renderBadgeSvg',
    'renderJUnit',
    'renderJson',
    'renderMarkdown',
    'renderText',
    'runConformance',
    'schemaDocument',
    'servePort',
    'showCase',
  ]);
});
