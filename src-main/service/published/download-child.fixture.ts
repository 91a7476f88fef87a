/** A process that downloads, for a test that kills it: node download-child.fixture.ts URL FOLDER */
import { downloadWeights } from './download.ts';
import { weightsAt } from './weights-server.fixture.ts';

const [url = '', folder = ''] = process.argv.slice(2);
await downloadWeights(weightsAt(url), {
  ...{ folder, mirror: null, signal: new AbortController().signal },
  onProgress: (done) => process.stdout.write(`${done}\n`),
});
