// Sets the chosen theme before the first paint, so that the window never flashes in the other one. Not a module, so that
// it runs before the page is drawn; lib/theme.svelte.ts writes what is read here.
{
  const chosen = localStorage.getItem('steadygaze.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
