/**
 * CIFAR-10 and CIFAR-100 in small, bit by bit as cs.toronto.edu/~kriz/cifar.html describes the binary versions: one or
 * two label bytes, then 1024 reds, greens and blues. Fewer records a file, and only some of the classes.
 */
import { coloursFirst, pictureNumbers } from '../arrays/arrays.fixture.ts';
import { writeFiles } from '../pictures/pictures.fixture.ts';

/** Records of the labels; picture i of a file is patchwork `seed + i`. */
export async function cifarRecords(labels: readonly (readonly number[])[], seed: number): Promise<Buffer> {
  const planes = coloursFirst(await pictureNumbers(labels.length, 32, 3, seed), labels.length);
  return Buffer.concat(labels.flatMap((label, i) => [Buffer.from(label), planes.subarray(i * 3072, (i + 1) * 3072)]));
}

/** Two batches of 6 and a test batch of 4, of the first three classes. */
export async function writeCifar10(folder: string): Promise<void> {
  const labels = [[0], [1], [2], [0], [1], [2]];
  const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
  await writeFiles(folder, {
    'batches.meta.txt': `${names.join('\n')}\n\n`,
    'data_batch_1.bin': await cifarRecords(labels, 1),
    'data_batch_2.bin': await cifarRecords(labels, 20),
    'test_batch.bin': await cifarRecords([[2], [1], [0], [2]], 40),
    'readme.html': '<html></html>',
  });
}

/** Six pictures for training, four for testing: coarse and fine labels. */
export async function writeCifar100(folder: string): Promise<void> {
  await writeFiles(folder, {
    'fine_label_names.txt': 'apple\naquarium_fish\nbaby\nbear\n',
    'coarse_label_names.txt': 'fruit\nfish\npeople\n',
    'train.bin': await cifarRecords(
      [
        [0, 0],
        [1, 1],
        [2, 2],
        [0, 0],
        [1, 1],
        [2, 3],
      ],
      1,
    ),
    'test.bin': await cifarRecords(
      [
        [0, 0],
        [1, 1],
        [2, 2],
        [2, 3],
      ],
      40,
    ),
  });
}
