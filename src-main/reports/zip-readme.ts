/** README.txt of an exported archive: what each file is, and how it is opened, for whoever gets it. */

export interface ArchiveContents {
  readonly title: string;
  /** ISO time. */
  readonly created: string;
  /** Why there is no report.pdf; null where there is one. */
  readonly noPdf: string | null;
  readonly measured: boolean;
  readonly marks: boolean;
  /** Ids of runs with a table of training pictures, and with pictures of the hardest of them. */
  readonly sampled: readonly string[];
  readonly pictured: readonly string[];
}

/** Plain text with the line ends that every editor shows. */
export function zipReadme(contents: ArchiveContents): string {
  const { title, created, noPdf, measured, marks, sampled, pictured } = contents;
  const files: (readonly [name: string, ...sentences: string[]])[] = [
    ['report.html', 'The report. Open it with any browser; it needs no network and no other file.'],
    noPdf === null
      ? ['report.pdf', 'The same for reading and printing on paper.']
      : ['report.pdf', `Left out. ${noPdf}`, 'Open report.html and print it from the browser instead.'],
    [
      'report.json',
      'Every figure as a number, every setting, seed, version and hash, for programs.',
      'To do the work again and compare: steadygaze repeat report.json --data FOLDER_OF_PICTURES',
    ],
    ['figures.csv', 'Every figure of every run with its interval, as a table. Opens in a spreadsheet.'],
  ];
  if (measured) {
    files.push([
      'pictures.parquet',
      'What was measured on each test picture, one row for each picture and run.',
      'Opens in Python (pandas.read_parquet), R (arrow::read_parquet) and DuckDB.',
    ]);
  }
  if (sampled.length > 0) {
    files.push(
      [
        'samples/RUN.csv',
        'Every training picture of a run: how steady its explanation is (S, Q, E), its weight (v), and what was noted about it.',
        'Opens in a spreadsheet.',
      ],
      ['samples/RUN.parquet', 'The same measurements as the raw table, for Python, R and DuckDB.'],
    );
  }
  if (marks) files.push(['marks.csv', 'What people noted about pictures. Opens in a spreadsheet.']);
  if (pictured.length > 0) {
    files.push([
      'pictures/RUN/',
      'The hardest training pictures of a run, hardest first: the picture (original), where the model looks for its label',
      '(heatmap), the same after the background was disturbed (disturbed, disturbed-heatmap), and the change, amplified.',
    ]);
  }
  files.push([
    'SHA256SUMS',
    'A sum of each file, to see that nothing was changed.',
    'Linux: sha256sum -c SHA256SUMS   macOS: shasum -a 256 -c SHA256SUMS   Windows: Get-FileHash report.html',
  ]);
  const lines = [
    'Steadygaze: does the model look at the right thing?',
    `Report: ${title.replace(/\s+/g, ' ')}`,
    `Written: ${created}`,
    '',
    'RUN stands for the name of a run, such as 001-plain-s0.',
    '',
    ...files.flatMap(([name, ...sentences]) => [name, ...sentences.map((sentence) => `    ${sentence}`), '']),
  ];
  return lines.join('\r\n');
}
