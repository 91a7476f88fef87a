/** The table of an assessment for the window: joined with the list of pictures and with E of all earlier assessments. */
import type { RunRecord } from '../../contract/run.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import { encodeSampleTable, type RowLabels, type SampleColumns } from '../../contract/sample-table.ts';
import type { AssessmentColumns } from '../../workspace/round-tables.ts';
import type { OpenedStudy } from './open-studies.ts';
import { assessedBefore, type RoundColumns } from './round-columns.ts';

const KEPT = 3;

export class SampleTables {
  /** By key, the last used last. */
  readonly #kept = new Map<string, Promise<Uint8Array>>();
  readonly #columns: RoundColumns;

  constructor(columns: RoundColumns) {
    this.#columns = columns;
  }

  /** @throws SteadygazeError `not-found`, `study-corrupt` */
  async get(opened: OpenedStudy, record: RunRecord, round: number): Promise<Uint8Array> {
    refuseMissingRound(record, round);
    // An assessment that was repeated after a resume has another summary; a list of pictures that changed, another print.
    const rounds = record.rounds.filter((each) => each.round <= round);
    const { folder } = opened.study;
    const key = [folder, record.id, record.created, opened.dataset.fingerprint, JSON.stringify(rounds)].join('\n');
    const table = this.#kept.get(key) ?? readSampleTable(opened, this.#columns, record, round);
    this.#kept.delete(key);
    this.#kept.set(key, table);
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    table.catch(() => this.#kept.delete(key));
    return table;
  }

  forget(study: string): void {
    for (const key of [...this.#kept.keys()]) if (key.startsWith(`${study}\n`)) this.#kept.delete(key);
  }
}

/** @throws SteadygazeError `not-found` */
export function refuseMissingRound(record: RunRecord, round: number): void {
  if (record.rounds.some((each) => each.round === round)) return;
  throw new SteadygazeError(
    'not-found',
    record.rounds.length === 0
      ? 'This run has not assessed its pictures yet.'
      : `This run has no assessment number ${round}.`,
    record.rounds.length === 0 ? 'Wait for its first assessment, or go on with it.' : 'Choose another assessment.',
  );
}

async function readSampleTable(
  opened: OpenedStudy,
  tables: RoundColumns,
  record: RunRecord,
  round: number,
): Promise<Uint8Array> {
  const { folder } = opened.study;
  const rounds = record.rounds.map((each) => each.round).filter((each) => each <= round);
  const table = await tables.get(folder, record.id, round);
  const count = table.id.length;
  const eByRound = new Float32Array(rounds.length * count);
  for (const [i, each] of rounds.entries()) {
    const course = await tables.course(folder, record.id, each);
    const e = course.e.map((value, row) => (assessedBefore(course, row, each) === null ? value : Number.NaN));
    eByRound.set(joinedById(table.id, { id: course.id, e }), i * count);
  }
  const { hashes, sizes } = joinedPictures(table.id, opened);
  return encodeSampleTable({
    run: record.id,
    round,
    count,
    classes: record.classes,
    rounds,
    columns: sampleColumns(table),
    eByRound,
    ids: new TextEncoder().encode(table.id.join('\n')),
    hashes,
    sizes,
    ...(table.several === undefined ? {} : { labels: rowLabels(table.several) }),
  });
}

function rowLabels(several: readonly { readonly labels: readonly number[] }[]): RowLabels {
  const first = new Uint32Array(several.length + 1);
  for (const [row, { labels }] of several.entries()) first[row + 1] = first[row] + labels.length;
  return { first, values: Uint16Array.from(several.flatMap(({ labels }) => labels)) };
}

function sampleColumns(table: AssessmentColumns): SampleColumns {
  return {
    label: new Uint16Array(table.label),
    prediction: new Uint16Array(table.prediction),
    attackedPrediction: new Uint16Array(table.attackedPrediction),
    probability: new Float32Array(table.probability),
    labelProbability: new Float32Array(table.labelProbability),
    attackedLabelProbability: new Float32Array(table.attackedLabelProbability),
    attackedProbability: new Float32Array(table.attackedProbability),
    s: new Float32Array(table.s),
    q: new Float32Array(table.q),
    e: new Float32Array(table.e),
    v: new Float32Array(table.v),
    loss: new Float32Array(table.loss),
    empty: new Uint8Array(table.empty),
  };
}

/** E of each picture in another assessment; NaN where it had none. */
export function joinedById(
  ids: readonly string[],
  other: { readonly id: readonly string[]; readonly e: Float64Array },
): Float32Array {
  // Nearly always the same pictures in the same order.
  if (ids.length === other.id.length && ids.every((id, row) => id === other.id[row])) return new Float32Array(other.e);
  const rows = new Map(other.id.map((id, row) => [id, row]));
  return Float32Array.from(ids, (id) => other.e[rows.get(id) ?? -1] ?? Number.NaN);
}

/** SHA-256 and size of each picture; zeros where the study does not list it. */
function joinedPictures(ids: readonly string[], { byId }: OpenedStudy) {
  const hashes = Buffer.alloc(32 * ids.length);
  const sizes = new Uint16Array(2 * ids.length);
  const most = 65_535;
  for (const [row, id] of ids.entries()) {
    const sample = byId.get(id);
    if (sample === undefined) continue;
    hashes.write(sample.hash, 32 * row, 'hex');
    sizes[2 * row] = Math.min(most, sample.width);
    sizes[2 * row + 1] = Math.min(most, sample.height);
  }
  return { hashes: new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.length), sizes };
}
