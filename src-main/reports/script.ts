/**
 * The only script of the page. Everything is readable without it; it sorts tables, lets a picture flicker between
 * original and disturbed, and enlarges it. At most 2.5 changes a second (WCAG 2.3.1 allows three
 * flashes), none by itself, and none automatic for readers who ask for reduced motion.
 */
export const SCRIPT = `
(() => {
  'use strict';
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const looks = [...document.querySelectorAll('.look')];
  const dialog = document.getElementById('large');
  const stage = dialog.querySelector('.large-pictures');
  let timer = 0, active = null, current = -1;
  const captions = { original: ['Original', 'Background disturbed'], heatmap: ['Looks here', 'Now looks here'] };

  function prepare(root) {
    if (root.dataset.ready) return;
    root.dataset.ready = '1';
    for (const [top, below] of [['original', 'attacked'], ['heatmap', 'attacked-heatmap']]) {
      const cell = root.querySelector('[data-part="' + top + '"]');
      const source = root.querySelector('[data-part="' + below + '"] img');
      if (!cell || !source) continue;
      const over = source.cloneNode();
      over.className = 'over';
      over.alt = '';
      cell.insertBefore(over, cell.lastElementChild);
    }
  }
  function show(root, disturbed) {
    root.classList.toggle('flick', disturbed);
    for (const part of Object.keys(captions)) {
      const caption = root.querySelector('[data-part="' + part + '"] .cap');
      if (caption) caption.textContent = captions[part][disturbed ? 1 : 0];
    }
  }
  const toggle = (root) => show(root, !root.classList.contains('flick'));
  function stop() {
    clearInterval(timer);
    timer = 0;
    if (active) show(active, false);
    active = null;
  }
  function start(root) {
    stop();
    prepare(root);
    active = root;
    if (!still.matches) timer = setInterval(() => toggle(root), 400);
  }
  function hold(root) {
    if (active !== root) start(root);
    clearInterval(timer);
    timer = 0;
    toggle(root);
  }
  function enlarge(index) {
    current = (index + looks.length) % looks.length;
    const look = looks[current];
    stop();
    stage.textContent = '';
    delete stage.dataset.ready;
    for (const part of ['original', 'heatmap']) stage.append(look.querySelector('[data-part="' + part + '"]').cloneNode(true));
    const hidden = document.createElement('div');
    hidden.hidden = true;
    for (const part of ['attacked', 'attacked-heatmap']) hidden.append(look.querySelector('[data-part="' + part + '"]').cloneNode(true));
    stage.querySelectorAll('.over').forEach((image) => image.remove());
    stage.append(hidden);
    const card = look.closest('.card');
    dialog.querySelector('.large-sentence').textContent = card.querySelector('.sentence').textContent;
    if (!dialog.open) dialog.showModal();
    start(stage);
  }
  looks.forEach((look, index) => {
    look.addEventListener('pointerenter', () => start(look));
    look.addEventListener('pointerleave', stop);
    look.addEventListener('focus', () => { if (look.matches(':focus-visible')) start(look); });
    look.addEventListener('blur', () => { if (active === look) stop(); });
    look.addEventListener('keydown', (event) => { if (event.key === ' ') { event.preventDefault(); hold(look); } });
    look.addEventListener('keyup', (event) => { if (event.key === ' ') event.preventDefault(); });
    look.addEventListener('click', () => enlarge(index));
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === ' ' && event.target.className !== 'close') { event.preventDefault(); hold(stage); }
    if (event.key === 'ArrowRight') enlarge(current + 1);
    if (event.key === 'ArrowLeft') enlarge(current - 1);
  });
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => { stop(); if (looks[current]) looks[current].focus(); });

  const cellValue = (row, at) => (row.cells[at] ? row.cells[at].dataset.v ?? row.cells[at].textContent.trim() : '');
  function sortBy(head) {
    const table = head.closest('table');
    const at = [...head.parentNode.children].indexOf(head);
    const numbers = head.dataset.sort === 'number';
    const fallsFirst = numbers ? 'descending' : 'ascending';
    const now = head.getAttribute('aria-sort');
    const next = now === null ? fallsFirst : now === 'ascending' ? 'descending' : 'ascending';
    for (const other of table.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', next);
    const sign = next === 'ascending' ? 1 : -1;
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => row.cells.length > at && row.cells[0].colSpan === 1);
      const empty = (row) => cellValue(row, at) === '';
      rows.sort((a, b) => {
        if (empty(a) || empty(b)) return Number(empty(a)) - Number(empty(b));
        const [x, y] = [cellValue(a, at), cellValue(b, at)];
        return sign * (numbers ? Number(x) - Number(y) : x.localeCompare(y, 'en', { numeric: true }));
      });
      body.append(...rows);
    }
  }
  // A span and no button element: headings with buttons are not repeated on every page of paper.
  for (const head of document.querySelectorAll('th[data-sort]')) {
    const handle = document.createElement('span');
    handle.className = 'sort';
    handle.setAttribute('role', 'button');
    handle.tabIndex = 0;
    handle.append(...head.childNodes);
    head.append(handle);
    handle.addEventListener('click', () => sortBy(head));
    handle.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      sortBy(head);
    });
  }

  // On paper nothing can be opened any more.
  const folded = [...document.querySelectorAll('details.rest')];
  let opened = [];
  addEventListener('beforeprint', () => { opened = folded.filter((each) => !each.open); for (const each of opened) each.open = true; });
  addEventListener('afterprint', () => { for (const each of opened) each.open = false; });

  const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
    const first = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) link.classList.toggle('here', id === first);
  }, { rootMargin: '-10% 0px -60% 0px' });
  for (const id of links.keys()) { const section = document.getElementById(id); if (section) watcher.observe(section); }
})();
`;
