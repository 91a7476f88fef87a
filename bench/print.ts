/** The benchmark's report for a person at a terminal. */
import type { BenchReport, EngineResult } from './main.ts';
import { WORKS } from './workload.ts';

export function printReport(report: BenchReport): void {
  const { machine, network, engines } = report;
  const memory = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  console.log(`${machine.processor}, ${machine.cores} cores, ${memory(machine.memoryBytes)}, Node.js ${machine.node}`);
  console.log(`${network.architecture}, width ${network.width}, stem "${network.stem}"; the attack is PGD of 10 steps`);
  for (const result of engines) {
    if ('reason' in result) console.log(`\n${result.engine}: ${result.reason} ${result.hint}`);
    else printEngine(result, memory);
  }
}

function printEngine(result: EngineResult, memory: (bytes: number) => string): void {
  console.log(`\n${result.engine}: ${result.description}`);
  for (const { size, batch, works, peakMemoryBytes } of result.sizes) {
    console.log(`  ${size}x${size}, batch ${batch}, peak memory ${memory(peakMemoryBytes)}`);
    table([
      ['', 'images/s', 'cpu ms/image', 'passes/image', 'forward', 'backward', 'weights'],
      ...WORKS.map((work) => {
        const { imagesPerSecond, cpuMillisecondsPerImage, passesPerImage: passes } = works[work];
        const counts = [passes.total, passes.forward, passes.inputGradient, passes.weightGradient];
        return [
          work,
          imagesPerSecond.toFixed(2),
          cpuMillisecondsPerImage.toFixed(2),
          ...counts.map((count) => count.toFixed(2)),
        ];
      }),
    ]);
  }
  const { network, points, linearity } = result.growth;
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
