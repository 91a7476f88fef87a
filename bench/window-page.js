/* eslint-disable -- It runs in a page, whose types the program around it does not know. */
// @ts-nocheck
/**
 * What the measurements do inside the window: it is put into the page before anything else. Times are those of the
 * browser itself, from an input's own time stamp until the frame that shows the change was drawn.
 */
(() => {
  /** Milliseconds. */
  const PATIENCE = 30_000;

  /** Milliseconds of each long task (more than 50 ms) as the page itself is told. */
  const longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  });

  const grid = () => document.querySelector('[role=listbox][aria-multiselectable]');
  const tiles = () => [...(grid()?.querySelectorAll('[role=option]') ?? [])];

  function inSight(element) {
    const [box, around] = [element.getBoundingClientRect(), grid().getBoundingClientRect()];
    return box.bottom > around.top && box.top < around.bottom;
  }

  /** What the tiles in sight say. */
  const said = () =>
    `${grid()?.ariaLabel ?? ''} ${tiles()
      .filter(inSight)
      .map((tile) => tile.textContent)
      .join()}`;

  const CONDITIONS = {
    tiles: () => tiles().length > 0,
    pictures: () => {
      const pictures = tiles()
        .filter(inSight)
        .map((tile) => tile.querySelector('img'));
      return pictures.length > 0 && pictures.every((picture) => picture?.complete === true);
    },
    asked: (before) => said() !== before,
    opened: () => grid()?.closest('[inert]') !== null && grid() !== null,
    closed: () => grid() !== null && grid().closest('[inert]') === null,
    view: (_, view) => document.querySelector(`nav a[href="#${view}"]`)?.ariaCurrent === 'page',
  };

  /** Resolves with the time at which the frame that fulfils the condition has been drawn. */
  function drawn(name, before, argument) {
    const end = performance.now() + PATIENCE;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (performance.now() > end) return reject(new Error(`"${name}" was not seen in time`));
        if (!CONDITIONS[name](before, argument)) return requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
  }

  let reaction = Promise.resolve(0);
  window.benchOfWindow = {
    longTasks,
    /** Measures from the next click on. */
    expect(name, argument) {
      const before = said();
      const clicked = new Promise((resolve) =>
        addEventListener('pointerup', ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true }),
      );
      reaction = clicked.then(async (from) => (await drawn(name, before, argument)) - from);
    },
    /** Milliseconds from the click to its reaction. */
    reacted: () => reaction,
    until: async (name, argument) => void (await drawn(name, '', argument)),
    /** Scrolls like a dragged scrollbar: from the top to the end and back, once in so many milliseconds. */
    drag(milliseconds) {
      return new Promise((resolve) => {
        const [element, from] = [grid(), performance.now()];
        const most = element.scrollHeight - element.clientHeight;
        const step = (now) => {
          const share = Math.min(1, (now - from) / milliseconds);
          element.scrollTop = (1 - Math.abs(1 - 2 * share)) * most;
          if (share < 1) requestAnimationFrame(step);
          else resolve();
        };
        requestAnimationFrame(step);
      });
    },
  };
})();
