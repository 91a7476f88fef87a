/** The benchmark's report for a person at a terminal. */
import type { BenchReport, EngineResult, SizeResult } from './report.ts';
import { WORKS } from './workload.ts';

const memory = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

export function printReport({ machine, network, engines }: BenchReport): void {
  console.log(`${machine.processor}, ${machine.cores} cores, ${memory(machine.memoryBytes)}, Node.js ${machine.node}`);
  console.log(`${network.architecture}, width ${network.width}, stem "${network.stem}"; the attack is PGD of 10 steps`);
  for (const result of engines) {
    if ('reason' in result) console.log(`\n${result.engine}: ${result.reason} ${result.hint}`);
    else printEngine(result);
  }
}

function printEngine(result: EngineResult): void {
  console.log(`\n${result.engine}: ${result.description}`);
  result.sizes.forEach(printWorks);
  if (result.memory.length > 0) {
    console.log('  Peak memory of a training step and an assessment');
    table([
      ['batch', 'picture', 'peak memory', 'engine alone'],
      ...result.memory.map(({ batch, size, peakMemoryBytes, idleMemoryBytes }) => [
        String(batch),
        `${size}x${size}`,
        memory(peakMemoryBytes),
        memory(idleMemoryBytes),
      ]),
    ]);
  }
  if (result.growth !== null) printGrowth(result.growth);
  if (result.endurance !== null) {
    const { network, batch, points } = result.endurance;
    console.log(
      `  Many training steps: ${network.architecture}, width ${network.width}, ` +
        `${network.size}x${network.size}, batch ${batch}`,
    );
    table([
      ['steps', 'memory', 'live', 'tensors'],
      ...points.map(({ steps, residentBytes, liveBytes, tensors }) => [
        String(steps),
        memory(residentBytes),
        memory(liveBytes),
        String(tensors),
      ]),
    ]);
  }
}

function printWorks({ size, batch, works, matrixGigaflops, peakMemoryBytes }: SizeResult): void {
  console.log(
    `  ${size}x${size}, batch ${batch}, peak memory ${memory(peakMemoryBytes)}; ` +
      `large matrix products: ${matrixGigaflops.toFixed(0)} GFLOP/s`,
  );
  table([
    ['', 'images/s', 'cpu ms/image', 'passes/image', 'forward', 'backward', 'weights', 'GFLOP/s', 'of the peak'],
    ...WORKS.flatMap((work) => {
      const found = works[work];
      if (found === undefined) return [];
      const { imagesPerSecond, cpuMillisecondsPerImage, passesPerImage: passes, gigaflops, shareOfPeak } = found;
      const counts = [passes.total, passes.forward, passes.inputGradient, passes.weightGradient];
      return [
        [
          work,
          imagesPerSecond.toFixed(2),
          cpuMillisecondsPerImage.toFixed(2),
          ...counts.map((count) => count.toFixed(2)),
          gigaflops.toFixed(1),
          `${(shareOfPeak * 100).toFixed(0)} %`,
        ],
      ];
    }),
  ]);
}

function printGrowth({ network, points, linearity }: NonNullable<EngineResult['growth']>): void {
  console.log(
    `  Assessment of many pictures: ${network.architecture}, width ${network.width}, ${network.size}x${network.size}`,
  );
  table([
    ['pictures', 'seconds', 'ms/picture', 'peak memory'],
    ...points.map(({ pictures, seconds, secondsPerPicture, peakMemoryBytes }) => [
      String(pictures),
      seconds.toFixed(2),
      (secondsPerPicture * 1000).toFixed(2),
      memory(peakMemoryBytes),
    ]),
  ]);
  console.log(
    `  Time per picture at the end is ${linearity.toFixed(2)} times that at the beginning (1 is linear growth).`,
  );
}

/** Rows of cells, the first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): void {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2)));
    console.log(`    ${cells.join('')}`);
  }
}
