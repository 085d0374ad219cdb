import type { RetriedReceipts } from '@wcp/spec/hall';
import type { ExportOptions } from './export-target.ts';
import { Exporter, type ExporterParts, type ExportStatus } from './exporter.ts';
import { fileTarget } from './file-target.ts';
import { httpTarget } from './http-target.ts';

const CHECK_MS = 1_000;
/** An attempt may fail: a receiver that restarts is no trouble. */
const TROUBLE_ATTEMPTS = 3;

/** Everything that leaves the Hall as receipts in other forms. */
export interface Exports {
  readonly statuses: readonly ExportStatus[];
  findings(): readonly ExportFinding[];
  /** Sends receipts once more that the target of an export refused for good; null where no export has this name. */
  retry(name: string, positions: readonly number[]): Promise<RetriedReceipts> | null;
  close(): Promise<void>;
}

interface ExportFinding {
  readonly code: 'EXPORT_HELD_UP' | 'EXPORT_REFUSED';
  readonly message: string;
}

/** Starts every export where it ended. */
export async function openExports(rows: readonly ExportOptions[], parts: ExporterParts): Promise<Exports> {
  const exporters: Exporter[] = [];
  for (const row of rows) exporters.push(await Exporter.open(row, targetOf(row, parts), parts));
  const run = () => {
    for (const exporter of exporters) exporter.run();
  };
  const timer = exporters.length === 0 ? undefined : setInterval(run, CHECK_MS).unref();
  run();
  return {
    get statuses() {
      return exporters.map(({ status }) => status);
    },
    retry(name, positions) {
      const exporter = exporters.find(({ status }) => status.name === name);
      return exporter?.retry(positions) ?? null;
    },
    findings: () => exporters.flatMap(({ status }) => findingsOf(status)),
    async close() {
      clearInterval(timer);
      await Promise.all(exporters.map((exporter) => exporter.close()));
    },
  };
}

function targetOf({ name, form, target }: ExportOptions, { clock }: ExporterParts) {
  return 'path' in target ? fileTarget(target) : httpTarget(target, { name, form }, clock);
}

/** Health is public: neither where it goes to nor what came back is said. */
function findingsOf({ name, lag, attempts, refused }: ExportStatus): ExportFinding[] {
  const heldUp = `The export ${name} is held up: its target does not have the last ${lag} receipts of the log.`;
  const setAside = `The target of the export ${name} refused ${refused} receipts for good. See them: wcp exports refused ${name}`;
  return [
    ...(attempts < TROUBLE_ATTEMPTS ? [] : [{ code: 'EXPORT_HELD_UP' as const, message: heldUp }]),
    ...(refused === 0 ? [] : [{ code: 'EXPORT_REFUSED' as const, message: setAside }]),
  ];
}
