/**
 * The attacked picture as large as the original. The attack is computed at the size the model sees; here its change is
 * laid over the full picture, so that what flickers is the attack and not the sharpness.
 */

/** In the picture of the change: "not changed". */
const GREY = 128;

/** Adds the change to a picture in place. Both: RGBA, 0..255, equally large. @param amplification of the change */
export function addChange(picture: Uint8ClampedArray, change: Uint8ClampedArray, amplification: number): void {
  for (let at = 0; at < picture.length; at++) {
    // The fourth is opacity. A clamped array rounds and clamps by itself.
    if (at % 4 !== 3) picture[at] += (change[at] - GREY) / amplification;
  }
}

/** Draws it; the canvas becomes as large as the picture. @throws where a picture cannot be loaded */
export async function drawAttacked(
  canvas: HTMLCanvasElement,
  urls: { readonly picture: string; readonly change: string },
  amplification: number,
  signal: AbortSignal,
): Promise<void> {
  const [picture, change] = await Promise.all([loaded(urls.picture), loaded(urls.change)]);
  if (signal.aborted) return;
  const [width, height] = [picture.naturalWidth, picture.naturalHeight];
  const pixels = pixelsOf(picture, width, height);
  addChange(pixels.data, pixelsOf(change, width, height).data, amplification);
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}

async function loaded(url: string): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}

function pixelsOf(picture: HTMLImageElement, width: number, height: number): ImageData {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw pictures.');
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
