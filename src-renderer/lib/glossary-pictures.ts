/**
 * The drawings of the glossary: SVG markup of our own, put into the page as it is. One scene in all of them: an animal
 * (body, head) on grass with a fence. Colours are tokens; heatmaps use four colours of inferno.
 */

const GLOW = `<radialGradient id="ID"><stop offset="0" stop-color="#fcffa4"/><stop offset=".35" stop-color="#f98e09" stop-opacity=".92"/>
<stop offset=".7" stop-color="#bc3754" stop-opacity=".6"/><stop offset="1" stop-color="#57106e" stop-opacity="0"/></radialGradient>`;

function scene(extra = ''): string {
  return `<rect width="88" height="66" rx="5" fill="var(--surface-3)"/>
<path d="M0 46h88v15a5 5 0 0 1-5 5H5a5 5 0 0 1-5-5z" fill="var(--line-strong)" opacity=".4"/>
<path d="M64 24v22M72 24v22M80 24v22M59 29h29M59 37h29" stroke="var(--line-strong)" stroke-width="1.5" opacity=".8"/>
<path d="M20 50V39c0-5 3-8 8-8h12l4-8 3 5h5c2 0 3 1 3 3v3c0 3-2 4-5 4h-2l-1 12h-3l-1-9H27l-2 9z" fill="var(--text-quiet)"/>${extra}`;
}

function glow(id: string, x: number, y: number, r: number): string {
  return `<defs>${GLOW.replace('ID', id)}</defs><circle cx="${x}" cy="${y}" r="${r}" fill="url(#${id})"/>`;
}

function panels(...content: string[]): string {
  const width = content.length * 88 + (content.length - 1) * 16;
  const each = content.map((markup, i) => `<g transform="translate(${i * 104} 0)">${markup}</g>`).join('');
  return `<svg viewBox="0 0 ${width} 66" xmlns="http://www.w3.org/2000/svg">${each}</svg>`;
}

const GRAIN = Array.from({ length: 60 }, (_, i) => {
  // A fixed scatter over the scene, kept off the animal in the middle.
  const x = (i * 37) % 88;
  const y = (i * 23) % 66;
  const onAnimal = x > 16 && x < 58 && y > 20 && y < 53;
  return onAnimal
    ? ''
    : `<rect x="${x}" y="${y}" width="2" height="2" fill="var(--${i % 2 ? 'info' : 'accent-ink'})"/>`;
}).join('');

/** Three classes and twelve filters: four of each class alone, and the last of each shared with the next. */
const GATE = Array.from({ length: 36 }, (_, i) => {
  const [row, column] = [Math.floor(i / 12), i % 12];
  const isOwn = Math.floor(column / 4) === row;
  const isShared = column % 4 === 3 && Math.floor(column / 4) + 1 === row;
  const fill = isOwn ? '#fcbf49' : isShared ? '#bc3754' : 'var(--surface-3)';
  return `<rect x="${column * 16}" y="${row * 22}" width="15" height="21" rx="1.5" fill="${fill}"/>`;
}).join('');

/** By subject. */
export const PICTURES = {
  heatmap: panels(scene(), scene(glow('g-heat', 47, 31, 22))),
  regions: panels(
    scene(glow('g-reg', 47, 31, 22)),
    scene(
      '<path d="M0 0h88v66H0z" fill="var(--info)" opacity=".22"/><ellipse cx="45" cy="34" rx="20" ry="18" fill="var(--accent)" fill-opacity=".35" stroke="var(--accent-ink)" stroke-width="1.5"/>',
    ),
  ),
  attack: panels(scene(), scene(GRAIN)),
  consistency: panels(scene(glow('g-e1', 47, 31, 20)), scene(GRAIN + glow('g-e2', 72, 33, 20))),
  boxes: panels(
    scene(glow('g-box', 46, 33, 20)),
    scene(
      '<rect x="17" y="20" width="42" height="33" fill="none" stroke="var(--text)" stroke-width="1.5"/><rect x="25" y="15" width="40" height="34" fill="none" stroke="var(--accent-ink)" stroke-width="1.5" stroke-dasharray="3 2"/>',
    ),
  ),
  pointing: panels(
    scene(
      `${glow('g-p1', 48, 30, 18)}<rect x="17" y="20" width="42" height="33" fill="none" stroke="var(--text)" stroke-width="1.5"/><path d="M48 25v10M43 30h10" stroke="#000" stroke-width="1.5"/>`,
    ),
    scene(
      `${glow('g-p2', 72, 32, 18)}<rect x="17" y="20" width="42" height="33" fill="none" stroke="var(--text)" stroke-width="1.5"/><path d="M72 27v10M67 32h10" stroke="#000" stroke-width="1.5"/>`,
    ),
  ),
  parts: panels(scene(glow('g-part1', 52, 27, 11)), scene(glow('g-part2', 24, 47, 11))),
  gate: `<svg viewBox="0 0 192 66" xmlns="http://www.w3.org/2000/svg">${GATE}</svg>`,
  prototype: panels(
    scene('<rect x="40" y="18" width="22" height="20" fill="none" stroke="var(--accent-ink)" stroke-width="2"/>'),
    `<g transform="translate(88 0) scale(-1 1)">${scene()}</g><rect x="26" y="18" width="22" height="20" fill="none" stroke="var(--accent-ink)" stroke-width="2"/>`,
  ),
} as const;
