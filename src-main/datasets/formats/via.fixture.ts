/**
 * Tiny annotations as VGG Image Annotator 2 exports them (`pack_via_metadata` in via-2.x.y/src/via.js of
 * gitlab.com/vgg/via): a project, annotations as JSON, annotations as CSV. Pictures have 20 x 10 pixels.
 */
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

type Row = Record<string, unknown>;

export const region = (shape: Row, attributes: Row): Row => ({
  shape_attributes: shape,
  region_attributes: attributes,
});

export const rect = (x: number, y: number, width: number, height: number): Row => ({
  name: 'rect',
  x,
  y,
  width,
  height,
});

export const entry = (filename: string, regions: readonly unknown[] | Row, about: Row = {}): Row => ({
  ...{ filename, size: 1234, regions, file_attributes: about },
});

/** Keys are file name and size, as in VIA. */
export const metadata = (...entries: readonly Row[]): Row =>
  Object.fromEntries(entries.map((row) => [`${String(row['filename'])}${String(row['size'])}`, row]));

export const project = (images: Row, attributes: Row): Row => ({
  _via_settings: {
    ui: {},
    core: { buffer_size: 18, filepath: {}, default_filepath: './photos/' },
    project: { name: 'p' },
  },
  _via_img_metadata: images,
  _via_attributes: attributes,
  _via_data_format_version: '2.0.10',
  _via_image_id_list: Object.keys(images),
});

/** As `escape_for_csv` does: only quotation marks are doubled. */
export function csv(...entries: readonly Row[]): string {
  const quoted = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
  const lines = entries.flatMap((row) => {
    const start = `${String(row['filename'])},${String(row['size'])},${quoted(row['file_attributes'])}`;
    const regions = row['regions'] as readonly Row[];
    if (regions.length === 0) return [`${start},0,0,"{}","{}"`];
    return regions.map(
      ({ shape_attributes, region_attributes }, i) =>
        `${start},${regions.length},${i},${quoted(shape_attributes)},${quoted(region_attributes)}`,
    );
  });
  return [
    'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes',
    ...lines,
  ].join('\n');
}

/** a.jpg to e.jpg below `photos`, and the annotations beside them. */
export async function writeVia(root: string, name: string, content: unknown): Promise<void> {
  for (const [i, letter] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    await writeFiles(root, { [`photos/${letter}.jpg`]: await patchworkJpeg(i + 1, 20, 10) });
  }
  await writeFiles(root, { [name]: typeof content === 'string' ? content : JSON.stringify(content) });
}
