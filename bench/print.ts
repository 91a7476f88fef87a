/** The benchmark's report for a person at a terminal: every line as soon as it is known. */
import { linearityOf } from './measure-engine.ts';
import { NARROW } from './parts.ts';
import type { BenchReport, EngineResult, GrowthPoint, MeasuredPart, SizeResult, UnusableEngine } from './report.ts';
import { WORKS } from './workload.ts';

/** Of a column whose later cells are not known yet when its first is printed. */
const LEAST_WIDTH = 10;

const memory = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const narrow = `${NARROW.architecture}, width ${NARROW.width}, ${NARROW.size}x${NARROW.size}`;

export class ReportPrinter {
  /** Of the table that is being printed; null: none is. */
  #section: MeasuredPart['section'] | null = null;
  #growth: GrowthPoint[] = [];

  begin({ machine, network }: Omit<BenchReport, 'engines'>): void {
    console.log(
      `${machine.processor}, ${machine.cores} cores, ${memory(machine.memoryBytes)}, Node.js ${machine.node}`,
    );
    console.log(
      `${network.architecture}, width ${network.width}, stem "${network.stem}"; the attack is PGD of 10 steps`,
    );
  }

  beginEngine(engine: string): void {
    console.log(`\n${engine}`);
  }

  /** What the engine says of itself, once it has started. */
  describeEngine(description: string): void {
    console.log(`  ${description}`);
  }

  part(measured: MeasuredPart): void {
    const { section } = measured;
    const isFirst = section !== this.#section;
    if (isFirst) this.#endTable();
    this.#section = section;
    if (section === 'failed') console.log(`  Not measured: ${measured.result.part}. ${measured.result.reason}`);
    else if (section === 'works') printWorks(measured.result);
    else if (section === 'memory') {
      const { batch, size, peakMemoryBytes, idleMemoryBytes } = measured.result;
      if (isFirst) begin('Peak memory of a training step and an assessment', MEMORY_COLUMNS);
      row([String(batch), `${size}x${size}`, memory(peakMemoryBytes), memory(idleMemoryBytes)], MEMORY_COLUMNS);
    } else if (section === 'growth') {
      const { pictures, seconds, secondsPerPicture, peakMemoryBytes } = measured.result;
      this.#growth.push(measured.result);
      if (isFirst) begin(`Assessment of many pictures: ${narrow}`, GROWTH_COLUMNS);
      const perPicture = (secondsPerPicture * 1000).toFixed(2);
      row([String(pictures), seconds.toFixed(2), perPicture, memory(peakMemoryBytes)], GROWTH_COLUMNS);
    } else {
      const { batch, points } = measured.result;
      begin(`Many training steps: ${narrow}, batch ${batch}`, STEPS_COLUMNS);
      for (const { steps, residentBytes, tensors } of points) {
        row([String(steps), memory(residentBytes), String(tensors)], STEPS_COLUMNS);
      }
    }
  }

  endEngine(result: EngineResult | UnusableEngine): void {
    this.#endTable();
    if ('reason' in result) console.log(`  ${result.reason} ${result.hint}`);
  }

  #endTable(): void {
    this.#section = null;
    if (this.#growth.length > 1) {
      const linearity = linearityOf(this.#growth).toFixed(2);
      console.log(
        `  The time of a picture among the most is ${linearity} times that among the fewest (1 is linear growth).`,
      );
    }
    this.#growth = [];
  }
}

const MEMORY_COLUMNS = ['batch', 'picture', 'peak memory', 'engine alone'];
const GROWTH_COLUMNS = ['pictures', 'seconds', 'ms/picture', 'peak memory'];
const STEPS_COLUMNS = ['steps', 'memory', 'tensors'];
const WORKS_COLUMNS = [
  ...['', 'images/s', 'cpu ms/image', 'passes/image', 'forward', 'backward', 'weights', 'GFLOP/s', 'of the peak'],
];

function printWorks({ size, batch, works, matrixGigaflops, peakMemoryBytes }: SizeResult): void {
  begin(
    `${size}x${size}, batch ${batch}, peak memory ${memory(peakMemoryBytes)}; ` +
      `large matrix products: ${matrixGigaflops.toFixed(0)} GFLOP/s`,
    WORKS_COLUMNS,
  );
  for (const work of WORKS) {
    const found = works[work];
    if (found === undefined) continue;
    const { imagesPerSecond, cpuMillisecondsPerImage, passesPerImage: passes, gigaflops, shareOfPeak } = found;
    const counts = [passes.total, passes.forward, passes.inputGradient, passes.weightGradient];
    row(
      [
        work,
        imagesPerSecond.toFixed(2),
        cpuMillisecondsPerImage.toFixed(2),
        ...counts.map((count) => count.toFixed(2)),
        gigaflops.toFixed(1),
        `${(shareOfPeak * 100).toFixed(0)} %`,
      ],
      WORKS_COLUMNS,
    );
  }
}

function begin(title: string, columns: readonly string[]): void {
  console.log(`  ${title}`);
  row(columns, columns);
}

/** The first cell to the left, the others to the right, under the names of the columns. */
function row(cells: readonly string[], columns: readonly string[]): void {
  const widths = columns.map((name) => Math.max(name.length, LEAST_WIDTH));
  console.log(
    `    ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2))).join('')}`,
  );
}
